"""The queue's own connections, for worker processes."""

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
    """Checks a connection only if unread data wait on it, not before every statement as
    Procrastinate does. Each statement is its own transaction: one round trip instead of three.

    Also repeats statements that may have been lost with a broken connection, above all the one that
    marks a job as finished: a job recorded as running blocks all others on its subject.

    Its commits do not wait for the disk. After a crash of the machine a job may be there that was
    finished within the last second, or wait again that had begun: every job may run twice. What a
    step changes, and the jobs that it defers, are committed on the service's own connections.
    """

    def __init__(self, conninfo: str, *, max_size: int) -> None:
        super().__init__(conninfo=conninfo, max_size=max_size, pool_factory=_pool)

    async def execute_query_async(self, query: LiteralString, **arguments: Any) -> None:
        """Raises ConnectorException if the database does not answer for about ten seconds."""
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
    return AsyncConnectionPool(
        **(given | {"check": _try_when_it_speaks, "configure": _commit_each})
    )


async def _try_when_it_speaks(connection: psycopg.AsyncConnection[Any]) -> None:
    if not is_silent(connection.fileno()):
        await AsyncConnectionPool.check_connection(connection)


async def _commit_each(connection: psycopg.AsyncConnection[Any]) -> None:
    await connection.set_autocommit(True)
    await connection.execute("set synchronous_commit = off")
