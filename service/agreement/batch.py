"""One step for many agreements at once: what can be done, and who is left out beforehand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from service.agreement import reminders
from service.agreement.lists import Summary
from service.agreement.reminders import Situation
from service.agreement.states import State, Step, next_state
from service.error_codes import ErrorCode, FieldCode
from service.errors import FieldError, Invalid, Refused

MOST = 50_000  # agreements at once


class BatchKind(StrEnum):
    REMIND = "remind"
    EXTEND = "extend"
    RESEND = "resend"
    VOID = "void"
    HAND_OVER = "hand_over"


class BatchState(StrEnum):
    """``STOPPED`` by a person, or because whoever began it may no longer send."""

    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"


class BatchLineState(StrEnum):
    """``REFUSED`` for a reason of the agreement's own, before or when it had its turn; ``FAILED``
    unexpectedly."""

    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True)
class Now:
    """The present, the end of the new term (aware UTC), and the new owner's id; empty where not
    needed."""

    now: datetime
    until: datetime
    to_id: str = ""


def check(kind: BatchKind, line: Summary, situation: Situation | None, at: Now) -> None:
    """Raises what the step itself would raise, as far as a line of the list tells. ``situation`` is
    None if it does not wait for its signatory."""
    if kind is BatchKind.VOID:
        next_state(Step.VOID, line.state)
    elif kind is BatchKind.HAND_OVER:
        next_state(Step.HAND_OVER, line.state)
        if line.sender_id == at.to_id:
            raise Refused(ErrorCode.OWNER_ALREADY)
    elif kind is BatchKind.EXTEND:
        if line.state is State.EXPIRED:
            return
        next_state(Step.EXTEND, line.state)
        if line.expires_at and at.until < line.expires_at + timedelta(seconds=1):
            raise Invalid([FieldError("link_days", FieldCode.EXTEND_LATER)])
    else:
        next_state(Step.RESEND, line.state)
        if line.awaits_processor:
            raise Refused(ErrorCode.NOT_YOUR_TURN)
        if kind is BatchKind.REMIND and (code := reminders.refused_by_hand(situation, at.now)):
            raise Refused(code, most=reminders.MOST)
