"""One database for all tests of a folder, emptied after each: far quicker than one for each.

Tests work in it as the service does, with the role that owns nothing. Only the owner can empty it,
and can do what an attacker with the owner's rights would: ``as_owner``. The guards against
deleting are off while it is emptied, and only in that connection.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from service.database import migrate
from service.database.roles import Role
from service.engines import EmbeddedPostgres
from service.engines.postgres import APPLICATION, OWNER

EMPTY = """
do $$
declare
  found record;
begin
  set local session_replication_role = replica;
  for found in select tablename from pg_tables
               where schemaname = 'public' and tablename <> 'alembic_version' loop
    execute format('delete from %I', found.tablename);
  end loop;
end $$
"""


@contextmanager
def kept_database(server: EmbeddedPostgres, name: str) -> Iterator[str]:
    """A migrated database of this name for the time of the block; SQLAlchemy's URL."""
    with psycopg.connect(_plain(server.owner_url("postgres")), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        migrate.upgrade(server.owner_url(name), Role(APPLICATION))
        yield server.url(name)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def empty(url: str) -> None:
    """Take everything out of it."""
    with psycopg.connect(_plain(as_owner(url)), autocommit=True) as connection:
        connection.execute(EMPTY)


def as_owner(url: str) -> str:
    """The same database for the role that owns its tables."""
    return url.replace(f"//{APPLICATION}@", f"//{OWNER}@")


def _plain(url: str) -> str:
    return url.replace("+psycopg", "")
