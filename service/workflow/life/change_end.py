"""Corrects a recorded end. A lock is never shortened, even if the new end is earlier."""

from __future__ import annotations

from service.agreement.events import Event
from service.agreement.life import GivenEnd, RecordedEnd
from service.agreement.permissions import Permission, Principal, require
from service.deps import Deps
from service.error_codes import ErrorCode
from service.errors import Outdated, Refused
from service.workflow.life.record import asked, record_end


def change_end(
    deps: Deps, reference: str, given: GivenEnd, by: Principal, *, seen: str
) -> RecordedEnd:
    """Replace the end of which this person read the version ``seen``; a repetition returns the
    first result.

    Raises Invalid, WrongState, Refused if no end is recorded, Outdated.
    """
    require(by, Permission.END_AGREEMENTS)
    with deps.database.begin() as tx:
        what = asked(tx, tx.agreements.lock(reference), given)
        if what.there is None:
            raise Refused(ErrorCode.END_NOT_RECORDED)
        if what.there.version == seen:
            tx.archive.reopen_locks_of(what.agreement.id)
            return record_end(tx, what, Event.AGREEMENT_END_CHANGED, by)
        if what.there.end != what.wanted:
            raise Outdated(ErrorCode.OUTDATED, version=what.there.version)
        return what.there
