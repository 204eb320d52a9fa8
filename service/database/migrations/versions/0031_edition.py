"""Rename an attempt at the text of an agreement from revision to edition.

In clause 12.4 a *revision* is an agreement changed after signing.
"""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_TABLES = ("agreements", "documents", "acts", "seals", "originals", "openings")
_CONSTRAINTS = (
    ("documents", "uq_documents_agreement_id_{}_kind"),
    ("acts", "uq_acts_agreement_id_{}_place"),
    ("acts", "uq_acts_agreement_id_{}_ordinal"),
)
# The same guards as before (migrations 0002 and 0021), with the column's new name.
_GUARDS = """
create or replace function keep_effective_date() returns trigger language plpgsql as $$
begin
  if old.effective_date is not null and (
       new.effective_date is distinct from old.effective_date
       or new.fully_signed_at is distinct from old.fully_signed_at
       or new.frozen_sha256 is distinct from old.frozen_sha256
       or new.{0} is distinct from old.{0}
       or new.reference is distinct from old.reference) then
    raise exception 'effective date of % is fixed', old.reference
      using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
create or replace function keep_countersigner() returns trigger language plpgsql as $$
begin
  if new.countersigner_id is distinct from old.countersigner_id and exists (
       select from acts where agreement_id = old.id and {0} = old.{0}) then
    raise exception 'who signs % for the processor is fixed', old.reference
      using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
"""


def _rename(former: str, new: str) -> None:
    for table in _TABLES:
        op.alter_column(table, former, new_column_name=new)
    for table, name in _CONSTRAINTS:
        op.execute(
            f"alter table {table} rename constraint {name.format(former)} to {name.format(new)}"
        )
    op.execute(_GUARDS.format(new))


def upgrade() -> None:
    _rename("revision", "edition")


def downgrade() -> None:
    _rename("edition", "revision")
