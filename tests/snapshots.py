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
from emptied import emptied, owner_of
from psycopg import sql

from service.deps import Deps
from storage.manifest import media_type
from storage.objects import ObjectStore, ReadObject

T = TypeVar("T", bound=str | tuple[Any, ...])

# Less than what expires after a state is made: a code after ten minutes, the limit for stalled
# items after fifteen, even if one state begins with another.
GOOD_FOR_SECONDS = 420
AT_ONCE = 8
# By name: a database that a test downgraded has them in another order.
COLUMNS = """
select table_name, array_agg(column_name::text order by column_name) from information_schema.columns
where table_schema = 'public' and is_generated = 'NEVER'
and table_name in (select tablename from pg_tables where tablename <> 'alembic_version')
group by table_name
"""
NEW_VERSIONS = """
update {} as kept set version_id = there.version_id
from unnest(%s::text[], %s::text[]) as there (key, version_id) where kept.key = there.key
"""
# A mail that waits for a minute is shown as stalled.
LATER = "update messages set queued_at = queued_at + make_interval(secs => %s)"


@dataclass(frozen=True)
class Snapshot:
    """Everything stored when it was made: rows by table and its columns, objects by key."""

    made_at: float
    given: Any
    rows: Mapping[tuple[str, tuple[str, ...]], bytes]
    objects: Mapping[str, ReadObject]


_KEPT: dict[tuple[str, str, bytes], Snapshot] = {}


def begin_with(name: str, deps: Deps, make: Callable[[], T], *, archive: bool = True) -> T:
    """Let this test begin with what ``make`` leaves behind; returns the result of ``make``.

    Restoring deletes whatever the database contained. Staff have the same ids in every test
    (``add_colleague``) and the keys are the worker's; a browser must sign in again. Without
    ``archive`` only the database is kept and restored.
    """
    key = (name, deps.database.url, deps.secret_key)
    kept = _KEPT.get(key)
    if kept is None or time.monotonic() - kept.made_at > GOOD_FOR_SECONDS:
        _KEPT[key] = _take(deps, make(), archive=archive)
        return cast(T, _KEPT[key].given)
    _put_back(deps, kept)
    return cast(T, kept.given)


def _take(deps: Deps, given: Any, *, archive: bool) -> Snapshot:
    made_at = time.monotonic()
    by_key = _objects(deps.objects()) if archive else {}
    connection = owner_of(deps.database.url)
    rows = {}
    with connection.transaction():
        for table, names in connection.execute(COLUMNS).fetchall():
            if connection.execute(_of("select 1 from {} limit 1", table)).fetchone():
                rows[table, tuple(names)] = _rows(connection, table, names)
    return Snapshot(made_at, given, rows, by_key)


def _objects(objects: ObjectStore) -> Mapping[str, ReadObject]:
    versions = list(objects.versions(""))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        read = list(pool.map(lambda one: objects.read(one.key, one.version_id), versions))
    by_key = {each.key: found for each, found in zip(versions, read, strict=True)}
    assert len(by_key) == len(versions), "an object in a snapshot has one version"
    return by_key


def _put_back(deps: Deps, kept: Snapshot) -> None:
    versions = _put(deps.objects(), kept.objects) if kept.objects else {}
    connection = owner_of(deps.database.url)  # without guards and keys
    with connection.transaction():
        emptied(connection)
        for (table, names), data in kept.rows.items():
            statement = _of("copy {} ({}) from stdin (format binary)", table, names)
            with connection.cursor().copy(statement) as copy:
                copy.write(data)
        for table in ("archived_objects", "anchor_objects") if versions else ():
            statement = _of(NEW_VERSIONS, table)
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


def _rows(connection: psycopg.Connection[Any], table: str, names: Sequence[str]) -> bytes:
    statement = _of("copy {} ({}) to stdout (format binary)", table, names)
    with connection.cursor().copy(statement) as copy:
        return b"".join(copy)


def _of(statement: LiteralString, table: str, names: Sequence[str] = ()) -> sql.Composed:
    return sql.SQL(statement).format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, names))
    )
