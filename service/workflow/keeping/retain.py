"""Keeping: locks roll while an agreement lives, and what is no longer needed here goes.

An archived object is locked for a limited time and the lock is extended before it runs out
(DESIGN.md §2), so that nothing is ever locked for longer than the known need.

Every night all locks with fewer than 60 days left are extended, in parts of ``AT_ONCE`` objects
until none is left. An object that cannot be extended stops no other: its package is examined at
once, and what is not found missing or damaged by that is noted, so that people are warned.
"""

from __future__ import annotations

import logging
from datetime import datetime

from service.agreement.events import Event
from service.agreement.permissions import SYSTEM
from service.database.keeping.archive import ArchivedObject
from service.deps import Deps
from service.workflow.keeping.reread import look
from service.workflow.one_by_one import one_by_one, said
from service.workflow.tasks import EXTEND
from storage.retention import EXTEND_BELOW_DAYS, lock_until
from storage.witness import prove_working

log = logging.getLogger(__name__)

AT_ONCE = 500  # objects in one job: it is finished soon when a worker has to stop
SHED_AT_ONCE = 100  # texts in one transaction, some ten megabytes
WORKING_COPY_HOURS = 24  # after the archive verified its copy; the mails have gone out by then


def begin_prolonging(deps: Deps) -> int:
    """Begin with tonight's locks; a nightly job. Extends those of the anchors itself: few.

    Returns how many anchors. Raises SomeFailed after all others were extended.
    """
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

    ``until`` and ``key`` are the end of the lock and the key of the last object of the part before.
    Returns how many were extended. Raises StorageUnavailable or StorageRefused when the store does
    not work: the same part is then tried again for ever.
    """
    after = (datetime.fromisoformat(until), key) if until else None
    with deps.database.begin() as tx:
        new_end = lock_until(tx.now(), days=deps.settings.lock_days)
        ending = tx.archive.locked_for_less_than(EXTEND_BELOW_DAYS, after=after, limit=AT_ONCE)
    failing: dict[str, str] = {}
    for agreement_id, kept in ending:
        try:
            _extend(deps, agreement_id, kept, new_end)
        except Exception as failure:  # one object must not keep the others waiting
            log.error("%s: %s", kept.key, said(failure))
            failing[agreement_id] = f"{kept.name}: {said(failure)}"
    if failing:
        prove_working(deps.objects())
    for agreement_id, reason in failing.items():
        _note_failing(deps, agreement_id, reason)
    with deps.database.begin() as tx:
        if len(ending) == AT_ONCE:
            last = ending[-1][1]
            tx.jobs.defer(
                EXTEND,
                until=last.locked_until.isoformat(),
                key=last.key,
            )
        else:
            tx.archive.forget_lock_failures(EXTEND_BELOW_DAYS)
    return len(ending) - len(failing)


def _extend(deps: Deps, agreement_id: str, kept: ArchivedObject, until: datetime) -> None:
    reached = deps.objects().extend_retention(kept.key, kept.version_id, until)
    with deps.database.begin() as tx:
        tx.archive.note_lock(agreement_id, kept.name, reached)


def _note_failing(deps: Deps, agreement_id: str, reason: str) -> None:
    """Find out whether the package is still whole, which tells its own alarm when it is not."""
    look(deps, agreement_id)
    with deps.database.begin() as tx:
        tx.agreements.lock_by_id(agreement_id)
        state = tx.archive.state(agreement_id)
        if state is None or state.state != "verified":
            return
        if tx.archive.note_lock_failure(agreement_id, reason):
            personal = {"reason": reason[:300]}
            tx.audit.append(agreement_id, Event.ARCHIVE_LOCK_FAILED, SYSTEM, personal=personal)


def shed(deps: Deps) -> int:
    """Drop shown texts that the archive has read back twice since it stored them; a nightly job.

    Some at a time, each part in a transaction of its own, until none is due; returns how many.
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
    """Drop working copies that the archive has verified its own of, and what has run out; a job.

    Sessions, codes and forms with mistakes are of no use once they have run out; a used code stays
    as long as its agreement, because the act's evidence refers to it.
    """
    with deps.database.begin() as tx:
        done = tx.archive.verified_for(WORKING_COPY_HOURS)
        for agreement_id in done:
            tx.documents.drop_working_copies(agreement_id)
        tx.accounts.drop_ended()
        tx.tries.drop_ended()
        tx.signing.drop_ended()
        tx.forms.drop_ended()
        tx.idempotency.drop_ended()
        tx.drafts.drop_ended()
        tx.samples.drop_old()
        tx.account_links.drop_old_requests()
        tx.activity.drop_old()
    return len(done)
