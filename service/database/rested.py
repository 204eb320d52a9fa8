"""Idle connections, and those with unread data, are checked before they are used again.

SQLAlchemy's own ``pool_pre_ping`` checks them each time, and a request takes a connection four or
five times: one statement in six was such a check. A server that ends a connection announces it on
the socket, which is cheap to inspect; a server that vanished silently is detected once the
connection was idle for ``RESTED``.
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
    """Whether there are no unread data on the socket, such as the notice of the connection's
    end."""
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
