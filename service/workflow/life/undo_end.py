"""Corrects an end recorded by mistake: the agreement did not end, and its locks roll again."""

from __future__ import annotations

from service.agreement.life import effective_date_of
from service.agreement.permissions import Permission, Principal, require
from service.deps import Deps
from service.error_codes import ErrorCode
from service.errors import Outdated
from service.workflow.life.record import record_none


def undo_end(deps: Deps, reference: str, by: Principal, *, seen: str) -> None:
    """Take back the end of which this person read the version ``seen``; a repetition does nothing.

    Raises WrongState, Outdated if the end was changed meanwhile.
    """
    require(by, Permission.END_AGREEMENTS)
    with deps.database.begin() as tx:
        agreement = tx.agreements.lock(reference)
        effective_date_of(agreement)
        there = tx.lives.end_of(agreement.id)
        if there is None:
            return
        if there.version != seen:
            raise Outdated(ErrorCode.OUTDATED, version=there.version)
        tx.archive.reopen_locks_of(agreement.id)
        record_none(tx, agreement, there, by)
