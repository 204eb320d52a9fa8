"""The service's database role: it owns nothing and has only the rights that the service needs.

An owner can disable triggers, so another role owns the schema. Rights are given per table after
every migration, only to read and insert in append-only tables.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url

from service.database.driver import driver

READ_ONLY = ("alembic_version",)
# Row triggers with this function refuse updates and deletes, see migration 0002.
_TABLES = """
select c.relname,
       bool_or(t.tgtype & 1 = 1 and t.tgtype & 8 = 8) and bool_or(t.tgtype & 16 = 16)
from pg_class c
left join pg_trigger t on t.tgrelid = c.oid and t.tgfoid = to_regproc('refuse_change')
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
group by c.relname
"""
_WEAK = """
select rolsuper or exists (
  select from pg_class c
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
    and pg_has_role(current_user, c.relowner, 'member'))
from pg_roles where rolname = current_user
"""


@dataclass(frozen=True)
class Role:
    """A database role; ``password`` is for a role that must be created."""

    name: str
    password: str | None = field(default=None, repr=False)

    @staticmethod
    def of(url: str) -> Role | None:
        """The role named in this URL; None if it names none."""
        given = make_url(url)
        password = given.password
        return Role(given.username, password) if given.username else None


def admit(connection: Connection, role: Role) -> None:
    """Give ``role`` the rights of the service; ``connection`` is the owner's. Repeatable.

    Raises SQLAlchemy's DBAPIError, or psycopg's Error, if the owner may not.
    """
    raw = driver(connection)
    found = raw.execute("select current_user, current_database()").fetchone()
    owner, database = found if found else ("", "")
    if role.name == owner:
        return
    _make(raw, role)
    name = sql.Identifier(role.name)
    statements = [
        # A table made by the role could shadow the real one in the search path.
        sql.SQL("revoke create on schema public from public, {}").format(name),
        sql.SQL("revoke temporary on database {} from public, {}").format(
            sql.Identifier(database), name
        ),
        sql.SQL("grant connect on database {} to {}").format(sql.Identifier(database), name),
        sql.SQL("grant usage on schema public to {}").format(name),
        sql.SQL("revoke all on all tables in schema public from {}").format(name),
        sql.SQL("grant usage, select on all sequences in schema public to {}").format(name),
        sql.SQL("grant execute on all functions in schema public to {}").format(name),
    ]
    for table, append_only in raw.execute(_TABLES).fetchall():
        statements.append(
            sql.SQL("grant {} on {} to {}").format(
                sql.SQL(_rights(table, append_only=append_only)), sql.Identifier(table), name
            )
        )
    for statement in statements:
        raw.execute(statement)


def _rights(table: str, *, append_only: bool) -> LiteralString:
    if table in READ_ONLY:
        return "select"
    return "select, insert" if append_only else "select, insert, update, delete"


def _make(raw: psycopg.Connection[Any], role: Role) -> None:
    """Create the role unless it exists. The password is sent as a verifier, so that it is not
    logged."""
    if raw.execute("select from pg_roles where rolname = %s", [role.name]).fetchone() is not None:
        return
    words = [sql.SQL("create role {} login").format(sql.Identifier(role.name))]
    if role.password is not None:
        verifier = raw.pgconn.encrypt_password(role.password.encode(), role.name.encode())
        words.append(sql.SQL("password {}").format(sql.Literal(verifier.decode())))
    raw.execute(sql.SQL(" ").join(words))


def may_switch_off_guards(connection: Connection) -> bool:
    """Whether this connection's role owns one of our tables, or can act as its owner: then it can
    disable every guard."""
    return bool(connection.execute(text(_WEAK)).scalar())
