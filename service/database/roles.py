"""The role that the service works with: it owns nothing and may do no more than the service does.

A trigger holds against everybody but the owner of its table, who can switch it off. So the schema
belongs to another role, and this one gets its rights table by table, anew after every migration:
a new table needs no line anywhere. What is append-only can only be read and added to.
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
# Row triggers of this function refuse both changes, see migration 0002.
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
    """Whoever works in the database; ``password`` is for a role that has to be made."""

    name: str
    password: str | None = field(default=None, repr=False)

    @staticmethod
    def of(url: str) -> Role | None:
        """The role that this address names; None where it names none."""
        given = make_url(url)
        password = given.password
        return Role(given.username, password) if given.username else None


def admit(connection: Connection, role: Role) -> None:
    """Give ``role`` the rights of the service; ``connection`` is the owner's. Repeatable.

    The owner itself is left alone. Raises SQLAlchemy's DBAPIError, or psycopg's Error, where the
    owner may not make the role or give these rights.
    """
    raw = driver(connection)
    found = raw.execute("select current_user, current_database()").fetchone()
    owner, database = found if found else ("", "")
    if role.name == owner:
        return
    _make(raw, role)
    name = sql.Identifier(role.name)
    statements = [
        # A table of one's own in the search path would be read instead of the real one.
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
    """Make the role unless it is there. Its password goes to the server as a verifier, so that it
    stands in no log."""
    if raw.execute("select from pg_roles where rolname = %s", [role.name]).fetchone() is not None:
        return
    words = [sql.SQL("create role {} login").format(sql.Identifier(role.name))]
    if role.password is not None:
        verifier = raw.pgconn.encrypt_password(role.password.encode(), role.name.encode())
        words.append(sql.SQL("password {}").format(sql.Literal(verifier.decode())))
    raw.execute(sql.SQL(" ").join(words))


def may_switch_off_guards(connection: Connection) -> bool:
    """Whether the role of this connection owns a table of ours, or can act as who does: then no
    guard in the database holds against it."""
    return bool(connection.execute(text(_WEAK)).scalar())
