"""Follow-up work: jobs deferred on the same connection and transaction as the state change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, Integer, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB


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


# Procrastinate's own ``defer`` says the same in three statements, and in five where one waits.
# A job that waits already is held, and the worker told to look again once we are through, in the
# words of Procrastinate's own trigger on a new job. 0: a worker took it meanwhile.
_DEFER = text(
    """
with deferred as (
  insert into procrastinate_jobs
    (queue_name, task_name, priority, lock, queueing_lock, args, scheduled_at)
  values (:queue, :task, :priority, :key, :key, :args,
    clock_timestamp() + make_interval(secs => :seconds))
  on conflict (queueing_lock) where status = 'todo' do nothing
  returning id
), waiting as (
  select queue_name from procrastinate_jobs
  where queueing_lock = :key and status = 'todo' and not exists (select from deferred)
  for update
), woken as (
  select pg_notify('procrastinate_queue_v1#' || queue_name,
    json_build_object('type', 'job_inserted', 'job_id', 0)::text)
  from waiting
)
select (select count(*) from deferred) + (select count(*) from woken)
"""
).bindparams(bindparam("args", type_=JSONB), bindparam("seconds", type_=Integer))


class Jobs:
    """The jobs of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

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
        job = {
            "queue": task.queue.name,
            "task": task.name,
            "priority": task.queue.priority,
            "key": key,
            "args": arguments,
            "seconds": int(after.total_seconds()) if after else None,
        }
        while not self._connection.execute(_DEFER, job).scalar_one():
            # A worker took it meanwhile and may have looked already, so another one must wait.
            pass
