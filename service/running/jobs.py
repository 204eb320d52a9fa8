"""The worker's jobs: the step for each kind, and how its failure is shown.

Steps defer ``JOBS`` (``service/workflow/tasks.py``); ``PERIODIC`` run on a schedule.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from service.database.queue.jobs import HOUSEKEEPING, INTERACTIVE, Queue, Task
from service.deps import Deps
from service.workflow import sweep, tasks
from service.workflow.bulk import batch, empty, run
from service.workflow.keeping import (
    anchor,
    archive,
    keep_registered,
    probe,
    renew_stamps,
    reread,
    retain,
)
from service.workflow.life import keep_ends
from service.workflow.offer import expire, generate, preview, remind, sample
from service.workflow.people import forgotten
from service.workflow.sealing import close, renew, seal
from service.workflow.signing import under_mandate
from service.workflow.telling import alarm, ask_countersigners, deliver
from service.workflow.templates import try_out

# Shows that the job about this (an agreement, a mail) fails for this reason.
Failed = Callable[[Deps, str, str], None]


@dataclass(frozen=True)
class Job:
    """A task with its step, which takes the task's arguments by name.

    ``failed`` shows that a run failed; without it, the alarm reports the job itself. ``stuck``
    shows that it kills its worker, for steps that record their own failures.
    """

    task: Task
    step: Callable[..., object]
    failed: Failed | None = None
    stuck: Failed | None = None


def _nothing(_deps: Deps, _what: str, _reason: str) -> None:
    """Retried like any other; the sweep and the archive round find what it left."""


def finish(deps: Deps, agreement_id: str) -> None:
    """The steps after a signature, as far as possible now: seal, close, archive.

    One job, so that no step waits in a queue. Each step checks the state, so a retry or the sweep
    continues where it stopped. Raises their errors; the job is then retried indefinitely.
    """
    if seal.seal(deps, agreement_id):
        close.close(deps, agreement_id)
        archive.archive(deps, agreement_id)


def _finish_failed(deps: Deps, agreement_id: str, reason: str) -> None:
    """Show the failure of the agreement's present step; the other steps record nothing."""
    seal.note_failure(deps, agreement_id, reason)
    archive.note_failure(deps, agreement_id, reason)


JOBS = (
    Job(tasks.GENERATE, generate.generate, _nothing, generate.note_failure),
    Job(tasks.PREVIEW, preview.make_preview, _nothing, preview.note_failed_preview),
    Job(tasks.SAMPLE, sample.make_sample, _nothing, sample.note_failed_sample),
    Job(tasks.MANDATE, under_mandate.sign_under_mandate, None, under_mandate.give_up),
    Job(tasks.SEAL, finish, _finish_failed),
    # Only for jobs of an older version, in which each of the three steps was a job.
    Job(tasks.CLOSE, finish, _finish_failed),
    Job(tasks.ARCHIVE, finish, _finish_failed),
    Job(tasks.KEEP_REGISTERED, keep_registered.keep_registered, archive.note_failure),
    Job(tasks.DELIVER, deliver.deliver, deliver.note_failure),
    Job(tasks.IMPORT, run.run),
    Job(tasks.BATCH, batch.run),
    Job(tasks.FORGOTTEN, forgotten.answer, _nothing),
    Job(tasks.TEMPLATE, try_out.try_out, _nothing, try_out.note_failure),
    Job(tasks.LOOK, reread.look, _nothing),
    Job(tasks.KEEP_ENDS, keep_ends.keep_ends),
    Job(tasks.REREAD, reread.reread),
    Job(tasks.EXTEND, retain.prolong_locks),
)


@dataclass(frozen=True)
class Periodic:
    """A scheduled job: when (cron, UTC), and the step, which returns how much it found."""

    name: str
    cron: str
    step: Callable[[Deps], int]
    queue: Queue = HOUSEKEEPING


PERIODIC = (
    # People were promised these two in time, so they run however much work there is.
    Periodic("expire", "* * * * *", expire.expire, INTERACTIVE),
    Periodic("alarm", "* * * * *", alarm.alarm, INTERACTIVE),
    # Nine o'clock is Brussels time, but cron is UTC: the step checks the time itself.
    Periodic("remind", "*/10 * * * *", remind.remind_due),
    # A due request is sent at most ten minutes late.
    Periodic("ask", "*/10 * * * *", ask_countersigners.mail_kept),
    # What waited for this day goes before what comes in it.
    Periodic("mandate_again", "* * * * *", under_mandate.sign_held, INTERACTIVE),
    Periodic("sweep", "*/2 * * * *", sweep.sweep),
    Periodic("locked", "* * * * *", forgotten.tell_locked),
    Periodic("tidy", "23 * * * *", retain.tidy),
    Periodic("renew", "11 * * * *", renew.renew_revocation_list),
    # Hourly, so that a day still gets its anchor after an outage.
    Periodic("anchor", "7 * * * *", anchor.anchor),
    Periodic("round", "17 1 * * *", reread.begin_round),
    Periodic("renew_stamps", "47 2 * * *", renew_stamps.renew_stamps),
    Periodic("prolong", "41 3 * * *", retain.begin_prolonging),
    Periodic("empty", "53 2 * * *", empty.empty),
    Periodic("shed", "11 4 * * *", retain.shed),
    Periodic("probe", "17 4 * * *", probe.probe_nightly),
)
