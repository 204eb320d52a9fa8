"""``python -m bench.size``: a finished agreement's bytes in the database, with log and indexes.

Twelve agreements made through the pages are copied a hundred times, so that half-empty first pages
do not count (decision 34).
"""

from __future__ import annotations

import sys
from typing import Any

import psycopg
from psycopg import sql

from bench.w5_whole import walk_some
from bench.workshop import workshop
from service.wiring.build import libpq_url
from service.workflow.keeping import renew_stamps, retain

AGREEMENTS, COPIES = 12, 100


def main() -> int:
    """Print the bytes per agreement of each table."""
    with workshop() as opened:
        walk_some(opened, AGREEMENTS)
        with (
            opened.worker_paused(),
            psycopg.connect(libpq_url(opened.owner_url), autocommit=True) as connection,
        ):
            connection.execute("set session_replication_role = replica")
            connection.execute(_LONG_AGO)
            renew_stamps.renew_stamps(opened.deps)
            tidied, dropped = retain.tidy(opened.deps), retain.shed(opened.deps)
            print(f"tidied {tidied}, dropped of {dropped}", file=sys.stderr)
            opened.hang_up()
            for statement in _NOT_KEPT:
                connection.execute(statement)
            tables = [name for (name,) in connection.execute(_TABLES)]
            for table in tables:
                _copy(connection, table)
            connection.execute("vacuum (full, analyze)")
            print(_sizes(connection, tables))
    return 0


def _copy(connection: psycopg.Connection[Any], table: str) -> None:
    """Keys change alike in all tables, so that the copies belong together."""
    rows = connection.execute(_COLUMNS, {"table": table}).fetchall()
    names = sql.SQL(", ").join(sql.Identifier(name) for name, *_ in rows)
    changed = sql.SQL(", ").join(
        sql.SQL(_CHANGED[kind]).format(sql.Identifier(name)) if own else sql.Identifier(name)
        for name, kind, own in rows
    )
    connection.execute(
        sql.SQL(
            "insert into {table} ({names}) overriding system value"
            " select {changed} from {table}, generate_series(1, {copies}) n"
        ).format(
            table=sql.Identifier(table),
            names=names,
            changed=changed,
            copies=sql.Literal(COPIES - 1),
        )
    )


def _sizes(connection: psycopg.Connection[Any], tables: list[str]) -> str:
    count = AGREEMENTS * COPIES
    rows = connection.execute(_SIZES, {"tables": tables}).fetchall()
    lines = [f"{'':<42}{'table':>10}{'indexes':>10}  bytes per agreement"]
    lines += [f"{name:<42}{own / count:>10.0f}{of / count:>10.0f}" for name, own, of in rows if own]
    found = connection.execute(_INDEXES, {"tables": tables}).fetchall()
    lines += [f"  {name:<40}{'':>10}{size / count:>10.0f}" for name, size in found]
    total = sum(own + of for _, own, of in rows) / count
    return "\n".join([*lines, f"{'all':<42}{total:>20.0f}"])


# As read back twice, with a month passed.
_LONG_AGO = """
with ended as (update link_sessions set expires_at = now() - interval '30 days'),
used as (update code_challenges set created_at = created_at - interval '40 days')
update archive_states set stored_at = now() - interval '40 days', judged_twice_at = now(),
  looked_at = now(), checked_at = now() - interval '39 days'
where state = 'verified'
"""
# What is gone after a month, or belongs to no agreement or to the sample's draft.
_NOT_KEPT = (
    "delete from sign_requests",
    "delete from agreements where state = 'draft'",
    "delete from signatories where agreement_id not in (select id from agreements)",
    "delete from signature_places where agreement_id not in (select id from agreements)",
    "delete from annex_items where agreement_id not in (select id from agreements)",
    "delete from audit_entries where agreement_id not in (select id from agreements)",
    "delete from messages where agreement_id is null",
    "delete from audit_entries where agreement_id is null",
    "delete from audit_personal where entry_id not in (select id from audit_entries)",
)
# Agreements, and what refers to them or to a row that does.
_MINE = """
with recursive mine (oid) as (
  select 'agreements'::regclass::oid
  union select conrelid from pg_constraint join mine on confrelid = mine.oid where contype = 'f'
)
"""
_TABLES = f"{_MINE} select oid::regclass::text from mine order by 1"
# A reference to something else, such as an account, stays; what else tells rows apart changes.
_COLUMNS = f"""
{_MINE}
select attname,
  case when attname in ('reference', 'key') then attname else t.typname end,
  not exists (
    select from pg_constraint where contype = 'f' and conrelid = attrelid and attnum = any(conkey)
      and confrelid not in (select oid from mine)
  ) and (
    t.typname in ('uuid', 'text') or t.typname in ('bytea', 'int8') and exists (
      select from pg_index where indrelid = attrelid and indisunique and attnum = any(indkey::int[])
    )
  )
from pg_attribute join pg_type t on t.oid = atttypid
where attrelid = %(table)s::regclass and attnum > 0 and not attisdropped and attgenerated = ''
order by attnum
"""
_CHANGED = {
    "uuid": "md5({0}::text || n)::uuid",
    "int8": "{0} + n * 1000000",
    "bytea": "sha256({0} || n::text::bytea)",
    "reference": "left({0}, 8) || lpad((right({0}, 5)::int + n * 1000)::text, 6, '0')",
    "key": "{0} || n",
    # Digests, and the words and keys that contain a reference.
    "text": """case when {0} ~ '^[0-9a-f]{{64}}$' then encode(sha256(({0} || n)::bytea), 'hex')
      else regexp_replace({0}, '\\m(0[0-9]{{4}})\\M', '\\1' || n, 'g') end""",
}
_SIZES = """
select name, pg_table_size(name::regclass), pg_indexes_size(name::regclass)
from unnest(%(tables)s::text[]) name order by pg_total_relation_size(name::regclass) desc
"""
_INDEXES = """
select indexrelid::regclass::text, pg_relation_size(indexrelid) from pg_index
where indrelid = any(%(tables)s::regclass[]) order by 2 desc limit 60
"""


if __name__ == "__main__":
    sys.exit(main())
