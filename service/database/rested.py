"""Connections that rested, or that have something to say, are tried before they are used again.

SQLAlchemy's own ``pool_pre_ping`` tries them each time, and a request takes a connection four or
five times: one statement in six was such a try. A server that ends a connection says so on its
socket, which costs nothing to look at; one that vanished without a word is found after ``RESTED``.
"""

from __future__ import annotations

import select
import time
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

# In seconds.
RESTED = 1.0


def tried_when_rested(engine: Engine) -> None:
    """From now on, a connection that rested is replaced, with all others, when it is broken."""

    def came_back(_connection: Any, entry: ConnectionPoolEntry) -> None:
        entry.info["came_back"] = time.monotonic()

    def taken(connection: Any, entry: ConnectionPoolEntry, _borrower: object) -> None:
        since = entry.info.get("came_back")
        if since is None:  # it is new
            return
        if time.monotonic() - since < RESTED and is_silent(connection.fileno()):
            return
        if not _answers(engine, connection):
            raise InvalidatePoolError

    event.listen(engine, "checkin", came_back)
    event.listen(engine, "checkout", taken)


def is_silent(socket: int) -> bool:
    """Whether nothing arrived that nobody asked for, such as the end of the connection."""
    poll = select.poll()
    poll.register(socket, select.POLLIN)
    return not poll.poll(0)


def _answers(engine: Engine, connection: Any) -> bool:
    try:
        return engine.dialect.do_ping(connection)
    except engine.dialect.loaded_dbapi.Error as error:
        if not engine.dialect.is_disconnect(error, connection, None):
            raise
        return False
