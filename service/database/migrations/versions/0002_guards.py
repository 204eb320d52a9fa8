"""The database refuses changes to signed, closed or logged data."""

from alembic import op

from service.database.driver import driver

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_REFUSE = """
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name
    using errcode = 'integrity_constraint_violation';
end $$;
"""

_APPEND_ONLY = """
create trigger {table}_append_only before update or delete on {table}
  for each row execute function refuse_change();
create trigger {table}_no_truncate before truncate on {table}
  for each statement execute function refuse_change();
"""

# Once set, the effective date and the original's bytes never change. The
# working copies of the bytes may be emptied once the archive has verified its own.
_FIXED = """
create function keep_effective_date() returns trigger language plpgsql as $$
begin
  if old.effective_date is not null and (
       new.effective_date is distinct from old.effective_date
       or new.fully_signed_at is distinct from old.fully_signed_at
       or new.frozen_sha256 is distinct from old.frozen_sha256
       or new.revision is distinct from old.revision
       or new.reference is distinct from old.reference) then
    raise exception 'effective date of % is fixed', old.reference
      using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
create trigger agreements_keep_effective_date before update on agreements
  for each row execute function keep_effective_date();

create function keep_original() returns trigger language plpgsql as $$
declare
  kept originals%rowtype := old;
begin
  if tg_op = 'UPDATE' then
    if new.pdf is null then kept.pdf := null; end if;
    if new.evidence_pdf is null then kept.evidence_pdf := null; end if;
    if new.evidence_json is null then kept.evidence_json := null; end if;
    if new.log_jsonl is null then kept.log_jsonl := null; end if;
    if new is not distinct from kept then
      return new;
    end if;
  end if;
  raise exception 'an original is never changed' using errcode = 'integrity_constraint_violation';
end $$;
create trigger originals_keep before update or delete on originals
  for each row execute function keep_original();
create trigger originals_no_truncate before truncate on originals
  for each statement execute function refuse_change();

create function keep_frozen() returns trigger language plpgsql as $$
begin
  if old.kind = 'preview' then
    return coalesce(new, old);
  end if;
  if tg_op = 'UPDATE' and new is not distinct from old then
    return new;
  end if;
  raise exception 'a frozen document is never changed'
    using errcode = 'integrity_constraint_violation';
end $$;
create trigger documents_keep_frozen before update or delete on documents
  for each row execute function keep_frozen();
create trigger documents_no_truncate before truncate on documents
  for each statement execute function refuse_change();
"""


def upgrade() -> None:
    """Create the triggers."""
    # Use the driver directly: SQLAlchemy would read a % in the text as a placeholder.
    connection = driver(op.get_bind())
    connection.execute(_REFUSE)
    for table in ("acts", "audit_entries"):
        connection.execute(_APPEND_ONLY.format(table=table))
    connection.execute(_FIXED)


def downgrade() -> None:
    """Refused: the evidence depends on these guards."""
    raise RuntimeError("the guards of signed agreements are never removed")
