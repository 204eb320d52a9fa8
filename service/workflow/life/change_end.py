"""Corrects a recorded end: another date or reason.

A lock is never shortened: with an earlier end, what is already locked for longer stays so.
"""

from __future__ import annotations

from service.agreement.events import Event
from service.agreement.life import GivenEnd, RecordedEnd, checked, effective_date_of
from service.agreement.permissions import Permission, Principal, require
from service.deps import Deps
from service.error_codes import ErrorCode
from service.errors import Outdated, Refused
from signatures.effective_date import local_date


def change_end(
    deps: Deps, reference: str, given: GivenEnd, by: Principal, *, seen: str
) -> RecordedEnd:
    """Replace the end of which this person read the version ``seen``.

    A repetition returns the first result. Raises Invalid, WrongState, Refused if no end is
    recorded, Outdated if it was changed meanwhile.
    """
    require(by, Permission.END_AGREEMENTS)
    with deps.database.begin() as tx:
        agreement = tx.agreements.lock(reference)
        effective, today = effective_date_of(agreement), local_date(tx.now())
        wanted, note = checked(given, effective, today)
        there = tx.lives.end_of(agreement.id)
        if there is None:
            raise Refused(ErrorCode.END_NOT_RECORDED)
        if there.version != seen:
            if there.end == wanted:
                return there
            raise Outdated(ErrorCode.OUTDATED, version=there.version)
        recorded = tx.lives.record_end(agreement.id, wanted, by.actor)
        tx.archive.reopen_locks_of(agreement.id)
        tx.audit.append(
            agreement.id,
            Event.AGREEMENT_END_CHANGED,
            by,
            personal=by.with_name(note=note),
            ends_on=wanted.ends_on.isoformat(),
            why=wanted.reason.value,
        )
    return recorded
