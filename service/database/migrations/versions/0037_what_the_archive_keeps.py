"""The bytes of a signed text may be dropped once the archive has read them back twice; before that
the database refuses it to everybody."""

import sqlalchemy as sa
from alembic import op

from service.database.driver import driver

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

# Locked, so that the archive's state does not change after the check.
_ARCHIVE = """
create or replace function archive_verified(agreement uuid) returns boolean language plpgsql as $$
begin
  perform 1 from archive_states
    where agreement_id = agreement and state = 'verified' for share;
  return found;
end $$;

create or replace function archive_read_back_twice(agreement uuid) returns boolean language plpgsql as $$
begin
  perform 1 from archive_states
    where agreement_id = agreement and state = 'verified' and failure = ''
      and judged_twice_at is not null and disputed_since is null
    for share;
  return found;
end $$;

create or replace function archive_holds(agreement uuid, file text, bytes bytea) returns boolean
language sql as $$
  select exists (
    select from archived_objects
    where agreement_id = agreement
      and encode(sha256(bytes), 'hex')
        in (inside -> file ->> 1, case when name = file then archived_objects.sha256 end))
$$;
"""

# A preview is not evidence. Of a frozen text only the bytes may be dropped; its size replaces them.
_KEEP_FROZEN = """
create or replace function keep_frozen() returns trigger language plpgsql as $$
declare
  kept documents%rowtype := old;
begin
  if old.kind = 'preview' then
    return coalesce(new, old);
  end if;
  if tg_op = 'UPDATE' then
    if new is not distinct from old then
      return new;
    end if;
    if archive_read_back_twice(old.agreement_id) then
      if new.pdf is null and new.size = octet_length(old.pdf)
         and archive_holds(old.agreement_id, 'getoond.pdf', old.pdf) then
        kept.pdf := null;
        kept.size := new.size;
      end if;
      if new.reading_html is null
         and archive_holds(old.agreement_id, 'leesweergave.html',
                           convert_to(old.reading_html, 'UTF8')) then
        kept.reading_html := null;
      end if;
      if new is not distinct from kept then
        return new;
      end if;
    end if;
  end if;
  raise exception 'a frozen document is never changed'
    using errcode = 'integrity_constraint_violation';
end $$;
"""

# As before, but only if the archive is verified; certificates may be dropped with the other files.
_KEEP_ORIGINAL = """
create or replace function keep_original() returns trigger language plpgsql as $$
declare
  kept originals%rowtype := old;
begin
  if tg_op = 'UPDATE' then
    if new is not distinct from old then
      return new;
    end if;
    if archive_verified(old.agreement_id) then
      if new.pdf is null then kept.pdf := null; end if;
      if new.evidence_pdf is null then kept.evidence_pdf := null; end if;
      if new.evidence_json is null then kept.evidence_json := null; end if;
      if new.log_jsonl is null then kept.log_jsonl := null; end if;
      if new.further_files is null then kept.further_files := null; end if;
      if new.manifest_facts = old.manifest_facts - 'certificates' then
        kept.manifest_facts := new.manifest_facts;
      end if;
      if new is not distinct from kept then
        return new;
      end if;
    end if;
  end if;
  raise exception 'an original is never changed' using errcode = 'integrity_constraint_violation';
end $$;
"""

_KEEP_SEALS = """
create or replace function keep_seals() returns trigger language plpgsql as $$
begin
  if archive_verified(old.agreement_id) then
    return old;
  end if;
  raise exception 'a seal is kept until the archive has it'
    using errcode = 'integrity_constraint_violation';
end $$;
create trigger seals_keep before delete on seals
  for each row execute function keep_seals();
create trigger seals_no_truncate before truncate on seals
  for each statement execute function refuse_change();
"""

_FORMER_KEEP_FROZEN = """
create or replace function keep_frozen() returns trigger language plpgsql as $$
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
"""


def upgrade() -> None:
    """The upgrade itself drops no data."""
    op.alter_column("documents", "pdf", nullable=True)
    op.alter_column("documents", "reading_html", nullable=True)
    op.add_column("documents", sa.Column("size", sa.Integer(), nullable=True))
    op.create_check_constraint(
        op.f("ck_documents_size"), "documents", "(pdf is null) = (size is not null)"
    )
    op.create_index(
        "ix_documents_kept_here",
        "documents",
        ["agreement_id"],
        postgresql_where=sa.text("kind = 'frozen' and pdf is not null"),
    )
    # Use the driver directly: SQLAlchemy would read a % in the text as a placeholder.
    connection = driver(op.get_bind())
    for statements in (_ARCHIVE, _KEEP_FROZEN, _KEEP_ORIGINAL, _KEEP_SEALS):
        connection.execute(statements)


def downgrade() -> None:
    """Former code needs all bytes: the database refuses this if any have been dropped."""
    op.execute("drop trigger seals_no_truncate on seals")
    op.execute("drop trigger seals_keep on seals")
    op.drop_index("ix_documents_kept_here", table_name="documents")
    op.drop_constraint(op.f("ck_documents_size"), "documents")
    driver(op.get_bind()).execute(_FORMER_KEEP_FROZEN)
    op.drop_column("documents", "size")
    op.alter_column("documents", "reading_html", nullable=False)
    op.alter_column("documents", "pdf", nullable=False)
