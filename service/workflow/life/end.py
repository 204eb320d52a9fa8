"""Records that a completed agreement ended, or will end (clause 12.2).

Recording is all that happens: it fixes until when the original is kept
(``service/workflow/keeping/retain.py``). Returning or deleting the personal data, which clause 12.3
then asks of the processor, happens outside this service.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from service.agreement.events import Event
from service.agreement.life import (
    End,
    GivenEnd,
    LifeState,
    RecordedEnd,
    checked,
    effective_date_of,
    kept_until,
    state_after,
)
from service.agreement.permissions import Permission, Principal, require
from service.deps import Deps
from service.error_codes import ErrorCode
from service.errors import Refused
from signatures.effective_date import local_date


@dataclass(frozen=True)
class Consequences:
    """What recording this end would mean."""

    end: End
    state: LifeState
    kept_until: date


def consequences(deps: Deps, reference: str, given: GivenEnd, by: Principal) -> Consequences:
    """What recording this end would mean; records nothing. Raises as ``end`` and ``change_end``."""
    require(by, Permission.END_AGREEMENTS)
    with deps.database.look() as tx:
        effective, today = effective_date_of(tx.agreements.get(reference)), local_date(tx.now())
    found, _ = checked(given, effective, today)
    last = kept_until(found.ends_on, deps.settings.retention_years)
    return Consequences(found, state_after(found.ends_on, today), last)


def end(deps: Deps, reference: str, given: GivenEnd, by: Principal) -> RecordedEnd:
    """Record the first end of an agreement. A repetition returns the first result.

    Raises Invalid, WrongState if it is not completed, Refused if another end is recorded.
    """
    require(by, Permission.END_AGREEMENTS)
    with deps.database.begin() as tx:
        agreement = tx.agreements.lock(reference)
        effective, today = effective_date_of(agreement), local_date(tx.now())
        wanted, note = checked(given, effective, today)
        there = tx.lives.end_of(agreement.id)
        if there and there.end != wanted:
            raise Refused(ErrorCode.END_RECORDED, day=there.ends_on)
        if there:
            return there
        recorded = tx.lives.record_end(agreement.id, wanted, by.actor)
        tx.audit.append(
            agreement.id,
            Event.AGREEMENT_ENDED,
            by,
            personal=by.with_name(note=note),
            ends_on=wanted.ends_on.isoformat(),
            why=wanted.reason.value,
        )
    return recorded
