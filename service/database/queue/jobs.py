"""Follow-up work: jobs deferred on the same connection and transaction as the state change."""

from __future__ import annotations

from datetime import timedelta

import procrastinate
from procrastinate.exceptions import AlreadyEnqueued
from sqlalchemy import Connection, text

from service.database.driver import driver

# Interactive work is never behind a mailing or a clean-up.
INTERACTIVE, BULK, HOUSEKEEPING = "interactive", "bulk", "housekeeping"

_HOLD_WAITING = text(
    "select queue_name from procrastinate_jobs"
    " where queueing_lock = :key and status = 'todo' for update"
)
# The same words as Procrastinate's own trigger on a new job.
_WAKE = text(
    "select pg_notify('procrastinate_queue_v1#' || :queue,"
    " json_build_object('type', 'job_inserted', 'job_id', 0)::text)"
)


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

        A job that waits already is held until this transaction ends: a worker that took it now
        would look before there is anything to see, find nothing to do, and the work would lie
        until a sweep. Held rows are skipped by whoever looks for work (``FOR UPDATE SKIP LOCKED``).
        """
        key = f"{task}:{what}"
        while not self._insert(task, key, queue, after, arguments):
            waiting = self._connection.execute(_HOLD_WAITING, {"key": key}).scalar()
            if waiting is not None:
                self._connection.execute(_WAKE, {"queue": waiting})
                return
            # A worker took it meanwhile and may have looked already, so another one must wait.

    def _insert(
        self,
        task: str,
        key: str,
        queue: str,
        after: timedelta | None,
        arguments: dict[str, str | int],
    ) -> bool:
        """A new job; False when one waits already."""
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
            return False
        return True
