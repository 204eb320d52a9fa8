"""The queue's own connections, for a process that works."""

from __future__ import annotations

import asyncio
from typing import Any, LiteralString

import psycopg
from procrastinate import PsycopgConnector
from procrastinate.exceptions import ConnectorException
from psycopg_pool import AsyncConnectionPool

from service.database.rested import is_silent

TRIES = 10
PAUSE_SECONDS = 1


class PatientConnector(PsycopgConnector):
    """Tries a connection only when it has something to say, such as that it ended; Procrastinate
    would before every statement. And says again what a broken connection may have swallowed.

    Above all that a job is finished: a job that counts as under way at a living worker is never
    given back, and keeps everything else about the same thing from being done. To say twice that
    something is finished, given back or alive changes nothing.
    """

    def __init__(self, conninfo: str, *, max_size: int) -> None:
        super().__init__(conninfo=conninfo, max_size=max_size, pool_factory=_pool)

    async def execute_query_async(self, query: LiteralString, **arguments: Any) -> None:
        """Raises ConnectorException when the database does not answer for some ten seconds."""
        for left in reversed(range(TRIES)):
            try:
                await super().execute_query_async(query, **arguments)
            except ConnectorException as error:
                if not left or not isinstance(error.__cause__, psycopg.OperationalError):
                    raise
            else:
                return
            await asyncio.sleep(PAUSE_SECONDS)


def _pool(**given: Any) -> AsyncConnectionPool:
    return AsyncConnectionPool(**(given | {"check": _try_when_it_speaks}))


async def _try_when_it_speaks(connection: psycopg.AsyncConnection[Any]) -> None:
    if not is_silent(connection.fileno()):
        await AsyncConnectionPool.check_connection(connection)
