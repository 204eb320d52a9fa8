"""The queue's own connections, for a process that works."""

from __future__ import annotations

import asyncio
from typing import Any, LiteralString

import psycopg
from procrastinate import PsycopgConnector
from procrastinate.exceptions import ConnectorException

TRIES = 10
PAUSE_SECONDS = 1


class PatientConnector(PsycopgConnector):
    """Says again what a broken connection may have swallowed.

    Above all that a job is finished: a job that counts as under way at a living worker is never
    given back, and keeps everything else about the same thing from being done. To say twice that
    something is finished, given back or alive changes nothing.
    """

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
