"""Retention: extends locks in the archive, and deletes data no longer needed in the database.

Every night locks with fewer than 60 days left are extended, so that nothing is locked for longer
than known to be needed. After a recorded end (``service/workflow/life/end.py``) the last extension
reaches exactly the last moment of keeping; nothing is deleted then. The package of an object that
cannot be extended is examined at once; else the failure is recorded for the alarm.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from service.agreement.events import Event
from service.agreement.permissions import SYSTEM
from service.agreement.states import PackageState
from service.database.keeping.archive import EndingLock
from service.deps import Deps
from service.workflow.keeping.archive import last_moment
from service.workflow.keeping.reread import look
from service.workflow.one_by_one import one_by_one, said
from service.workflow.tasks import EXTEND
from storage.retention import EXTEND_BELOW_DAYS, lock_until
from storage.witness import prove_working

log = logging.getLogger(__name__)

AT_ONCE = 200  # objects per job, so that it ends soon when a worker must stop
SHED_AT_ONCE = 100  # agreements per transaction, about ten megabytes
REOPENED_AT_ONCE = 10_000  # locks per transaction
WORKING_COPY_HOURS = 24  # after the archive verified its copy; the mails have been sent by then


def begin_prolonging(deps: Deps) -> int:
    """Start extending tonight's locks; a nightly job. Extends the anchors itself, and returns how
    many.

    Final locks are considered again if the years of retention changed. Raises SomeFailed.
    """
    reopened = REOPENED_AT_ONCE
    while reopened == REOPENED_AT_ONCE:
        with deps.database.begin() as tx:
            reopened = tx.archive.reopen_locks(deps.settings.retention_years, REOPENED_AT_ONCE)
    with deps.database.begin() as tx:
        tx.jobs.defer(EXTEND)
        until = lock_until(tx.now(), days=deps.settings.lock_days)
        ending = {each.key: each for each in tx.anchors.locked_for_less_than(EXTEND_BELOW_DAYS)}

    def extend(key: str) -> int:
        reached = deps.objects().extend_retention(key, ending[key].version_id, until)
        with deps.database.begin() as tx:
            tx.anchors.note_lock(key, reached)
        return 1

    return one_by_one(ending, extend)


def prolong_locks(deps: Deps, until: str = "", key: str = "") -> int:
    """Extend the next locks with fewer than 60 days left, and defer the rest; a job.

    ``until`` and ``key`` are the previous part's last lock end and object key. Returns how many.
    Raises the store's errors.
    """
    after = (datetime.fromisoformat(until), key) if until else None
    with deps.database.begin() as tx:
        now = tx.now()
        soon = now + timedelta(days=EXTEND_BELOW_DAYS)
        ending = tx.archive.locks_ending(soon, after=after, limit=AT_ONCE)
    failing: dict[str, str] = {}
    for each in ending:
        try:
            _extend(deps, each, now)
        except Exception as failure:  # one object must not block the others
            log.error("%s: %s", each.kept.key, said(failure))
            failing[each.agreement_id] = f"{each.kept.name}: {said(failure)}"
    if failing:
        prove_working(deps.objects())
    for agreement_id, reason in failing.items():
        _note_failing(deps, agreement_id, reason)
    with deps.database.begin() as tx:
        if len(ending) == AT_ONCE:
            last = ending[-1].kept
            tx.jobs.defer(
                EXTEND,
                until=last.locked_until.isoformat(),
                key=last.key,
            )
        else:
            tx.archive.forget_lock_failures(soon)
    return len(ending) - len(failing)


def _extend(deps: Deps, ending: EndingLock, now: datetime) -> None:
    """Extend one lock, or find that it needs no extension any more."""
    agreement_id, kept, years = ending.agreement_id, ending.kept, deps.settings.retention_years
    last, reached = last_moment(ending.ends_on, years), kept.locked_until
    until = lock_until(now, days=deps.settings.lock_days, last=last)
    if until > max(reached, now):
        reached = deps.objects().extend_retention(kept.key, kept.version_id, until)
    final = last is not None and last <= max(reached, now)
    with deps.database.begin() as tx:
        if final:  # unless the end was changed meanwhile
            tx.agreements.hold(agreement_id)
            end = tx.lives.end_of(agreement_id)
            final = end is not None and end.ends_on == ending.ends_on
        tx.archive.note_lock(
            agreement_id, kept.name, reached, final_for_years=years if final else None
        )


def _note_failing(deps: Deps, agreement_id: str, reason: str) -> None:
    """Examine the package, which raises its own alarm if it is damaged; else record the failure."""
    look(deps, agreement_id)
    with deps.database.begin() as tx:
        tx.agreements.lock_by_id(agreement_id)
        state = tx.archive.state(agreement_id)
        if state is None or state.state is not PackageState.VERIFIED:
            return
        if tx.archive.note_lock_failure(agreement_id, reason):
            personal = {"reason": reason[:300]}
            tx.audit.append(agreement_id, Event.ARCHIVE_LOCK_FAILED, SYSTEM, personal=personal)


def shed(deps: Deps) -> int:
    """Drop what the archive has read back twice of finished agreements; a nightly job.

    One transaction per part; returns how many agreements.
    """
    dropped = 0
    while True:
        with deps.database.begin() as tx:
            due = tx.shedding.due(deps.settings.copy_days, SHED_AT_ONCE)
            tx.shedding.drop(due)
        dropped += len(due)
        if len(due) < SHED_AT_ONCE:
            return dropped


def tidy(deps: Deps) -> int:
    """Drop verified working copies and expired rows, and add up what the overview counts; a job.

    A used code is kept until ``shed``, because the act's evidence refers to it.
    """
    with deps.database.begin() as tx:
        done = tx.archive.verified_for(WORKING_COPY_HOURS)
        for agreement_id in done:
            tx.documents.drop_working_copies(agreement_id)
        tx.accounts.drop_ended()
        tx.tries.drop_ended()
        tx.signing.drop_ended()
        tx.applications.drop_ended()
        tx.forms.drop_ended()
        tx.idempotency.drop_ended()
        tx.batches.drop_old()
        last = tx.drafts.drop_ended()
        while last is not None:
            last = tx.drafts.drop_ended(last)
        tx.registered_files.drop_unfinished()
        tx.samples.drop_old()
        tx.account_links.drop_old_requests()
        tx.activity.drop_old()
        tx.progress.add_up()
    return len(done)
