"""The states and their transitions.

The agreement. Sales make a *draft* and send it: *sent*. The controller completes Bijlage 1 and the
document is made: *preparing*, then *ready* (frozen) or *generation_failed*, and back. Going back to
the form before the first act returns *ready* to *sent*, with the next edition. A pre-signed offer
goes from draft to preparing directly. The first person's acts make it *in_signing*, the last one's
*fully_signed*; then only *sealing*, *seal_failed* (and back) and *completed* follow. Until the last
act it can end as *declined*, *expired* (and return, by extending) or *voided*. A later revision
makes a completed one *superseded*. An agreement that was signed elsewhere is *registered*; a
registration that was a mistake is *withdrawn*.

A signature place is *blocked* until its turn, then *open*, *viewed* (link exchanged),
*authenticated* (mailbox proved), *signed*; or it ends as *declined*, *lapsed* or *expired*.
"""

from __future__ import annotations

from enum import StrEnum

from service.error_codes import ErrorCode
from service.errors import TooLate, WrongState


class State(StrEnum):
    """The agreement's state; a database constraint has the same list."""

    DRAFT = "draft"
    SENT = "sent"
    PREPARING = "preparing"
    GENERATION_FAILED = "generation_failed"
    READY = "ready"
    IN_SIGNING = "in_signing"
    FULLY_SIGNED = "fully_signed"
    SEALING = "sealing"
    SEAL_FAILED = "seal_failed"
    COMPLETED = "completed"
    DECLINED = "declined"
    EXPIRED = "expired"
    VOIDED = "voided"
    SUPERSEDED = "superseded"
    REGISTERED = "registered"
    WITHDRAWN = "withdrawn"


class PlaceState(StrEnum):
    BLOCKED = "blocked"
    OPEN = "open"
    VIEWED = "viewed"
    AUTHENTICATED = "authenticated"
    SIGNED = "signed"
    DECLINED = "declined"
    LAPSED = "lapsed"
    EXPIRED = "expired"


class PackageState(StrEnum):
    """The package in the archive; *missing* and *corrupt* raise an alarm and return to *verified*
    when a later check finds it good."""

    LOCAL = "local"
    STORED = "stored"
    LOCKED = "locked"
    VERIFIED = "verified"
    MISSING = "missing"
    CORRUPT = "corrupt"


UNFINISHED = (PackageState.LOCAL, PackageState.STORED, PackageState.LOCKED)  # not verified yet
DAMAGED = (PackageState.MISSING, PackageState.CORRUPT)


class MailState(StrEnum):
    """The state of a mail: *failed* is tried again, *refused* is permanent."""

    QUEUED = "queued"
    FAILED = "failed"
    SENT = "sent"
    REFUSED = "refused"


UNSENT = (MailState.QUEUED, MailState.FAILED)


class DocumentKind(StrEnum):
    """A text that sales look at before sending, or the one that both parties sign."""

    PREVIEW = "preview"
    FROZEN = "frozen"


class LinkEnd(StrEnum):
    NOT_ENDED = ""
    REPLACED = "replaced"
    DELEGATED = "delegated"


class Order(StrEnum):
    """Who signs first; fixed at sending, so that the last field can lock the whole document."""

    CONTROLLER_FIRST = "controller_first"
    PROCESSOR_FIRST = "processor_first"


class Step(StrEnum):
    """The steps that change an agreement's state."""

    EDIT = "edit"
    SEND = "send"
    RESEND = "resend"
    COMPLETE = "complete"
    REOPEN = "reopen"
    FREEZE = "freeze"
    FAIL_GENERATION = "fail_generation"
    RETRY_GENERATION = "retry_generation"
    SIGN_FIRST = "sign_first"
    SIGN_NEXT = "sign_next"
    SIGN_LAST = "sign_last"
    DECLINE = "decline"
    DELEGATE = "delegate"
    TAKE_OVER = "take_over"
    HAND_OVER = "hand_over"
    VOID = "void"
    EXPIRE = "expire"
    EXTEND = "extend"
    SEAL = "seal"
    FAIL_SEAL = "fail_seal"
    CLOSE = "close"
    WITHDRAW = "withdraw"


_UNSIGNED = (State.SENT, State.PREPARING, State.GENERATION_FAILED, State.READY)
_RUNNING = (*_UNSIGNED, State.IN_SIGNING)
_SIGNED = (State.FULLY_SIGNED, State.SEALING, State.SEAL_FAILED)

TRANSITIONS: dict[Step, dict[State, State]] = {
    Step.EDIT: {State.DRAFT: State.DRAFT},
    Step.SEND: {State.DRAFT: State.SENT},
    Step.RESEND: {state: state for state in _RUNNING},
    Step.COMPLETE: {State.SENT: State.PREPARING, State.DRAFT: State.PREPARING},
    Step.REOPEN: {State.READY: State.SENT, State.GENERATION_FAILED: State.SENT},
    Step.FREEZE: {State.PREPARING: State.READY},
    Step.FAIL_GENERATION: {State.PREPARING: State.GENERATION_FAILED},
    Step.RETRY_GENERATION: {State.GENERATION_FAILED: State.PREPARING},
    Step.SIGN_FIRST: {State.READY: State.IN_SIGNING},
    Step.SIGN_NEXT: {State.IN_SIGNING: State.IN_SIGNING},
    Step.SIGN_LAST: {State.IN_SIGNING: State.FULLY_SIGNED},
    Step.DECLINE: dict.fromkeys(_RUNNING, State.DECLINED),
    Step.DELEGATE: {state: state for state in _RUNNING},
    # A text that names the former countersigner is made again.
    Step.TAKE_OVER: {
        State.SENT: State.SENT,
        **dict.fromkeys((State.PREPARING, State.GENERATION_FAILED, State.READY), State.PREPARING),
    },
    # Not once everybody has signed: the package that is then made names the owner.
    Step.HAND_OVER: {state: state for state in (State.DRAFT, *_RUNNING, State.EXPIRED)},
    Step.VOID: dict.fromkeys((State.DRAFT, *_RUNNING, State.EXPIRED), State.VOIDED),
    Step.EXPIRE: dict.fromkeys(_RUNNING, State.EXPIRED),
    Step.EXTEND: {state: state for state in _RUNNING},
    Step.SEAL: {State.FULLY_SIGNED: State.SEALING, State.SEAL_FAILED: State.SEALING},
    Step.FAIL_SEAL: {State.SEALING: State.SEAL_FAILED, State.FULLY_SIGNED: State.SEAL_FAILED},
    Step.CLOSE: dict.fromkeys(_SIGNED, State.COMPLETED),
    Step.WITHDRAW: {State.REGISTERED: State.WITHDRAWN},
}

# Nothing can be signed in these. A refused step gets a polite answer: somebody or something was
# first.
ENDED = frozenset(State) - {State.DRAFT, *_RUNNING}


def next_state(step: Step, state: State) -> State:
    """Raises TooLate if the agreement has ended meanwhile, WrongState for any other state that does
    not allow the step."""
    allowed = TRANSITIONS[step]
    if state in allowed:
        return allowed[state]
    raise refusal(state)


def refusal(state: State) -> WrongState:
    if state in ENDED:
        return TooLate(ErrorCode.TOO_LATE, state=state.value)
    return WrongState(ErrorCode.WRONG_STATE, state=state.value)


def may(step: Step, state: State) -> bool:
    """For showing a button."""
    return state in TRANSITIONS[step]


# The states that lists and pages call running: a signature is still possible.
RUNNING = frozenset(_RUNNING)
WAITING = RUNNING | {State.DRAFT}  # for somebody to do something
SIGNED_NOT_SEALED = frozenset(_SIGNED)
EFFECTIVE = frozenset(
    {*_SIGNED, State.COMPLETED, State.SUPERSEDED, State.REGISTERED, State.WITHDRAWN}
)
