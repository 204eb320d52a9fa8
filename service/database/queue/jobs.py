"""Follow-up work: jobs deferred on the same connection and transaction as the state change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import procrastinate
from procrastinate.exceptions import AlreadyEnqueued
from sqlalchemy import Connection, text

from service.database.driver import driver


@dataclass(frozen=True)
class Queue:
    """Jobs that matter equally. Of all jobs that could run now, a worker takes one of the highest
    priority first, and of those the oldest."""

    name: str
    priority: int


INTERACTIVE = Queue("interactive", 30)  # somebody waits for it, or it keeps what was signed
MAIL = Queue("mail", 20)
BULK = Queue("bulk", 10)  # one of many that were asked for at once
HOUSEKEEPING = Queue("housekeeping", 0)  # nobody notices whether it runs now or in an hour
QUEUES = (INTERACTIVE, MAIL, BULK, HOUSEKEEPING)


@dataclass(frozen=True)
class Task:
    """One kind of job. The name stands in the database: a job that waits keeps it for ever.

    ``about`` is the argument that says what a job is about: two about the same are never worked on
    at once, and one waits at most. Without it there is one such job at a time, called ``single``.
    ``goes_on``: a job that keeps killing its worker is tried again for ever; otherwise a person
    decides what comes next.
    """

    name: str
    queue: Queue = INTERACTIVE
    about: str = "agreement_id"
    single: str = ""
    goes_on: bool = True

    def what(self, arguments: Mapping[str, str | int]) -> str:
        """What a job with these arguments is about."""
        return str(arguments[self.about]) if self.about else self.single


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
        task: Task,
        *,
        what: str = "",
        after: timedelta | None = None,
        **arguments: str | int,
    ) -> None:
        """Defer a job with these arguments.

        At most one about the same thing waits at a time; while one runs another may wait, since the
        state may have changed since the first one looked. ``what`` is the thing where it is more
        than the task's own argument says.

        A job that waits already is held until this transaction ends: a worker that took it now
        would look before there is anything to see, find nothing to do, and the work would lie
        until a sweep. Held rows are skipped by whoever looks for work (``FOR UPDATE SKIP LOCKED``).
        """
        key = f"{task.name}:{what or task.what(arguments)}"
        while not self._insert(task, key, after, arguments):
            waiting = self._connection.execute(_HOLD_WAITING, {"key": key}).scalar()
            if waiting is not None:
                self._connection.execute(_WAKE, {"queue": waiting})
                return
            # A worker took it meanwhile and may have looked already, so another one must wait.

    def defer_first(self, task: Task, **arguments: str | int) -> None:
        """Defer a job about something that was made in this transaction: none about it can wait
        yet, so there is nothing to go back to."""
        self._put(task, f"{task.name}:{task.what(arguments)}", None, arguments)

    def _insert(
        self,
        task: Task,
        key: str,
        after: timedelta | None,
        arguments: dict[str, str | int],
    ) -> bool:
        """A new job; False when one waits already."""
        try:
            with self._connection.begin_nested():
                self._put(task, key, after, arguments)
        except AlreadyEnqueued:
            return False
        return True

    def _put(
        self,
        task: Task,
        key: str,
        after: timedelta | None,
        arguments: dict[str, str | int],
    ) -> None:
        self._app.configure_task(
            task.name,
            queue=task.queue.name,
            priority=task.queue.priority,
            queueing_lock=key,
            lock=key,
            schedule_in={"seconds": int(after.total_seconds())} if after else None,
            connection=driver(self._connection),
        ).defer(**arguments)
