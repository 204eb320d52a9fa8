"""Reads the archive back repeatedly, so that damage is found before somebody needs the original; a
nightly job in small parts.

An original is due nine months after its last check, and a night covers at most a sixtieth of the
archive: so all is read within a year, even if a month of nights fails. Damaged and disputed ones
are checked every night. Two libraries verify each original.

While the store does not work, no state changes, the same part is retried, and the page *Taken*
shows why. Files that a working store repeatedly fails to return are missing (``storage/check.py``).
"""

from __future__ import annotations

import logging
from datetime import timedelta

from service.agreement.archive_round import Round
from service.agreement.events import Event
from service.agreement.permissions import SYSTEM, Permission, Principal, require
from service.agreement.states import PackageState
from service.deps import Deps
from service.error_codes import ErrorCode
from service.errors import NotFound
from service.workflow.keeping.examine import ArchiveCheck, examine, note_check, recorded
from service.workflow.one_by_one import said
from service.workflow.package_files import look_soon
from service.workflow.tasks import REREAD
from storage.errors import StorageError, StorageRefused, StorageUnavailable
from storage.witness import prove_working

log = logging.getLogger(__name__)

DUE_AFTER = timedelta(days=270)
DAMAGED_AFTER = timedelta(hours=20)  # the next night, even if it starts a little earlier
NIGHTS = 60
AT_ONCE = 20  # packages per job, so that it ends soon when a worker must stop


def begin_round(deps: Deps) -> int:
    """Start this night's part; returns its number of packages. A nightly job."""
    with deps.database.begin() as tx:
        number = -(-tx.archive_round.total() // NIGHTS)
        if number:
            tx.jobs.defer(REREAD, left=number)
    return number


def reread(deps: Deps, left: int) -> int:
    """Read back the next due packages, and defer the rest of ``left``; returns how many. A job.

    Raises the store's errors.
    """
    most = min(left, AT_ONCE)
    with deps.database.begin() as tx:
        due = tx.archive_round.due(DUE_AFTER, DAMAGED_AFTER, most)
    done = sum(look(deps, agreement_id) for agreement_id in due)
    # Packages that could not be examined now come last, so the next part is a different one.
    if len(due) == most and left > most:
        with deps.database.begin() as tx:
            tx.jobs.defer(REREAD, left=left - most)
    return done


def look(deps: Deps, agreement_id: str) -> bool:
    """Examine one package and record the result; False if just this one could not be examined.
    Raises the store's errors if it does not work."""
    try:
        with deps.database.begin() as tx:
            known = recorded(tx, agreement_id)
        if known is None:
            raise LookupError(f"{agreement_id}: checked before, but it has no records")
        found = examine(deps, known, twice=True)
    except (StorageUnavailable, StorageRefused) as failure:
        try:
            prove_working(deps.objects())
        except (StorageUnavailable, StorageRefused):
            _note_store(deps, agreement_id, failure)
            raise
        _note_unread(deps, agreement_id, failure)
        return False
    except Exception as failure:  # one package must not block the others
        log.error("%s: %s", agreement_id, said(failure))
        _note_unread(deps, agreement_id, failure)
        return False
    with deps.database.begin() as tx:
        note_check(tx, known, found)
    return True


def _note_store(deps: Deps, agreement_id: str, failure: Exception) -> None:
    """Record an outage of the store with one agreement only, not with each."""
    with deps.database.begin() as tx:
        noted = tx.archive_round.unread_because(type(failure).__name__)
    if not noted:
        _note_unread(deps, agreement_id, failure)


def _note_unread(deps: Deps, agreement_id: str, failure: Exception) -> None:
    """Show a failed attempt; the state stays, and it is logged once per series of failures."""
    reason = said(failure)
    with deps.database.begin() as tx:
        tx.agreements.lock_by_id(agreement_id)
        state = tx.archive.state(agreement_id)
        if state is None or state.state is not PackageState.VERIFIED:  # keep the reason of damage
            return
        if not state.failure:
            personal = {"reason": reason[:300]}
            tx.audit.append(agreement_id, Event.ARCHIVE_UNREAD, SYSTEM, personal=personal)
        tx.archive.note_failure(agreement_id, reason)


def progress(deps: Deps, by: Principal) -> Round:
    """Raises NotAllowed."""
    require(by, Permission.SEE_OPERATIONS)
    with deps.database.look() as tx:
        return tx.archive_round.progress()


def check(deps: Deps, reference: str, by: Principal) -> ArchiveCheck:
    """Examine an archived package and record the result.

    Raises NotFound while it is not in the archive, or the store's errors.
    """
    require(by, Permission.SEE_ARCHIVE)
    with deps.database.begin() as tx:
        known = recorded(tx, tx.agreements.get(reference).id)
    if known is None:
        raise NotFound(ErrorCode.NOT_FOUND)
    try:
        found = examine(deps, known)
    except StorageError:
        look_soon(deps, known.agreement.id)
        raise
    with deps.database.begin() as tx:
        note_check(tx, known, found, asked_by=by.actor)
    return found
