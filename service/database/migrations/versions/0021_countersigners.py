"""The person who signs for the processor, chosen per agreement."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from service.database.driver import driver

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_WHAT = "'prepare', 'seal', 'archive', 'damaged', 'reread', 'renew', 'late', 'mail', 'lock', 'job', 'disputed'"


# The first signer was shown a text that contains this name.
_KEEP = """
create function keep_countersigner() returns trigger language plpgsql as $$
begin
  if new.countersigner_id is distinct from old.countersigner_id and exists (
       select from acts where agreement_id = old.id and revision = old.revision) then
    raise exception 'who signs % for the processor is fixed', old.reference
      using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
create trigger agreements_keep_countersigner before update of countersigner_id on agreements
  for each row execute function keep_countersigner();
"""


def _name_alarms(known: str) -> None:
    op.drop_constraint(op.f("ck_alarms_what"), "alarms")
    op.create_check_constraint(op.f("ck_alarms_what"), "alarms", f"what in ({known})")


def upgrade() -> None:
    """Existing agreements name nobody: as before, everybody with the role may sign them."""
    op.add_column(
        "agreements", sa.Column("countersigner_id", postgresql.UUID(as_uuid=False), nullable=True)
    )
    op.create_foreign_key(
        op.f("fk_agreements_countersigner_id"), "agreements", "staff", ["countersigner_id"], ["id"]
    )
    op.create_index(
        "ix_agreements_countersigner",
        "agreements",
        ["countersigner_id"],
        postgresql_where=sa.text(
            "state in ('sent','preparing','generation_failed','ready','in_signing')"
        ),
    )
    _name_alarms(f"{_WHAT}, 'countersigner'")
    # Use the driver directly: SQLAlchemy would read a % in the text as a placeholder.
    driver(op.get_bind()).execute(_KEEP)


def downgrade() -> None:
    op.execute("drop trigger agreements_keep_countersigner on agreements")
    op.execute("drop function keep_countersigner")
    op.execute("delete from alarms where what = 'countersigner'")
    _name_alarms(_WHAT)
    op.drop_index("ix_agreements_countersigner", "agreements")
    op.drop_constraint(op.f("fk_agreements_countersigner_id"), "agreements")
    op.drop_column("agreements", "countersigner_id")
