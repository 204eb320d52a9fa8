"""Checks connections that were idle, or that have unread data, before they are used again.

``pool_pre_ping`` would check each time, one statement in six. The socket announces the end of a
connection; a server that vanished silently is detected after ``RESTED``.
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
    """Check idle connections from now on; if one is broken, all are replaced."""

    def came_back(_connection: Any, entry: ConnectionPoolEntry) -> None:
        entry.info["came_back"] = time.monotonic()

    def taken(connection: Any, entry: ConnectionPoolEntry, _borrower: object) -> None:
        since = entry.info.get("came_back")
        if since is None:  # a new connection
            return
        if time.monotonic() - since < RESTED and is_silent(connection.fileno()):
            return
        if not _answers(engine, connection):
            raise InvalidatePoolError

    event.listen(engine, "checkin", came_back)
    event.listen(engine, "checkout", taken)


def is_silent(socket: int) -> bool:
    """Whether no unread data, such as the notice of its end, wait on the socket."""
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
