"""What the worker does: for every kind of job the step, and what its failing shows.

``JOBS`` is what steps defer (``service/workflow/tasks.py``), ``PERIODIC`` what time brings.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from service.database.queue.jobs import HOUSEKEEPING, INTERACTIVE, Queue, Task
from service.deps import Deps
from service.workflow import sweep, tasks
from service.workflow.keeping import anchor, finish, probe, renew_stamps, reread, retain
from service.workflow.offer import expire, generate, remind, sample
from service.workflow.people import forgotten
from service.workflow.sealing import renew
from service.workflow.telling import alarm, ask_countersigners, deliver

# Makes it visible that the job about this (an agreement, a mail) fails for this reason.
Failed = Callable[[Deps, str, str], None]


@dataclass(frozen=True)
class Job:
    """A task with its step, which takes the arguments of the task by name.

    ``failed`` shows that a run failed; without it the failing of the job itself is recorded, and
    told by the alarm. ``stuck`` shows that it kills its worker, where that is not shown likewise:
    these steps record their own failures.
    """

    task: Task
    step: Callable[..., object]
    failed: Failed | None = None
    stuck: Failed | None = None


def _nothing(_deps: Deps, _what: str, _reason: str) -> None:
    """Tried again like any other; the sweep and the round of the archive find what it left."""


JOBS = (
    Job(tasks.GENERATE, generate.generate, _nothing, generate.note_failure),
    Job(tasks.PREVIEW, generate.make_preview, _nothing, generate.note_failed_preview),
    Job(tasks.SAMPLE, sample.make_sample, _nothing, sample.note_failed_sample),
    Job(tasks.SEAL, finish.finish, finish.note_failure),
    # Only from former code, where each of the three steps was a job.
    Job(tasks.CLOSE, finish.finish, finish.note_failure),
    Job(tasks.ARCHIVE, finish.finish, finish.note_failure),
    Job(tasks.DELIVER, deliver.deliver, deliver.note_failure),
    Job(tasks.FORGOTTEN, forgotten.answer, _nothing),
    Job(tasks.LOOK, reread.look, _nothing),
    Job(tasks.REREAD, reread.reread),
    Job(tasks.EXTEND, retain.prolong_locks),
)


@dataclass(frozen=True)
class Periodic:
    """A job that time brings: when (cron, UTC), and the step, which says how much it found."""

    name: str
    cron: str
    step: Callable[[Deps], int]
    queue: Queue = HOUSEKEEPING


PERIODIC = (
    # These two promise a moment to people, so however much there is to do they are done.
    Periodic("expire", "* * * * *", expire.expire, INTERACTIVE),
    Periodic("alarm", "* * * * *", alarm.alarm, INTERACTIVE),
    # Nine o'clock is Brussels time, and the cron here is UTC: the step looks at the clock itself.
    Periodic("remind", "*/10 * * * *", remind.remind_due),
    # What is due is asked at most ten minutes late.
    Periodic("ask", "*/10 * * * *", ask_countersigners.mail_kept),
    Periodic("sweep", "*/2 * * * *", sweep.sweep),
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
