"""Follow-up work: jobs deferred on the same connection and transaction as the state change."""

from __future__ import annotations

from datetime import timedelta

import procrastinate
from procrastinate.exceptions import AlreadyEnqueued
from sqlalchemy import Connection

from service.database.driver import driver

# Interactive work is never behind a mailing or a clean-up.
INTERACTIVE, BULK, HOUSEKEEPING = "interactive", "bulk", "housekeeping"


class Jobs:
    """The jobs of one transaction."""

    def __init__(self, connection: Connection, app: procrastinate.App) -> None:
        self._connection = connection
        self._app = app

    def defer(
        self,
        task: str,
        what: str,
        *,
        queue: str = INTERACTIVE,
        after: timedelta | None = None,
        **arguments: str | int,
    ) -> None:
        """Defer ``task`` for ``what`` (an agreement's id, a message's id).

        At most one such job waits at a time; while one runs another may wait, since the state may
        have changed since the first one looked. The same ``what`` is never worked on twice at once.
        """
        key = f"{task}:{what}"
        try:
            with self._connection.begin_nested():
                self._app.configure_task(
                    task,
                    queue=queue,
                    queueing_lock=key,
                    lock=key,
                    schedule_in={"seconds": int(after.total_seconds())} if after else None,
                    connection=driver(self._connection),
                ).defer(**arguments)
        except AlreadyEnqueued:
            return
