"""A starting state shared by many tests: made once per test worker, and restored for the others.

To sign, seal, close and archive an agreement takes seconds, and is not what most of these tests are
about. Restored is all that the service stores: every row of the database, and the objects of the
bucket with the same locks, in the test's own bucket, so that a test may destroy anything. Versions
have new ids there: our records have those of the new bucket, the manifest in it those of the first,
as in a copied bucket.

Tests of the steps themselves do all steps.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, LiteralString, TypeVar, cast

import psycopg
from emptied import as_owner, without_rows
from psycopg import sql

from service.deps import Deps
from service.wiring.build import libpq_url
from storage.manifest import media_type
from storage.objects import ObjectStore, ReadObject

T = TypeVar("T", bound=str | tuple[Any, ...])

# Less than what expires after a state is made: a code after ten minutes, the limit for stalled
# items after fifteen, even if one state begins with another.
GOOD_FOR_SECONDS = 420
AT_ONCE = 8
TABLES = "select tablename from pg_tables where schemaname = 'public'"
COLUMNS = """
select column_name from information_schema.columns
where table_schema = 'public' and table_name = %s and is_generated = 'NEVER' order by column_name
"""
NEW_VERSIONS = """
update {} as kept set version_id = there.version_id
from unnest(%s::text[], %s::text[]) as there (key, version_id) where kept.key = there.key
"""
# A mail that waits for a minute is shown as stalled.
LATER = "update messages set queued_at = queued_at + make_interval(secs => %s)"


@dataclass(frozen=True)
class Snapshot:
    """Everything stored at one moment: rows by table, objects by key."""

    made_at: float
    given: Any
    rows: Mapping[str, bytes]
    objects: Mapping[str, ReadObject]


_KEPT: dict[tuple[str, str, bytes], Snapshot] = {}


def begin_with(name: str, deps: Deps, make: Callable[[], T]) -> T:
    """Let this test begin with what ``make`` leaves behind; returns the result of ``make``.

    Restoring deletes whatever the database contained. Staff have the same ids in every test
    (``add_colleague``) and the keys are the worker's; a browser must sign in again.
    """
    key = (name, deps.database.url, deps.secret_key)
    kept = _KEPT.get(key)
    if kept is None or time.monotonic() - kept.made_at > GOOD_FOR_SECONDS:
        _KEPT[key] = _take(deps, time.monotonic(), make())
        return cast(T, _KEPT[key].given)
    _put_back(deps, kept)
    return cast(T, kept.given)


def _take(deps: Deps, made_at: float, given: Any) -> Snapshot:
    objects = deps.objects()
    versions = list(objects.versions(""))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        read = list(pool.map(lambda one: objects.read(one.key, one.version_id), versions))
    by_key = {each.key: found for each, found in zip(versions, read, strict=True)}
    assert len(by_key) == len(versions), "an object in a snapshot has one version"
    with _owner(deps) as connection:
        rows = {name: _rows(connection, name) for (name,) in connection.execute(TABLES)}
    del rows["alembic_version"]
    return Snapshot(made_at, given, rows, by_key)


def _put_back(deps: Deps, kept: Snapshot) -> None:
    versions = _put(deps.objects(), kept.objects)
    with _owner(deps) as connection:
        connection.execute("set local session_replication_role = replica")  # no guards, no keys
        connection.execute(without_rows(connection))
        for name, data in kept.rows.items():
            statement = _copy("copy {} ({}) from stdin (format binary)", connection, name)
            with connection.cursor().copy(statement) as copy:
                copy.write(data)
        for name in ("archived_objects", "anchor_objects"):
            statement = sql.SQL(NEW_VERSIONS).format(sql.Identifier(name))
            connection.execute(statement, [list(versions), list(versions.values())])
        connection.execute(LATER, [time.monotonic() - kept.made_at])


def _put(objects: ObjectStore, kept: Mapping[str, ReadObject]) -> dict[str, str]:
    """Store the objects in this bucket; returns the new versions by key."""

    def put(key: str) -> str:
        found = kept[key]
        assert found.locked_until
        stored = objects.put_once(
            key, found.data, content_type=media_type(key), retain_until=found.locked_until
        )
        return stored.version_id

    keys: Sequence[str] = list(kept)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(zip(keys, pool.map(put, keys), strict=True))


def _rows(connection: psycopg.Connection[Any], table: str) -> bytes:
    statement = _copy("copy {} ({}) to stdout (format binary)", connection, table)
    with connection.cursor().copy(statement) as copy:
        return b"".join(copy)


def _copy(
    statement: LiteralString, connection: psycopg.Connection[Any], table: str
) -> sql.Composed:
    """With the columns by name: a database that a test downgraded has them in another order."""
    columns = [sql.Identifier(name) for (name,) in connection.execute(COLUMNS, [table])]
    return sql.SQL(statement).format(sql.Identifier(table), sql.SQL(", ").join(columns))


def _owner(deps: Deps) -> psycopg.Connection[Any]:
    """A connection of the owner, in one transaction that ends with the block."""
    return psycopg.connect(libpq_url(as_owner(deps.database.url)))
