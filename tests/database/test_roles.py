"""What the service's role may not do in its own database."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import psycopg
import pytest
from emptied import as_owner
from psycopg import sql
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError

from service.database.engine import Database
from service.database.roles import Role, may_switch_off_guards
from service.running.first_start import prepare_database

REFUSED = ("42501", "42939")  # insufficient_privilege, reserved_name
APPEND_ONLY = """
select relname from pg_class where oid in (
  select tgrelid from pg_trigger where tgfoid = 'refuse_change'::regproc and tgtype & 1 = 1)
"""
OF_A_TABLE = (
    "alter table {} disable trigger all",
    "alter table {} disable trigger user",
    "alter table {} owner to current_user",
    "alter table {} rename to other",
    "alter table {} add column other int",
    "create trigger other before insert on {} for each row execute function refuse_change()",
    "create rule other as on insert to {} do instead nothing",
    "create policy other on {} using (false)",
    "alter table {} enable row level security",
    "truncate {} cascade",
    "drop table {} cascade",
)
OF_ALL = (
    "set session_replication_role = replica",
    "set role zegel",
    "alter role current_user superuser",
    "create role other superuser",
    "create table other (n int)",
    "create temporary table agreements (n int)",
    "create function other() returns int language sql as 'select 1'",
    "create or replace function refuse_change() returns trigger language plpgsql as"
    " 'begin return new; end'",
    "drop function refuse_change() cascade",
    "alter function refuse_change() owner to current_user",
    "drop schema public cascade",
    "create schema other",
    "update alembic_version set version_num = '0001'",
    "copy agreements to program 'cat'",
    "select pg_read_file('postgresql.conf')",
    "select lo_import('/etc/passwd')",
)


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    engine = create_engine(database.url)
    with engine.connect() as opened:
        yield opened
    engine.dispose()


def refused(connection: Connection, statement: str) -> None:
    """The database refuses the statement for lack of permission, not because it is wrong."""
    with pytest.raises(DBAPIError) as refusal:
        connection.execute(text(statement))
    connection.rollback()
    assert getattr(refusal.value.orig, "sqlstate", "") in REFUSED, (statement, refusal.value)


def test_the_service_cannot_take_away_the_guards_of_a_table(connection: Connection) -> None:
    tables = set(connection.execute(text(APPEND_ONLY)).scalars())
    assert {"audit_entries", "anchors", "document_stamps"} <= tables
    for table in (*tables, "acts", "openings", "originals", "documents", "agreements"):
        for statement in OF_A_TABLE:
            refused(connection, statement.format(table))
    for table in tables:
        refused(connection, f"delete from {table}")


def test_the_service_rules_nothing(connection: Connection) -> None:
    for statement in OF_ALL:
        refused(connection, statement)


def test_what_is_append_only_can_only_be_read_and_added_to(connection: Connection) -> None:
    tables = set(connection.execute(text(APPEND_ONLY)).scalars())
    for table, right in ((table, right) for table in tables for right in ("update", "delete")):
        assert not connection.execute(
            text("select has_table_privilege(:table, :right)"), {"table": table, "right": right}
        ).scalar(), (table, right)


def test_the_service_is_told_apart_from_who_owns_its_tables(
    connection: Connection, database: Database
) -> None:
    assert not may_switch_off_guards(connection)
    assert not database.owns_its_tables()
    engine = create_engine(as_owner(database.url))
    with engine.connect() as owner:
        assert may_switch_off_guards(owner)
    engine.dispose()


@pytest.fixture
def other_role(database: Database) -> Iterator[str]:
    """The name of a role that does not exist yet, in a server with other databases."""
    name = f"service_{uuid.uuid4().hex}"
    yield name
    with psycopg.connect(as_owner(database.url).replace("+psycopg", "")) as owner:
        owner.execute(sql.SQL("drop owned by {}").format(sql.Identifier(name)))
        owner.execute(sql.SQL("drop role {}").format(sql.Identifier(name)))


def test_preparing_makes_the_role_of_the_service_and_gives_it_what_it_needs(
    database: Database, other_role: str, connection: Connection
) -> None:
    address = database.url.replace("zegel_app@", f"{other_role}:geheim@")
    for _ in range(2):
        prepare_database(address, as_owner(database.url))
    rights = "select relname, has_table_privilege(:role, oid, :right) from pg_class" + (
        " where relnamespace = 'public'::regnamespace and relkind = 'r'"
    )
    for right in ("select", "insert", "update", "delete", "truncate", "references", "trigger"):
        given = {
            role: set(connection.execute(text(rights), {"role": role, "right": right}))
            for role in (other_role, "zegel_app")
        }
        assert given[other_role] == given["zegel_app"]
        assert any(may for _, may in given[other_role]) == (
            right in ("select", "insert", "update", "delete")
        )
    with psycopg.connect(as_owner(database.url).replace("+psycopg", "")) as owner:
        kept = owner.execute(
            "select rolpassword, rolsuper, rolcreaterole, rolcreatedb from pg_authid"
            " where rolname = %s",
            [other_role],
        ).fetchone()
    assert kept is not None
    assert kept[0].startswith("SCRAM-SHA-256$")
    assert kept[1:] == (False, False, False)


def test_an_address_names_its_role() -> None:
    assert Role.of("postgresql://a:b@machine/zegel") == Role("a", "b")
    assert Role.of("postgresql:///zegel") is None
