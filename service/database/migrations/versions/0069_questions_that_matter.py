"""A question knows whether its agreement still runs.

A question without an answer stays when its agreement ends, so the counts of the list looked up the
agreement of every one: the larger part of their time at a million. The database keeps the column in
the transaction that changes the agreement's state; extending an expired agreement sets it again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0069"
down_revision = "0068"
branch_labels = None
depends_on = None

_RUNS = "state in ('sent','preparing','generation_failed','ready','in_signing')"
_KEEP = """
create function follow_in_questions() returns trigger language plpgsql as $$
begin
  update questions set matters = new.{runs} where agreement_id = new.id and ended = '';
  return null;
end $$;
create trigger agreements_follow_in_questions after update of state on agreements
  for each row when ((old.{runs}) <> (new.{runs}))
  execute function follow_in_questions();
"""
_FILL = """
update questions set matters = false from agreements
where agreements.id = agreement_id and ended = '' and not agreements.{runs}
"""


def upgrade() -> None:
    op.add_column(
        "questions", sa.Column("matters", sa.Boolean(), server_default="true", nullable=False)
    )
    op.execute(_FILL.format(runs=_RUNS))
    _index("ended = '' and matters")
    op.execute(_KEEP.format(runs=_RUNS))


def downgrade() -> None:
    op.execute("drop function follow_in_questions cascade")
    _index("ended = ''")
    op.drop_column("questions", "matters")


def _index(condition: str) -> None:
    op.drop_index("ix_questions_waiting", "questions")
    op.create_index(
        "ix_questions_waiting", "questions", ["agreement_id"], postgresql_where=sa.text(condition)
    )
