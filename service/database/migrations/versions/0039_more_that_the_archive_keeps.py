"""More of a finished agreement may be dropped once the archive has read it back twice: the records
of the acts and the shown differences, which its package holds, and the data printed in the shown
document. Pages still show the people of an act and our signer, so these stay.
"""

import sqlalchemy as sa
from alembic import op

from service.database.driver import driver

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

_WHAT_STAYS = """
create or replace function what_stays_of_record(record jsonb) returns jsonb language sql immutable as $$
  select jsonb_build_object('person', record -> 'person', 'organisation', record -> 'organisation')
$$;

create or replace function what_stays_of_context(context jsonb) returns jsonb language sql immutable as $$
  select jsonb_build_object('processor', jsonb_build_object(
    'representative', context -> 'processor' -> 'representative'))
$$;

create or replace function archive_lists(agreement uuid, file text, digest text) returns boolean
language sql as $$
  select exists (
    select from archived_objects
    where agreement_id = agreement
      and digest in (inside -> file ->> 1, case when name = file then archived_objects.sha256 end))
$$;

create or replace function archive_holds(agreement uuid, file text, bytes bytea) returns boolean
language sql as $$
  select archive_lists(agreement, file, encode(sha256(bytes), 'hex'))
$$;
"""

# As in migration 0037. The printed data are attached to the PDF, so the archive has both or none.
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
      if kept.pdf is null and new.context = what_stays_of_context(old.context) then
        kept.context := new.context;
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

_KEEP_ACT = """
create or replace function keep_act() returns trigger language plpgsql as $$
declare
  kept acts%rowtype := old;
begin
  if tg_op = 'UPDATE' then
    if archive_read_back_twice(old.agreement_id)
       and archive_lists(old.agreement_id, 'handelingen/' || old.place || '.json',
                         old.record_sha256) then
      kept.record := what_stays_of_record(old.record);
    end if;
    if new is not distinct from old or new is not distinct from kept then
      return new;
    end if;
  end if;
  raise exception 'an act is never changed' using errcode = 'integrity_constraint_violation';
end $$;
drop trigger acts_append_only on acts;
create trigger acts_keep before update or delete on acts
  for each row execute function keep_act();
"""

_KEEP_OPENING = """
create or replace function keep_opening() returns trigger language plpgsql as $$
declare
  kept openings%rowtype := old;
begin
  if tg_op = 'UPDATE' then
    if archive_read_back_twice(old.agreement_id)
       and archive_holds(old.agreement_id, 'verschil.html', convert_to(old.html, 'UTF8')) then
      kept.html := '';
    end if;
    if new is not distinct from old or new is not distinct from kept then
      return new;
    end if;
  end if;
  raise exception 'an opening is never changed' using errcode = 'integrity_constraint_violation';
end $$;
drop trigger openings_append_only on openings;
create trigger openings_keep before update or delete on openings
  for each row execute function keep_opening();
"""


def upgrade() -> None:
    """The upgrade itself drops no data; no table is rewritten."""
    op.add_column("archive_states", sa.Column("shed_at", sa.DateTime(timezone=True)))
    op.create_index(
        "ix_archive_states_kept_here",
        "archive_states",
        ["agreement_id"],
        postgresql_where=sa.text("judged_twice_at is not null and shed_at is null"),
    )
    op.drop_index("ix_documents_kept_here", table_name="documents")
    op.add_column("archived_objects", sa.Column("packed", sa.LargeBinary()))
    op.alter_column("messages", "key", nullable=True)
    # Use the driver directly: SQLAlchemy would read a % in the text as a placeholder.
    connection = driver(op.get_bind())
    for statements in (_WHAT_STAYS, _KEEP_FROZEN, _KEEP_ACT, _KEEP_OPENING):
        connection.execute(statements)


def downgrade() -> None:
    """Former code needs all data: the database refuses this if any have been dropped, because some
    mail then has no key. The functions stay: they allow what former code does not do."""
    op.alter_column("messages", "key", nullable=False)
    for table, guard in (("acts", "acts_keep"), ("openings", "openings_keep")):
        op.execute(f"drop trigger {guard} on {table}")
        op.execute(
            f"create trigger {table}_append_only before update or delete on {table}"
            " for each row execute function refuse_change()"
        )
    op.drop_column("archived_objects", "packed")
    op.create_index(
        "ix_documents_kept_here",
        "documents",
        ["agreement_id"],
        postgresql_where=sa.text("kind = 'frozen' and pdf is not null"),
    )
    op.drop_index("ix_archive_states_kept_here", table_name="archive_states")
    op.drop_column("archive_states", "shed_at")
