"""One step for many agreements at once: what can be done, and who is left out beforehand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from service.agreement import reminders
from service.agreement.reminders import Reached
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


@dataclass(frozen=True)
class Facts:
    """What decides about an agreement; what a step does not ask (``ASKED``) is empty.

    ``expires_at`` is of what can still be signed; ``reached`` is None for what does not wait for
    its signatory.
    """

    state: State
    sender_id: str = ""
    expires_at: datetime | None = None
    awaits_processor: bool = False
    reached: Reached | None = None


ASKED: Mapping[BatchKind, tuple[str, ...]] = {
    BatchKind.VOID: ("state",),
    BatchKind.HAND_OVER: ("state", "sender_id"),
    BatchKind.EXTEND: ("state", "expires_at"),
    BatchKind.RESEND: ("state", "awaits_processor"),
    BatchKind.REMIND: ("state", "awaits_processor", "reached"),
}


@dataclass(frozen=True)
class Alike:
    """Some agreements about which the same decides: their number, and their ids if these were
    asked for."""

    facts: Facts
    count: int
    ids: tuple[str, ...] = ()


def check(kind: BatchKind, facts: Facts, at: Now) -> None:
    """Raises what the step itself would raise, as far as these tell."""
    if kind is BatchKind.VOID:
        next_state(Step.VOID, facts.state)
    elif kind is BatchKind.HAND_OVER:
        next_state(Step.HAND_OVER, facts.state)
        if facts.sender_id == at.to_id:
            raise Refused(ErrorCode.OWNER_ALREADY)
    elif kind is BatchKind.EXTEND:
        if facts.state is State.EXPIRED:
            return
        next_state(Step.EXTEND, facts.state)
        if facts.expires_at and at.until < facts.expires_at + timedelta(seconds=1):
            raise Invalid([FieldError("link_days", FieldCode.EXTEND_LATER)])
    else:
        next_state(Step.RESEND, facts.state)
        if facts.awaits_processor:
            raise Refused(ErrorCode.NOT_YOUR_TURN)
        if kind is BatchKind.REMIND and (code := reminders.refused_by_hand(facts.reached, at.now)):
            raise Refused(code, most=reminders.MOST)
