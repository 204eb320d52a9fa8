"""Standing mandates. What stays of an act's record then includes the mandate that it names."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from service.database.driver import driver

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

_APPEND_ONLY = """
create trigger mandates_append_only before update or delete on mandates
  for each row execute function refuse_change();
create trigger mandates_no_truncate before truncate on mandates
  for each statement execute function refuse_change();
"""

_DECIDED_ONCE = """
create function keep_mandate_state() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and old.ended = '' and new.mandate_id = old.mandate_id
     and new.staff_id = old.staff_id then
    return new;
  end if;
  raise exception 'the end of a mandate is never changed'
    using errcode = 'integrity_constraint_violation';
end $$;
create trigger mandate_states_keep before update or delete on mandate_states
  for each row execute function keep_mandate_state();
create trigger mandate_states_no_truncate before truncate on mandate_states
  for each statement execute function refuse_change();

create function keep_mandate_case() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and old.outcome = 'waiting' and new.agreement_id = old.agreement_id
     and new.edition = old.edition and new.mandate_id = old.mandate_id then
    return new;
  end if;
  raise exception 'what was decided under a mandate is never changed'
    using errcode = 'integrity_constraint_violation';
end $$;
create trigger mandate_cases_keep before update or delete on mandate_cases
  for each row execute function keep_mandate_case();
create trigger mandate_cases_no_truncate before truncate on mandate_cases
  for each statement execute function refuse_change();
"""

_WHAT_STAYS = """
create or replace function what_stays_of_record(record jsonb) returns jsonb language sql immutable as $$
  select jsonb_build_object('person', record -> 'person', 'organisation', record -> 'organisation')
    || case when jsonb_typeof(record -> 'mandate') = 'object'
       then jsonb_build_object('mandate', record -> 'mandate') else '{}'::jsonb end
$$;
"""

_FORMER = """
create or replace function what_stays_of_record(record jsonb) returns jsonb language sql immutable as $$
  select jsonb_build_object('person', record -> 'person', 'organisation', record -> 'organisation')
$$;
"""


def upgrade() -> None:
    op.create_table(
        "mandates",
        sa.Column("id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mandates")),
        sa.UniqueConstraint("number", name=op.f("uq_mandates_number")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_mandates_staff_id")),
    )
    op.create_table(
        "mandate_states",
        sa.Column("mandate_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("staff_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("ended", sa.Text(), server_default="", nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("mandate_id", name=op.f("pk_mandate_states")),
        sa.ForeignKeyConstraint(
            ["mandate_id"], ["mandates.id"], name=op.f("fk_mandate_states_mandate_id")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_mandate_states_staff_id")
        ),
        sa.CheckConstraint(
            "ended in ('', 'revoked', 'replaced', 'account')",
            name=op.f("ck_mandate_states_ended"),
        ),
    )
    op.create_index(
        "uq_mandate_states_current",
        "mandate_states",
        ["staff_id"],
        unique=True,
        postgresql_where=sa.text("ended = ''"),
    )
    op.create_table(
        "mandate_cases",
        sa.Column("agreement_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("edition", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("mandate_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("outcome", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("misfits", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column(
            "made_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("agreement_id", "edition", name=op.f("pk_mandate_cases")),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreements.id"], name=op.f("fk_mandate_cases_agreement_id")
        ),
        sa.ForeignKeyConstraint(
            ["mandate_id"], ["mandates.id"], name=op.f("fk_mandate_cases_mandate_id")
        ),
        sa.CheckConstraint(
            "outcome in ('waiting', 'signed', 'refused')", name=op.f("ck_mandate_cases_outcome")
        ),
    )
    op.create_index(
        "ix_mandate_cases_day",
        "mandate_cases",
        ["mandate_id", "day"],
        postgresql_where=sa.text("outcome = 'signed'"),
    )
    op.create_index(
        "ix_mandate_cases_waiting",
        "mandate_cases",
        ["made_at"],
        postgresql_where=sa.text("outcome = 'waiting'"),
    )
    connection = driver(op.get_bind())
    for each in (_APPEND_ONLY, _DECIDED_ONCE, _WHAT_STAYS):
        connection.execute(each)


def downgrade() -> None:
    """Refused where a mandate was given: it is part of the evidence of what was signed under it."""
    connection = driver(op.get_bind())
    if connection.execute("select from mandates limit 1").fetchone() is not None:
        raise RuntimeError("a mandate that was given is never removed")
    connection.execute(_FORMER)
    op.drop_table("mandate_cases")
    op.drop_table("mandate_states")
    op.drop_table("mandates")
    connection.execute("drop function keep_mandate_state, keep_mandate_case")
