"""The psycopg connection of a SQLAlchemy one."""

from __future__ import annotations

from typing import Any, cast

import psycopg
from sqlalchemy import Connection


def driver(connection: Connection) -> psycopg.Connection[Any]:
    """The driver's own connection, for statements that SQLAlchemy would change."""
    return cast("psycopg.Connection[Any]", connection.connection.driver_connection)
