"""Gives back the jobs of dead workers.

- Every living worker shares one lock, which PostgreSQL releases when a process is killed. A worker
  that holds it alone at its start gives back every job in progress at once; with others alive, only
  heartbeats can tell.
- After the first death a job may run again at once. From the second on it pauses, longer each time
  up to an hour, indefinitely, so that a job that kills its worker does not prevent the others.
- Jobs that died together twice run one after the other, so that only the culprit dies again; from
  the third death on its failure is shown.

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

from service.error_codes import ErrorCode
from service.error_words import kept_code

log = logging.getLogger(__name__)

STALLED_AFTER_SECONDS = 15  # a job is given back after this time without a heartbeat
REVIVE_EVERY_SECONDS = 5
LONGEST_PAUSE = timedelta(hours=1)
TURN = timedelta(seconds=10)  # between the starts of jobs that died together
DEATHS_BEFORE_NOTING = 3
_WORKERS_LOCK = 7_403_144

# Shows that a job with these arguments fails for this reason. False: a person decides from now on.
Note = Callable[[Mapping[str, Any], str], bool]


@contextlib.asynccontextmanager
async def reviving(
    app: procrastinate.App, notes: Mapping[str, Note], *, watch: bool
) -> AsyncIterator[None]:
    """Be registered as living until the block ends, and give back the jobs of dead workers.

    ``watch``: also those that die meanwhile; not for a worker that ends when no job is left, which
    sends no heartbeat while it waits for its last jobs. ``notes`` maps a task's name to the
    function that shows its failure.
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
        except Exception as error:  # the database is down, or a job's failure cannot be recorded
            log.warning("revive: %s: %s", type(error).__name__, error)


async def revive(
    app: procrastinate.App, notes: Mapping[str, Note], patience: float = STALLED_AFTER_SECONDS
) -> int:
    """Give back the jobs of workers without a heartbeat for ``patience`` seconds; returns how many.

    A worker that was only slow does no harm: every step may run twice at once.
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
    """None after the first death, then 4, 16, 64 … seconds, at most an hour."""
    if deaths < 2:
        return timedelta(0)
    return min(LONGEST_PAUSE, timedelta(seconds=4.0 ** min(deaths - 1, 6)))


async def _note(job: Job, notes: Mapping[str, Note]) -> bool:
    deaths = job.attempts + 1
    if deaths < DEATHS_BEFORE_NOTING or job.task_name not in notes:
        return True
    reason = kept_code(ErrorCode.WORKER_DIED, times=deaths)
    return await asyncio.to_thread(notes[job.task_name], job.task_kwargs, reason)


async def _give_back(app: procrastinate.App, job: Job, at: datetime) -> None:
    """Let it run again from ``at``, instead of a waiting duplicate, which does not carry the crash
    count."""
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
