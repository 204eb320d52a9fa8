"""The worker: runs what was deferred, again and again until it succeeds.

Every task names a workflow step and calls it. A step that fails makes its failure visible and is
deferred anew with a growing pause, without an end (DESIGN.md §1.5). It is deferred anew and not
retried in place, because a retried job would collide with one that waits for the same thing.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any, LiteralString

import procrastinate
import psycopg
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Status

from service.database.jobs import BULK, HOUSEKEEPING, INTERACTIVE
from service.deps import Deps
from service.workflow import (
    archive,
    close,
    deliver,
    expire,
    generate,
    probe,
    renew,
    retain,
    seal,
    sweep,
)
from service.workflow.accept import SEAL
from service.workflow.close import ARCHIVE, CLOSE
from service.workflow.generate import GENERATE, PREVIEW
from service.workflow.notify import DELIVER

log = logging.getLogger(__name__)

LONGEST_PAUSE = timedelta(minutes=5)
HEARTBEAT_SECONDS = 2
STALLED_AFTER_SECONDS = 15  # without a heartbeat of its worker, a job is revived
REVIVE_EVERY_SECONDS = 5
CONCURRENCY = 4
_WORKERS_LOCK = 7_403_144  # an advisory lock that every living worker shares


def run(deps: Deps, app: procrastinate.App) -> None:
    """Work until told to stop (SIGTERM, SIGINT); a job that is running is finished first."""
    register(deps, app)
    asyncio.run(work(app))


async def work(app: procrastinate.App, *, wait: bool = True) -> None:
    """Take jobs; without ``wait`` only until none is left that could run now."""
    async with app.open_async(), _present(app), _reviving(app):
        await app.run_worker_async(
            queues=[INTERACTIVE, BULK, HOUSEKEEPING],
            concurrency=CONCURRENCY,
            wait=wait,
            install_signal_handlers=wait,
            listen_notify=wait,
            shutdown_graceful_timeout=25,
            delete_jobs="successful",
            update_heartbeat_interval=HEARTBEAT_SECONDS,
            stalled_worker_timeout=STALLED_AFTER_SECONDS,
        )


@contextlib.asynccontextmanager
async def _present(app: procrastinate.App) -> AsyncIterator[None]:
    """Be known as living until the block ends; at the start, revive what the dead left.

    Every living worker shares one lock, which PostgreSQL takes back from a killed process by
    itself. Who has it alone at the start is the only one that lives, so whatever is under way was
    left by the dead and is revived at once. Beside others only heartbeats can tell.
    """
    connector = app.connector
    if not isinstance(connector, procrastinate.PsycopgConnector):
        raise TypeError(type(connector))
    async with connector.pool.connection() as connection:
        await connection.set_autocommit(True)
        alone = await _lock(connection, "pg_try_advisory_lock")
        await revive_stalled(app, patience=0 if alone else STALLED_AFTER_SECONDS)
        await _lock(connection, "pg_advisory_lock_shared")
        if alone:
            await _lock(connection, "pg_advisory_unlock")
        yield
        await _lock(connection, "pg_advisory_unlock_shared")


async def _lock(connection: psycopg.AsyncConnection[Any], function: LiteralString) -> bool:
    answer = await connection.execute(f"select {function}({_WORKERS_LOCK})::text = 'true'")
    row = await answer.fetchone()
    return bool(row and row[0])


@contextlib.asynccontextmanager
async def _reviving(app: procrastinate.App) -> AsyncIterator[None]:
    """Revive what other workers leave when they die, every few seconds until the block ends."""

    async def revive() -> None:
        while True:
            await asyncio.sleep(REVIVE_EVERY_SECONDS)
            try:
                await revive_stalled(app)
            except ConnectorException as error:  # the database is away: later again
                log.warning("revive: %s", error)

    reviving = asyncio.create_task(revive())
    try:
        yield
    finally:
        reviving.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await reviving


def register(deps: Deps, app: procrastinate.App) -> None:
    """Name every task; the names are those the workflow defers."""

    def seal_failed(agreement_id: str, reason: str) -> None:
        seal.note_failure(deps, agreement_id, reason)

    def archive_failed(agreement_id: str, reason: str) -> None:
        archive.note_failure(deps, agreement_id, reason)

    _about_agreement(deps, app, GENERATE, generate.generate)
    _about_agreement(deps, app, PREVIEW, generate.make_preview)
    _about_agreement(deps, app, SEAL, seal.seal, seal_failed)
    _about_agreement(deps, app, CLOSE, close.close, seal_failed)
    _about_agreement(deps, app, ARCHIVE, archive.archive, archive_failed)

    def send(message_id: str, attempt: int = 0) -> None:
        _try(
            DELIVER,
            message_id,
            lambda: deliver.deliver(deps, message_id),
            lambda: _again(deps, DELIVER, message_id, attempt, message_id=message_id),
        )

    app.task(name=DELIVER, queue=INTERACTIVE)(send)
    _periodic(app, "expire", "* * * * *", lambda: expire.expire(deps))
    _periodic(app, "sweep", "*/2 * * * *", lambda: sweep.sweep(deps))
    _periodic(app, "tidy", "23 * * * *", lambda: retain.tidy(deps))
    _periodic(app, "renew", "11 * * * *", lambda: renew.renew_revocation_list(deps))
    _periodic(app, "prolong", "41 3 * * *", lambda: retain.prolong_locks(deps))
    _periodic(app, "probe", "17 4 * * *", lambda: probe.probe_archive(deps))


async def revive_stalled(app: procrastinate.App, patience: float = STALLED_AFTER_SECONDS) -> int:
    """Give back the jobs of workers without a heartbeat for ``patience`` seconds; returns how many.

    A worker that was only slow does no harm when it comes back: every step may be run twice at
    once. Where another job already waits for the same thing, that one will do and the dead one
    goes.
    """
    manager = app.job_manager
    stalled = list(await manager.get_stalled_jobs(seconds_since_heartbeat=patience))
    for job in stalled:
        log.warning("revived %s %s", job.task_name, job.task_kwargs)
        try:
            await manager.retry_job(job)
        except ConnectorException:
            await manager.finish_job(job, status=Status.FAILED, delete_job=True)
    return len(stalled)


def _about_agreement(
    deps: Deps,
    app: procrastinate.App,
    name: str,
    step: Callable[[Deps, str], object],
    on_failure: Callable[[str, str], None] | None = None,
) -> None:
    def perform(agreement_id: str, attempt: int = 0) -> None:
        def failed(reason: str) -> None:
            if on_failure:
                on_failure(agreement_id, reason)

        _try(
            name,
            agreement_id,
            lambda: step(deps, agreement_id),
            lambda: _again(deps, name, agreement_id, attempt, agreement_id=agreement_id),
            failed,
        )

    app.task(name=name, queue=INTERACTIVE)(perform)


def _try(
    name: str,
    what: str,
    step: Callable[[], object],
    again: Callable[[], None],
    failed: Callable[[str], None] = lambda _reason: None,
) -> None:
    try:
        step()
    except Exception as failure:
        log.warning("%s %s: %s: %s", name, what, type(failure).__name__, failure)
        again()
        failed(f"{type(failure).__name__}: {failure}")


def _again(deps: Deps, name: str, what: str, attempt: int, **arguments: str) -> None:
    """Defer the same thing again after 1, 4, 16 … seconds, five minutes at most."""
    pause = min(LONGEST_PAUSE, timedelta(seconds=4.0 ** min(attempt, 6)))
    with deps.database.begin() as tx:
        tx.jobs.defer(name, what, after=pause, attempt=attempt + 1, **arguments)


def _periodic(app: procrastinate.App, name: str, cron: str, step: Callable[[], int]) -> None:
    def perform(timestamp: int) -> None:
        if found := step():
            log.info("%s: %d", name, found)

    task = app.task(name=name, queue=HOUSEKEEPING, queueing_lock=name)(perform)
    app.periodic(cron=cron)(task)
