"""Work that died with its worker is given back.

* Every living worker shares one lock, which PostgreSQL takes back from a killed process by itself.
  Who has it alone at the start is the only one that lives, so whatever is under way was left by
  the dead and is given back at once. Beside others only heartbeats can tell.
* The first death may have any cause, so the job may run again at once. From the second on it
  pauses, longer each time and an hour at most, without an end (DESIGN.md §1.5): a job that takes
  its worker down every time must not keep the others from being done.
* Jobs that died together twice get their next turn one after the other. So the innocent ones are
  done, and only the one that kills dies on; from the third death on its failure is made visible.

Procrastinate counts in ``attempts`` how often a job was given back. Nothing else here retries.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString

import procrastinate
import psycopg
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job, Status

from service.texts import text

log = logging.getLogger(__name__)

STALLED_AFTER_SECONDS = 15  # without a heartbeat of its worker, a job is given back
REVIVE_EVERY_SECONDS = 5
LONGEST_PAUSE = timedelta(hours=1)
TURN = timedelta(seconds=10)  # alone, for each of those that died together
DEATHS_BEFORE_NOTING = 3
_WORKERS_LOCK = 7_403_144

# Makes it visible that a job with these arguments fails for this reason. Returns whether the job
# is still to be done; False when a person decides that from here.
Note = Callable[[Mapping[str, Any], str], bool]


@contextlib.asynccontextmanager
async def reviving(
    app: procrastinate.App, notes: Mapping[str, Note], *, watch: bool
) -> AsyncIterator[None]:
    """Be known as living until the block ends, and give back what the dead left.

    ``watch``: also what dies meanwhile. Not for a worker that ends when no job is left: it sends no
    heartbeat while it waits for its last jobs, and would take them for dead. ``notes`` has a way to
    make failing visible by the name of a task.
    """
    connector = app.connector
    if not isinstance(connector, procrastinate.PsycopgConnector):
        raise TypeError(type(connector))
    async with connector.pool.connection() as connection:
        await connection.set_autocommit(True)
        alone = await _lock(connection, "pg_try_advisory_lock")
        await revive(app, notes, patience=0 if alone else STALLED_AFTER_SECONDS)
        await _lock(connection, "pg_advisory_lock_shared")
        if alone:
            await _lock(connection, "pg_advisory_unlock")
        watching = asyncio.create_task(_watch(app, notes)) if watch else None
        try:
            yield
        finally:
            if watching:
                watching.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await watching
        await _lock(connection, "pg_advisory_unlock_shared")


async def _lock(connection: psycopg.AsyncConnection[Any], function: LiteralString) -> bool:
    answer = await connection.execute(f"select {function}({_WORKERS_LOCK})::text = 'true'")
    row = await answer.fetchone()
    return bool(row and row[0])


async def _watch(app: procrastinate.App, notes: Mapping[str, Note]) -> None:
    while True:
        await asyncio.sleep(REVIVE_EVERY_SECONDS)
        try:
            await revive(app, notes)
        except Exception as error:  # the database is away, or one job's failure cannot be noted
            log.warning("revive: %s: %s", type(error).__name__, error)


async def revive(
    app: procrastinate.App, notes: Mapping[str, Note], patience: float = STALLED_AFTER_SECONDS
) -> int:
    """Give back the jobs of workers without a heartbeat for ``patience`` seconds; returns how many.

    A worker that was only slow does no harm when it comes back: every step may be run twice at
    once.
    """
    stalled = list(await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=patience))
    suspects = 0
    for job in sorted(stalled, key=lambda each: (each.attempts, each.id or 0)):
        log.warning("revived %s %s, death %d", job.task_name, job.task_kwargs, job.attempts + 1)
        pause = pause_after(job.attempts + 1) + suspects * TURN
        suspects += job.attempts > 0
        if await _note(job, notes):
            await _give_back(app, job, datetime.now(UTC) + pause)
        else:
            await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=True)
    return len(stalled)


def pause_after(deaths: int) -> timedelta:
    """None after the first death, then 4, 16, 64 … seconds, an hour at most."""
    if deaths < 2:
        return timedelta(0)
    return min(LONGEST_PAUSE, timedelta(seconds=4.0 ** min(deaths - 1, 6)))


async def _note(job: Job, notes: Mapping[str, Note]) -> bool:
    deaths = job.attempts + 1
    if deaths < DEATHS_BEFORE_NOTING or job.task_name not in notes:
        return True
    reason = text("errors.worker_died", times=deaths)
    return await asyncio.to_thread(notes[job.task_name], job.task_kwargs, reason)


async def _give_back(app: procrastinate.App, job: Job, at: datetime) -> None:
    """Let it run again from ``at`` on.

    Where another job waits for the same thing by now, that one goes: it does not know how often
    its like has died.
    """
    manager = app.job_manager
    try:
        await manager.retry_job(job, retry_at=at)
    except ConnectorException:
        waiting = await manager.list_jobs_async(
            queueing_lock=job.queueing_lock, status=Status.TODO.value
        )
        for other in waiting:
            await manager.cancel_job_by_id_async(other.id or 0, delete_job=True)
        await manager.retry_job(job, retry_at=at)
