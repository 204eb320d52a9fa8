"""Bring a database to the newest schema."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, text

MIGRATIONS = Path(__file__).parent / "migrations"
# Any fixed number: two processes that start together migrate one after the other.
_LOCK = 7_403_142


def upgrade(url: str) -> None:
    """Run every migration that has not run; waits for another process that is at it."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            connection.execute(text("select pg_advisory_lock(:n)"), {"n": _LOCK})
            connection.commit()
            try:
                command.upgrade(configuration(connection), "head")
                connection.commit()
            finally:
                connection.rollback()
                connection.execute(text("select pg_advisory_unlock(:n)"), {"n": _LOCK})
                connection.commit()
    finally:
        engine.dispose()


def configuration(connection: Connection) -> Config:
    """Alembic's configuration bound to an open connection; there is no ini file."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config
