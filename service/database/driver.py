"""The psycopg connection beneath a SQLAlchemy one."""

from __future__ import annotations

from typing import Any, cast

import psycopg
from sqlalchemy import Connection


def driver(connection: Connection) -> psycopg.Connection[Any]:
    """The driver's own connection, for what SQLAlchemy does not pass on unchanged."""
    return cast("psycopg.Connection[Any]", connection.connection.driver_connection)
