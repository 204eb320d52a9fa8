"""Records that a completed agreement ended, or will end (clause 12.2).

This only fixes until when the original is kept (``service/workflow/keeping/retain.py``), not what
happens to the personal data (clause 12.3).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from service.agreement.events import Event
from service.agreement.life import End, GivenEnd, LifeState, RecordedEnd, kept_until, state_after
from service.agreement.permissions import Permission, Principal, require
from service.deps import Deps
from service.error_codes import ErrorCode
from service.errors import Refused
from service.workflow.life.record import asked, record_end


@dataclass(frozen=True)
class Consequences:
    end: End
    state: LifeState
    kept_until: date


def consequences(deps: Deps, reference: str, given: GivenEnd, by: Principal) -> Consequences:
    """What recording this end would mean. Raises as ``end`` and ``change_end``."""
    require(by, Permission.END_AGREEMENTS)
    with deps.database.look() as tx:
        what = asked(tx, tx.agreements.get(reference), given)
    ends_on = what.wanted.ends_on
    last = kept_until(ends_on, deps.settings.retention_years)
    return Consequences(what.wanted, state_after(ends_on, what.today), last)


def end(deps: Deps, reference: str, given: GivenEnd, by: Principal) -> RecordedEnd:
    """Record the first end of an agreement; a repetition returns the first result.

    Raises Invalid, WrongState if it is not completed, Refused if another end is recorded.
    """
    require(by, Permission.END_AGREEMENTS)
    with deps.database.begin() as tx:
        what = asked(tx, tx.agreements.lock(reference), given)
        if what.there is None:
            return record_end(tx, what, Event.AGREEMENT_ENDED, by)
        if what.there.end != what.wanted:
            raise Refused(ErrorCode.END_RECORDED, day=what.there.ends_on)
        return what.there
