"""The archive is read back, again and again, so that damage is found before somebody needs the
original. A nightly job, in small parts; nobody has to remember how far it came.

Each original is due nine months after its last check, whoever asked for that one. A night takes
the sixtieth part of the archive at most: also when everything was stored on one day it has all
been read two months later, and a month of nights may fail before a year is over. What is damaged
is looked at again every night, so that a bucket that was put right is found to be. Each is judged
by two libraries: what is new for the first time as soon as a night has room, and one on which
they disagree every night.

Reading makes an original the newest: a worker that was killed, or two at once, go on where the
table says. While the store does not work nothing is known, so no state changes; the same part is
tried again until it does, and the page *Taken* says why. What a store that works does not give,
again and again, is missing (``storage/check.py``). One package that cannot be examined never ends
the round.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from service.agreement.archive_round import Round
from service.agreement.events import Event
from service.agreement.permissions import SYSTEM, Permission, Principal, require
from service.deps import Deps
from service.workflow.keeping.archive import note_check
from service.workflow.keeping.examine import examine, recorded
from service.workflow.one_by_one import said
from service.workflow.tasks import REREAD
from storage.errors import StorageRefused, StorageUnavailable
from storage.witness import prove_working

log = logging.getLogger(__name__)

DUE_AFTER = timedelta(days=270)
DAMAGED_AFTER = timedelta(hours=20)  # the next night, though it may come a little sooner
NIGHTS = 60
AT_ONCE = 20  # packages in one job: it is finished soon when a worker has to stop


def begin_round(deps: Deps) -> int:
    """Begin with this night's part; returns of how many packages. A nightly job."""
    with deps.database.begin() as tx:
        number = -(-tx.archive_round.total() // NIGHTS)
        if number:
            tx.jobs.defer(REREAD, left=number)
    return number


def reread(deps: Deps, left: int) -> int:
    """Read back the next packages that are due, and defer what is left of ``left``; a job.

    Returns how many were read. Raises StorageUnavailable or StorageRefused when the store does not
    work: the same job is then tried again for ever.
    """
    most = min(left, AT_ONCE)
    with deps.database.begin() as tx:
        due = tx.archive_round.due(DUE_AFTER, DAMAGED_AFTER, most)
    done = sum(look(deps, agreement_id) for agreement_id in due)
    # What could not be examined comes last from now on, so the next part is another one.
    if len(due) == most and left > most:
        with deps.database.begin() as tx:
            tx.jobs.defer(REREAD, left=left - most)
    return done


def look(deps: Deps, agreement_id: str) -> bool:
    """Examine one package and note what was found; False when it alone could not be examined.

    Raises StorageUnavailable or StorageRefused when the store does not work.
    """
    try:
        with deps.database.begin() as tx:
            known = recorded(tx, agreement_id)
        if known is None:
            raise LookupError(f"{agreement_id}: checked before, and nothing of it is recorded")
        found = examine(deps, known, twice=True)
    except (StorageUnavailable, StorageRefused) as failure:
        try:
            prove_working(deps.objects())
        except (StorageUnavailable, StorageRefused):
            _note_store(deps, agreement_id, failure)
            raise
        _note_unread(deps, agreement_id, failure)
        return False
    except Exception as failure:  # one package must not keep the others waiting
        log.error("%s: %s", agreement_id, said(failure))
        _note_unread(deps, agreement_id, failure)
        return False
    with deps.database.begin() as tx:
        note_check(tx, known, found)
    return True


def _note_store(deps: Deps, agreement_id: str, failure: Exception) -> None:
    """A store that is away for hours is not the trouble of each agreement: one has it noted."""
    with deps.database.begin() as tx:
        noted = tx.archive_round.unread_because(type(failure).__name__)
    if not noted:
        _note_unread(deps, agreement_id, failure)


def _note_unread(deps: Deps, agreement_id: str, failure: Exception) -> None:
    """Make a failed try visible; the state stays, and the log says it once per spell of failing."""
    reason = said(failure)
    with deps.database.begin() as tx:
        tx.agreements.lock_by_id(agreement_id)
        state = tx.archive.state(agreement_id)
        if state is None or state.state != "verified":  # the reason of damage is not overwritten
            return
        if not state.failure:
            personal = {"reason": reason[:300]}
            tx.audit.append(agreement_id, Event.ARCHIVE_UNREAD, SYSTEM, personal=personal)
        tx.archive.note_failure(agreement_id, reason)


def progress(deps: Deps, by: Principal) -> Round:
    """How far the round is. Raises NotAllowed."""
    require(by, Permission.SEE_OPERATIONS)
    with deps.database.begin() as tx:
        return tx.archive_round.progress()
