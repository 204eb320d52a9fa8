"""One database for all tests of a folder, emptied after each: much faster than one per test.

Tests use it as the service does, with the role that owns nothing. Only the owner can empty it, and
can do what an attacker with the owner's rights could: ``as_owner``. The guards against deleting are
off while it is emptied, only in that connection.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import psycopg
from psycopg import sql

from service.database import migrate
from service.database.roles import Role
from service.engines import EmbeddedPostgres
from service.engines.postgres import APPLICATION, OWNER

EMPTY = sql.SQL(
    "create function pg_temp.empty() returns void language plpgsql as $$ begin {} end $$"
)
TABLES = "select tablename from pg_tables where schemaname = 'public' and tablename <> %s"


@contextmanager
def kept_database(server: EmbeddedPostgres, name: str) -> Iterator[str]:
    """A migrated database of this name for the duration of the block; SQLAlchemy's URL."""
    with psycopg.connect(_plain(server.owner_url("postgres")), autocommit=True) as connection:
        _copy_migrated(server, connection, name)
        yield server.url(name)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _copy_migrated(
    server: EmbeddedPostgres, connection: psycopg.Connection[Any], name: str
) -> None:
    """Copy a database that the first caller of the run migrates: that takes half a second."""
    connection.execute("select pg_advisory_lock(1)")
    found = connection.execute("select from pg_database where datname = 'migrated'").fetchone()
    if found is None:
        connection.execute("CREATE DATABASE migrating")
        migrate.upgrade(server.owner_url("migrating"), Role(APPLICATION))
        connection.execute("ALTER DATABASE migrating RENAME TO migrated")
    copy = sql.SQL("CREATE DATABASE {} TEMPLATE migrated").format(sql.Identifier(name))
    connection.execute(copy)
    # Rights to the database itself are not copied.
    migrate.upgrade(server.owner_url(name), Role(APPLICATION))
    connection.execute("select pg_advisory_unlock(1)")


def empty(url: str) -> None:
    """Delete all rows."""
    emptied(owner_of(url))


def emptied(connection: psycopg.Connection[Any]) -> None:
    """The same by a connection of ``owner_of``, in its transaction if it has one."""
    connection.execute("select pg_temp.empty()")


@cache
def owner_of(url: str) -> psycopg.Connection[Any]:
    """The owner's connection, with guards and keys off. It stays open, because a new one takes
    longer than the deleting.

    A test fills few of the tables. To ask whether a table has rows takes less than to delete none.
    """
    connection = psycopg.connect(_plain(as_owner(url)), autocommit=True)
    connection.execute("set session_replication_role = replica")
    tables = connection.execute(TABLES, ["alembic_version"]).fetchall()
    each = sql.SQL("if exists (select from {0}) then delete from {0}; end if;")
    steps = sql.SQL(" ").join(each.format(sql.Identifier(name)) for (name,) in tables)
    connection.execute(EMPTY.format(steps))
    return connection


def as_owner(url: str) -> str:
    """The same database for the role that owns its tables."""
    return url.replace(f"//{APPLICATION}@", f"//{OWNER}@")


def _plain(url: str) -> str:
    return url.replace("+psycopg", "")
