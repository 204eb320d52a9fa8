"""Migrate a database to the newest schema, and give the service its rights."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, create_engine, text

from service.database.roles import Role, admit

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
# A migration's file begins with its number.
NEWEST = max(each.name[:4] for each in MIGRATIONS.glob("versions/[0-9]*.py"))
# Any fixed number: processes that start together migrate one after the other.
_LOCK = 7_403_142


def upgrade(url: str, application: Role | None = None) -> None:
    """Run all pending migrations; waits for another process that is migrating.

    The role ``application``, which owns nothing, then gets exactly the rights of the service. None:
    the service uses the role of ``url``.
    """
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            connection.execute(text("select pg_advisory_lock(:n)"), {"n": _LOCK})
            connection.commit()
            try:
                if not _is_newest(connection):
                    # See above.
                    from alembic import command  # noqa: PLC0415

                    command.upgrade(configuration(connection), "head")
                    connection.commit()
                    _tidy(engine)
                if application is not None:
                    admit(connection, application)
                connection.commit()
            finally:
                connection.rollback()
                connection.execute(text("select pg_advisory_unlock(:n)"), {"n": _LOCK})
                connection.commit()
    finally:
        engine.dispose()


def _tidy(engine: Engine) -> None:
    """Vacuum the table that a migration rewrote: its indexes alone answer nothing before."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("vacuum agreements"))


def is_current(url: str) -> bool:
    """Whether the schema is the one that this version needs. Raises SQLAlchemyError."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return _is_newest(connection)
    finally:
        engine.dispose()


def _is_newest(connection: Connection) -> bool:
    if connection.scalar(text("select to_regclass('alembic_version')")) is None:
        return False
    found = connection.scalars(text("select version_num from alembic_version")).all()
    return found == [NEWEST]


def configuration(connection: Connection) -> Config:
    """Alembic's configuration bound to an open connection; there is no ini file."""
    # See above.
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config
