"""One database for all tests of a folder, emptied after each: far quicker than one for each.

Only the guards against deleting are off while it is emptied, and only in that connection.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from service.database import migrate
from service.engines import EmbeddedPostgres

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
    with psycopg.connect(_plain(server.url("postgres")), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        migrate.upgrade(server.url(name))
        yield server.url(name)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def empty(url: str) -> None:
    """Take everything out of it."""
    with psycopg.connect(_plain(url), autocommit=True) as connection:
        connection.execute(EMPTY)


def _plain(url: str) -> str:
    return url.replace("+psycopg", "")
