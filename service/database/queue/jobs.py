"""Follow-up work: jobs deferred in the same transaction as the state change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Integer, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from service.database.tables.records import Records


@dataclass(frozen=True)
class Queue:
    """Jobs of equal priority; the oldest of the highest priority comes first."""

    name: str
    priority: int


INTERACTIVE = Queue("interactive", 30)  # somebody waits for it, or it secures a signature
MAIL = Queue("mail", 20)
BULK = Queue("bulk", 10)  # one of many requested at once
HOUSEKEEPING = Queue("housekeeping", 0)  # can wait for an hour unnoticed
QUEUES = (INTERACTIVE, MAIL, BULK, HOUSEKEEPING)
_BY_NAME = {each.name: each for each in QUEUES}


@dataclass(frozen=True)
class Task:
    """One kind of job. Its name is stored with waiting jobs, so it must never change.

    ``about`` names the argument that is a job's subject (without it, ``single``): of one subject at
    most one job runs and one waits. ``goes_on``: retried indefinitely even if it keeps killing its
    worker; otherwise a person decides.
    """

    name: str
    queue: Queue = INTERACTIVE
    about: str = "agreement_id"
    single: str = ""
    goes_on: bool = True

    def what(self, arguments: Mapping[str, str | int]) -> str:
        return str(arguments[self.about]) if self.about else self.single


# Procrastinate's own ``defer`` needs three to five statements for this. A waiting job is locked,
# and the worker is told to look again after our commit, with the notification of Procrastinate's
# trigger. Result 0: a worker took it meanwhile.
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


class Jobs(Records):
    in_bulk = False
    """Whether the work of this transaction is one of many requested at once: its jobs then wait
    behind those of people, whatever their tasks say."""

    def defer(
        self,
        task: Task,
        *,
        what: str = "",
        after: timedelta | None = None,
        queue: str = "",
        **arguments: str | int,
    ) -> None:
        """Defer a job with these arguments, unless one on the same subject waits already.

        ``what`` is the subject if it is more than the task's own argument. ``queue`` names another
        queue, also after a failure.

        A waiting job stays locked until this transaction ends: a worker that took it now would not
        see our uncommitted change.
        """
        key = f"{task.name}:{what or task.what(arguments)}"
        own = _BY_NAME.get(queue, task.queue)
        if self.in_bulk and own.priority > BULK.priority:
            own = BULK
        job = {
            "queue": own.name,
            "task": task.name,
            "priority": own.priority,
            "key": key,
            "args": arguments if own is task.queue else {**arguments, "queue": own.name},
            "seconds": int(after.total_seconds()) if after else None,
        }
        while not self._connection.execute(_DEFER, job).scalar_one():
            # A worker took it and may have read the state already, so another job must wait.
            pass
