"""Migrate a database to the newest schema, and give the service its rights."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text

from service.database.roles import Role, admit

MIGRATIONS = Path(__file__).parent / "migrations"
# Any fixed number: processes that start together migrate one after the other.
_LOCK = 7_403_142


def upgrade(url: str, application: Role | None = None) -> None:
    """Run all pending migrations; waits for another process that is migrating.

    Afterwards the role ``application``, which owns nothing, has exactly the rights that the service
    needs. None: the service uses the role of ``url``.
    """
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            connection.execute(text("select pg_advisory_lock(:n)"), {"n": _LOCK})
            connection.commit()
            try:
                command.upgrade(configuration(connection), "head")
                if application is not None:
                    admit(connection, application)
                connection.commit()
            finally:
                connection.rollback()
                connection.execute(text("select pg_advisory_unlock(:n)"), {"n": _LOCK})
                connection.commit()
    finally:
        engine.dispose()


def is_current(url: str) -> bool:
    """Whether the schema is the one that this version needs. Raises SQLAlchemyError."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            newest = ScriptDirectory.from_config(configuration(connection)).get_current_head()
            return MigrationContext.configure(connection).get_current_revision() == newest
    finally:
        engine.dispose()


def configuration(connection: Connection) -> Config:
    """Alembic's configuration bound to an open connection; there is no ini file."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config
