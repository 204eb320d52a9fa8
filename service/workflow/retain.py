"""Keeping: locks roll while an agreement lives, and what is no longer needed here goes.

An archived object is locked for a limited time and the lock is prolonged before it runs out
(DESIGN.md §2), so that nothing is ever locked for longer than the known need.
"""

from __future__ import annotations

from service.deps import Deps
from storage.retention import EXTEND_BELOW_DAYS, lock_until

WORKING_COPY_HOURS = 24  # after the archive verified its copy; the mails have gone out by then


def prolong_locks(deps: Deps) -> int:
    """Prolong every lock with fewer than 60 days left, also of anchors; a daily job. Returns how
    many objects.

    Raises what the store raises when it does not answer: the next day tries again, 60 times
    before anything could be deleted.
    """
    with deps.database.begin() as tx:
        now = tx.now()
        ending = tx.archive.locked_for_less_than(EXTEND_BELOW_DAYS)
        anchors = tx.anchors.locked_for_less_than(EXTEND_BELOW_DAYS)
    until = lock_until(now, days=deps.settings.lock_days)
    for agreement_id, kept in ending:
        reached = deps.objects().extend_retention(kept.key, kept.version_id, until)
        with deps.database.begin() as tx:
            tx.archive.note_lock(agreement_id, kept.name, reached)
    for anchor in anchors:
        reached = deps.objects().extend_retention(anchor.key, anchor.version_id, until)
        with deps.database.begin() as tx:
            tx.anchors.note_lock(anchor.key, reached)
    return len(ending) + len(anchors)


def tidy(deps: Deps) -> int:
    """Drop working copies that the archive has verified its own of, and what has run out; a job.

    Sessions and codes are of no use once they have run out; a used code stays as long as its
    agreement, because the act's evidence refers to it.
    """
    with deps.database.begin() as tx:
        done = tx.archive.verified_for(WORKING_COPY_HOURS)
        for agreement_id in done:
            tx.documents.drop_working_copies(agreement_id)
        tx.accounts.drop_ended()
        tx.tries.drop_ended()
        tx.signing.drop_ended()
        tx.account_links.drop_old_requests()
        tx.activity.drop_old()
    return len(done)
