"""The worker: runs what was deferred, again and again until it succeeds.

Every task names a workflow step and calls it. A step that fails makes its failure visible and is
deferred anew with a growing pause, without an end (DESIGN.md §1.5). It is deferred anew and not
retried in place, because a retried job would collide with one that waits for the same thing.

What time brings is the list ``PERIODIC``. A periodic job that fails is recorded, so that people are
warned (``service/workflow/telling/alarm.py``), and its next run comes at its next period.

A step may also take the whole worker down. ``service/running/revival.py`` gives back what a dead
worker left.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import procrastinate
import psycopg
from procrastinate.exceptions import ConnectorException

from service.database.queue.jobs import BULK, HOUSEKEEPING, INTERACTIVE
from service.deps import Deps
from service.running.revival import STALLED_AFTER_SECONDS, Note, reviving
from service.workflow import sweep
from service.workflow.keeping import anchor, archive, probe, renew_stamps, reread, retain
from service.workflow.keeping.reread import REREAD, ROUND
from service.workflow.keeping.retain import EXTEND, LOCKS
from service.workflow.offer import expire, generate, remind, sample
from service.workflow.offer.generate import GENERATE, PREVIEW
from service.workflow.offer.sample import SAMPLE
from service.workflow.one_by_one import said
from service.workflow.package.take_out import LOOK
from service.workflow.people import forgotten
from service.workflow.people.forgotten import FORGOTTEN
from service.workflow.sealing import close, renew, seal
from service.workflow.sealing.close import ARCHIVE, CLOSE
from service.workflow.signing.accept import SEAL
from service.workflow.telling import alarm, ask_countersigners, deliver, failing
from service.workflow.telling.notify import DELIVER

log = logging.getLogger(__name__)

LONGEST_PAUSE = timedelta(minutes=5)
HEARTBEAT_SECONDS = 2
BEGIN_ANEW_SECONDS = 1
CONCURRENCY = 4
FOR_EVER = float("inf")


def run(deps: Deps, app: procrastinate.App) -> None:
    """Work until told to stop (SIGTERM, SIGINT); a job that is running is finished first.

    Raises ConnectorException when the database cannot be reached at the start; later it is waited
    for.
    """
    notes = register(deps, app)
    asyncio.run(_work_on(app, notes))


async def _work_on(app: procrastinate.App, notes: Mapping[str, Note]) -> None:
    """Begin anew whenever the work ends by itself: a connection broke, PostgreSQL restarted."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with app.open_async():
        await app.check_connection_async()
    while not stop.is_set():
        working = asyncio.create_task(work(app, notes))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        working.cancel()  # when told to stop: it finishes what it is doing
        stopping.cancel()
        (ended,) = await asyncio.gather(working, return_exceptions=True)
        if not stop.is_set():
            if ended is not None and not isinstance(ended, (ConnectorException, psycopg.Error)):
                raise ended
            log.warning("the worker begins anew: %s", repr(ended) if ended else "a watch broke")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), BEGIN_ANEW_SECONDS)


async def work(app: procrastinate.App, notes: Mapping[str, Note], *, wait: bool = True) -> None:
    """Take jobs; without ``wait`` only until none is left that could run now."""
    async with app.open_async(), reviving(app, notes, watch=wait):
        await app.run_worker_async(
            queues=[INTERACTIVE, BULK, HOUSEKEEPING],
            concurrency=CONCURRENCY,
            wait=wait,
            install_signal_handlers=False,
            listen_notify=wait,
            # Only who was told to stop ends what is still running; it begins anew elsewhere.
            shutdown_graceful_timeout=25 if wait else FOR_EVER,
            delete_jobs="successful",
            update_heartbeat_interval=HEARTBEAT_SECONDS,
            stalled_worker_timeout=STALLED_AFTER_SECONDS,
        )


@dataclass(frozen=True)
class Periodic:
    """A job that time brings: when (cron, UTC), and the step, which says how much it found."""

    name: str
    cron: str
    step: Callable[[Deps], int]


PERIODIC = (
    Periodic("expire", "* * * * *", expire.expire),
    # Nine o'clock is Brussels time, and the cron here is UTC: the step looks at the clock itself.
    Periodic("remind", "*/10 * * * *", remind.remind_due),
    # What is due is asked at most ten minutes late.
    Periodic("ask", "*/10 * * * *", ask_countersigners.mail_kept),
    Periodic("sweep", "*/2 * * * *", sweep.sweep),
    Periodic("alarm", "* * * * *", alarm.alarm),
    Periodic("locked", "* * * * *", forgotten.tell_locked),
    Periodic("tidy", "23 * * * *", retain.tidy),
    Periodic("renew", "11 * * * *", renew.renew_revocation_list),
    # Every hour, so that a day on which the authority or the worker was away still gets its anchor.
    Periodic("anchor", "7 * * * *", anchor.anchor),
    Periodic("round", "17 1 * * *", reread.begin_round),
    Periodic("renew_stamps", "47 2 * * *", renew_stamps.renew_stamps),
    Periodic("prolong", "41 3 * * *", retain.begin_prolonging),
    Periodic("probe", "17 4 * * *", probe.probe_nightly),
)


def register(
    deps: Deps, app: procrastinate.App, periodic: Sequence[Periodic] = PERIODIC
) -> dict[str, Note]:
    """Name every task; the names are those the workflow defers.

    Returns how the failing of each is made visible when it takes its worker down.
    """

    def seal_failed(agreement_id: str, reason: str) -> None:
        seal.note_failure(deps, agreement_id, reason)

    def archive_failed(agreement_id: str, reason: str) -> None:
        archive.note_failure(deps, agreement_id, reason)

    _about_agreement(deps, app, GENERATE, generate.generate)
    _about_agreement(deps, app, PREVIEW, generate.make_preview)
    _about_agreement(deps, app, SAMPLE, sample.make_sample)
    _about_agreement(deps, app, SEAL, seal.seal, seal_failed)
    _about_agreement(deps, app, CLOSE, close.close, seal_failed)
    _about_agreement(deps, app, ARCHIVE, archive.archive, archive_failed)

    def send(message_id: str, attempt: int = 0) -> None:
        _try(
            DELIVER,
            message_id,
            lambda: deliver.deliver(deps, message_id),
            lambda: _again(deps, DELIVER, message_id, attempt, message_id=message_id),
            lambda reason: deliver.note_failure(deps, message_id, reason),
        )

    def read_back(left: int, attempt: int = 0) -> None:
        _try(
            REREAD,
            ROUND,
            lambda: reread.reread(deps, left),
            lambda: _again(deps, REREAD, ROUND, attempt, queue=HOUSEKEEPING, left=left),
            lambda reason: failing.note(deps, REREAD, reason),
            lambda: failing.forget(deps, REREAD),
        )

    def answer(request_id: str, attempt: int = 0) -> None:
        _try(
            FORGOTTEN,
            request_id,
            lambda: forgotten.answer(deps, request_id),
            lambda: _again(deps, FORGOTTEN, request_id, attempt, request_id=request_id),
        )

    def extend(until: str = "", key: str = "", attempt: int = 0) -> None:
        after = (datetime.fromisoformat(until), key) if until else None
        _try(
            EXTEND,
            LOCKS,
            lambda: retain.prolong_locks(deps, after),
            lambda: _again(deps, EXTEND, LOCKS, attempt, HOUSEKEEPING, until=until, key=key),
            lambda reason: failing.note(deps, EXTEND, reason),
            lambda: failing.forget(deps, EXTEND),
        )

    def look(agreement_id: str, attempt: int = 0) -> None:
        _try(
            LOOK,
            agreement_id,
            lambda: reread.look(deps, agreement_id),
            lambda: _again(
                deps, LOOK, agreement_id, attempt, HOUSEKEEPING, agreement_id=agreement_id
            ),
        )

    app.task(name=EXTEND, queue=HOUSEKEEPING)(extend)
    app.task(name=LOOK, queue=HOUSEKEEPING)(look)
    app.task(name=DELIVER, queue=INTERACTIVE)(send)
    app.task(name=FORGOTTEN, queue=INTERACTIVE)(answer)
    app.task(name=REREAD, queue=HOUSEKEEPING)(read_back)
    for job in periodic:
        _on_time(deps, app, job)
    return _notes(deps, periodic)


def _notes(deps: Deps, periodic: Sequence[Periodic]) -> dict[str, Note]:
    """Nothing that was signed is given up; a text that cannot be made waits for a person."""

    def note(key: str, step: Callable[[Deps, str, str], None], *, goes_on: bool) -> Note:
        def noted(given: Mapping[str, Any], reason: str) -> bool:
            step(deps, str(given[key]), reason)
            return goes_on

        return noted

    def note_periodic(name: str) -> Note:
        def noted(_given: Mapping[str, Any], reason: str) -> bool:
            failing.note(deps, name, reason)
            return True

        return noted

    jobs = (REREAD, EXTEND, *(job.name for job in periodic))
    return {name: note_periodic(name) for name in jobs} | {
        GENERATE: note("agreement_id", generate.note_failure, goes_on=False),
        PREVIEW: note("agreement_id", generate.note_failed_preview, goes_on=False),
        SAMPLE: note("agreement_id", sample.note_failed_sample, goes_on=False),
        SEAL: note("agreement_id", seal.note_failure, goes_on=True),
        CLOSE: note("agreement_id", seal.note_failure, goes_on=True),
        ARCHIVE: note("agreement_id", archive.note_failure, goes_on=True),
        DELIVER: note("message_id", deliver.note_failure, goes_on=True),
    }


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
    succeeded: Callable[[], None] = lambda: None,
) -> None:
    try:
        step()
    except Exception as failure:
        log.warning("%s %s: %s: %s", name, what, type(failure).__name__, failure)
        again()
        failed(said(failure))
    else:
        succeeded()


def _again(
    deps: Deps,
    name: str,
    what: str,
    attempt: int,
    queue: str = INTERACTIVE,
    **arguments: str | int,
) -> None:
    """Defer the same thing again after 1, 4, 16 … seconds, five minutes at most."""
    pause = min(LONGEST_PAUSE, timedelta(seconds=4.0 ** min(attempt, 6)))
    with deps.database.begin() as tx:
        tx.jobs.defer(name, what, queue=queue, after=pause, attempt=attempt + 1, **arguments)


def _on_time(deps: Deps, app: procrastinate.App, job: Periodic) -> None:
    def perform(timestamp: int) -> None:
        _try(
            job.name,
            "",
            lambda: _log_found(job.name, job.step(deps)),
            lambda: None,  # its next period comes by itself
            lambda reason: failing.note(deps, job.name, reason),
            lambda: failing.forget(deps, job.name),
        )

    task = app.task(name=job.name, queue=HOUSEKEEPING, queueing_lock=job.name, lock=job.name)(
        perform
    )
    app.periodic(cron=job.cron)(task)


def _log_found(name: str, found: int) -> None:
    if found:
        log.info("%s: %d", name, found)
