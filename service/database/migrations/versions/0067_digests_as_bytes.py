"""The digests of documents, acts, openings, originals and archived objects become bytes, as those of
the log did (0041), and acts and documents lose an id that nothing refers to: 1 kB per agreement.

Rewrites seven tables, so web and workers wait; docs/operations.md says how long. What is printed and
hashed does not change.
"""

from alembic import op

from service.database.driver import driver

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None

_COLUMNS = {
    "agreements": ("frozen_sha256",),
    "documents": ("sha256", "template_sha256", "common_sha256"),
    "common_texts": ("sha256",),
    "openings": ("document_sha256", "sha256", "common_sha256"),
    "acts": ("document_sha256", "record_sha256"),
    "originals": ("sha256", "evidence_sha256"),
    "archived_objects": ("sha256",),
}
_MAY_BE_EMPTY = (
    ("agreements", "frozen_sha256"),
    ("documents", "common_sha256"),
    ("openings", "common_sha256"),
)
# A value that is no digest was put there by somebody: it stays.
_AS_BYTES = (
    "case when {0} ~ '^([0-9a-f]{{2}})*$' then decode({0}, 'hex') else convert_to({0}, 'UTF8') end"
)
_FROZEN = """
alter table agreements add constraint ck_agreements_frozen_sha256 check (frozen_sha256 <> '' or
  state not in ('ready','in_signing','fully_signed','sealing','seal_failed','completed','superseded'))
"""
_COMMON = """
alter table openings add constraint ck_openings_common
  check ((what = 'difference') = (common_sha256 <> ''))
"""
_FIRST = """
create unique index uq_openings_first on openings
  (agreement_id, edition, coalesce(signatory_id, staff_id), what, {digest})
"""
# As in migration 0039; the lists of files have digests in hexadecimal.
_LISTS = """
create or replace function archive_lists(agreement uuid, file text, digest text) returns boolean
language sql as $$
  select exists (
    select from archived_objects
    where agreement_id = agreement
      and digest in (inside -> file ->> 1, case when name = file then {kept} end))
$$;

create or replace function keep_act() returns trigger language plpgsql as $$
declare
  kept acts%rowtype := old;
begin
  if tg_op = 'UPDATE' then
    if archive_read_back_twice(old.agreement_id)
       and archive_lists(old.agreement_id, 'handelingen/' || old.place || '.json',
                         {record}) then
      kept.record := what_stays_of_record(old.record);
    end if;
    if new is not distinct from old or new is not distinct from kept then
      return new;
    end if;
  end if;
  raise exception 'an act is never changed' using errcode = 'integrity_constraint_violation';
end $$;
"""
# The key that was unique already, instead of an id of its own.
_KEYS = {"documents": "agreement_id, edition, kind", "acts": "agreement_id, edition, place"}


def upgrade() -> None:
    for table, key in _KEYS.items():
        unique = f"uq_{table}_{key.replace(', ', '_')}"
        op.execute(f"alter table {table} drop column id, drop constraint {unique}")
        op.execute(f"alter table {table} add constraint pk_{table} primary key ({key})")
    _rewrite("bytea", _AS_BYTES, "substring(sha256, 1, 8)")
    _functions("encode(archived_objects.sha256, 'hex')", "encode(old.record_sha256, 'hex')")


def downgrade() -> None:
    _rewrite("text", "encode({0}, 'hex')", "left(sha256, 16)")
    _functions("archived_objects.sha256", "old.record_sha256")
    for table, key in _KEYS.items():
        unique = f"uq_{table}_{key.replace(', ', '_')}"
        op.execute(f"alter table {table} drop constraint pk_{table}")
        op.execute(f"alter table {table} add column id uuid not null default gen_random_uuid()")
        op.execute(
            f"alter table {table} alter id drop default, add constraint pk_{table} primary key (id),"
            f" add constraint {unique} unique ({key})"
        )


def _rewrite(kind: str, value: str, digest: str) -> None:
    """Each table in one statement, so that it is rewritten once."""
    op.execute("alter table agreements drop constraint ck_agreements_frozen_sha256")
    op.execute("alter table openings drop constraint ck_openings_common")
    op.execute("drop index uq_openings_first")
    for table, column in _MAY_BE_EMPTY:
        op.execute(f"alter table {table} alter {column} drop default")
    for table, columns in _COLUMNS.items():
        changes = (f"alter {name} type {kind} using {value.format(name)}" for name in columns)
        op.execute(f"alter table {table} {', '.join(changes)}")
    for table, column in _MAY_BE_EMPTY:
        op.execute(f"alter table {table} alter {column} set default ''")
    for statement in (_FROZEN, _COMMON, _FIRST.format(digest=digest)):
        op.execute(statement)


def _functions(kept: str, record: str) -> None:
    # Use the driver directly: SQLAlchemy would read a % in the text as a placeholder.
    driver(op.get_bind()).execute(_LISTS.format(kept=kept, record=record))
