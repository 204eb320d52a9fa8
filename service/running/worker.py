"""The worker: runs deferred jobs, again and again until they succeed.

A failing step shows its failure and is deferred again with a growing pause, indefinitely, because a
job retried in place would collide with a waiting duplicate. A periodic job's failure is recorded
for the alarm. If a step kills the worker, ``service/running/revival.py`` gives its jobs back.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import procrastinate
import psycopg
from procrastinate.exceptions import ConnectorException

from service.database.queue.jobs import INTERACTIVE, QUEUES
from service.deps import Deps
from service.running.jobs import JOBS, PERIODIC, Job, Periodic
from service.running.revival import STALLED_AFTER_SECONDS, Note, reviving
from service.workflow.one_by_one import said
from service.workflow.telling import failing

log = logging.getLogger(__name__)

LONGEST_PAUSE = timedelta(minutes=5)
HEARTBEAT_SECONDS = 2
# A notification that arrives during a look for another job is lost, so the worker polls as well.
LOOK_AGAIN_SECONDS = 2
BEGIN_ANEW_SECONDS = 1
AT_ONCE = 4  # jobs of any kind
FREE_AT_ONCE = 1  # more, of interactive work only
FOR_EVER = float("inf")


def run(deps: Deps, app: procrastinate.App) -> None:
    """Work until told to stop (SIGTERM, SIGINT); running jobs are finished first.

    Raises ConnectorException when the database cannot be reached at the start; later it waits.
    """
    notes = register(deps, app)
    asyncio.run(_work_on(app, notes))


async def _work_on(app: procrastinate.App, notes: Mapping[str, Note]) -> None:
    """Start again whenever the work ends by itself, as when a connection broke."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with app.open_async():
        await app.check_connection_async()
    while not stop.is_set():
        working = asyncio.create_task(work(app, notes))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        working.cancel()  # only when told to stop: it finishes its running jobs
        stopping.cancel()
        (ended,) = await asyncio.gather(working, return_exceptions=True)
        if not stop.is_set():
            if ended is not None and not isinstance(ended, (ConnectorException, psycopg.Error)):
                raise ended
            log.warning("the worker begins anew: %s", repr(ended) if ended else "a watch broke")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), BEGIN_ANEW_SECONDS)


async def work(app: procrastinate.App, notes: Mapping[str, Note], *, wait: bool = True) -> None:
    """Run jobs; without ``wait`` only until none can run now.

    A running job is never stopped, so one slot is reserved for interactive work: long mails or
    housekeeping cannot fill all of them.
    """
    names = [queue.name for queue in QUEUES]
    async with app.open_async(), reviving(app, notes, watch=wait):
        if not wait:
            await _take(app, names, AT_ONCE + FREE_AT_ONCE, wait=False)
            return
        takers = {
            asyncio.create_task(_take(app, names, AT_ONCE, wait=True)),
            asyncio.create_task(_take(app, [INTERACTIVE.name], FREE_AT_ONCE, wait=True)),
        }
        try:
            await asyncio.wait(takers, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for taker in takers:
                taker.cancel()  # it finishes its running jobs
            ended = await asyncio.gather(*takers, return_exceptions=True)
        for failure in ended:
            if isinstance(failure, Exception):
                raise failure


async def _take(app: procrastinate.App, queues: list[str], at_once: int, *, wait: bool) -> None:
    await app.run_worker_async(
        queues=queues,
        concurrency=at_once,
        wait=wait,
        install_signal_handlers=False,
        listen_notify=wait,
        fetch_job_polling_interval=LOOK_AGAIN_SECONDS,
        # Only when told to stop, running jobs are ended; they start again elsewhere.
        shutdown_graceful_timeout=25 if wait else FOR_EVER,
        delete_jobs="successful",
        update_heartbeat_interval=HEARTBEAT_SECONDS,
        stalled_worker_timeout=STALLED_AFTER_SECONDS,
    )


def register(
    deps: Deps,
    app: procrastinate.App,
    periodic: Sequence[Periodic] = PERIODIC,
    jobs: Sequence[Job] = JOBS,
) -> dict[str, Note]:
    """Register every task with Procrastinate; returns for each how it is shown that it kills its
    worker."""
    notes = {}
    for job in jobs:
        _when_deferred(deps, app, job)
        notes[job.task.name] = _note_stuck(deps, job)
    for each in periodic:
        _on_time(deps, app, each)
        notes[each.name] = _note_stuck_periodic(deps, each.name)
    return notes


def _when_deferred(deps: Deps, app: procrastinate.App, job: Job) -> None:
    task = job.task

    def perform(attempt: int = 0, queue: str = "", **arguments: str | int) -> None:
        what = task.what(arguments)
        try:
            job.step(deps, **arguments)
        except Exception as failure:
            log.warning("%s %s: %s: %s", task.name, what, type(failure).__name__, failure)
            _again(deps, job, attempt, {**arguments, "queue": queue})
            _note_failure(deps, job, what, said(failure))
        else:
            if job.failed is None:
                failing.forget(deps, task.name)

    app.task(name=task.name, queue=task.queue.name, priority=task.queue.priority)(perform)


def _again(deps: Deps, job: Job, attempt: int, arguments: Mapping[str, Any]) -> None:
    """Defer the same job again after 1, 4, 16 … seconds, at most five minutes."""
    pause = min(LONGEST_PAUSE, timedelta(seconds=4.0 ** min(attempt, 6)))
    with deps.database.begin() as tx:
        tx.jobs.defer(job.task, after=pause, attempt=attempt + 1, **arguments)


def _note_failure(deps: Deps, job: Job, what: str, reason: str) -> None:
    if job.failed is None:
        failing.note(deps, job.task.name, reason)
    else:
        job.failed(deps, what, reason)


def _note_stuck(deps: Deps, job: Job) -> Note:
    def noted(arguments: Mapping[str, Any], reason: str) -> bool:
        what = job.task.what(arguments)
        if job.stuck is None:
            _note_failure(deps, job, what, reason)
        else:
            job.stuck(deps, what, reason)
        return job.task.goes_on

    return noted


def _note_stuck_periodic(deps: Deps, name: str) -> Note:
    def noted(_arguments: Mapping[str, Any], reason: str) -> bool:
        failing.note(deps, name, reason)
        return True

    return noted


def _on_time(deps: Deps, app: procrastinate.App, job: Periodic) -> None:
    name = job.name

    def perform(timestamp: int) -> None:
        try:
            found = job.step(deps)
        except Exception as failure:  # its next run comes on schedule
            log.warning("%s: %s: %s", name, type(failure).__name__, failure)
            failing.note(deps, name, said(failure))
        else:
            failing.forget(deps, name)
            if found:
                log.info("%s: %d", name, found)

    task = app.task(
        name=name,
        queue=job.queue.name,
        priority=job.queue.priority,
        queueing_lock=name,
        lock=name,
    )(perform)
    app.periodic(cron=job.cron)(task)
