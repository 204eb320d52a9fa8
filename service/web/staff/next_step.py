"""What can be done with an agreement now, and which step is next: for buttons and the sentence
above them. The workflow decides again when a button is pressed."""

from __future__ import annotations

from dataclasses import dataclass

from service.agreement.deadlines import local_date, show_date
from service.agreement.model import Agreement
from service.agreement.permissions import Permission, Staff
from service.agreement.states import CONTROLLER_PLACES, RUNNING, Order, State, Step, may
from service.texts import text


@dataclass(frozen=True)
class NextStep:
    """The next step in words; ``code`` is its name in the catalogue ``staff.next``."""

    code: str
    title: str
    about: str


def allowed(
    agreement: Agreement,
    staff: Staff,
    *,
    copying: bool,
    reminding: bool,
    returned: bool,
    renamed: bool,
) -> frozenset[str]:
    """The names of the buttons to show."""
    state = agreement.state
    prepare, send = staff.may(Permission.PREPARE), staff.may(Permission.SEND)
    invited = may(Step.RESEND, state) and agreement.next_places == CONTROLLER_PLACES
    nobody_signed = not set(agreement.signed_places) & set(CONTROLLER_PLACES)
    our_own = agreement.signed_for_us_by(staff.id)
    our_turn = staff.may(Permission.COUNTERSIGN) and agreement.awaits_processor and our_own
    buttons = {
        "preview": state in (State.DRAFT, State.SENT),
        "edit": prepare and may(Step.EDIT, state),
        "send": send and may(Step.SEND, state) and not _nobody_can_sign(agreement),
        "retry": send and may(Step.RETRY_GENERATION, state),
        "resend": send and invited,
        "remind": send and reminding,
        "copy": send and invited and copying,
        "address": send and invited and nobody_signed,
        "extend": send and (may(Step.EXTEND, state) or state is State.EXPIRED),
        "settle": send,
        "void": send and may(Step.VOID, state),
        "answer": send and state in RUNNING,
        "send_back": our_turn and not returned,
        "countersign": our_turn and not renamed,
        "take_over": staff.may(Permission.COUNTERSIGN)
        and may(Step.TAKE_OVER, state)
        and not agreement.signed_places
        and (renamed or agreement.countersigner is None or not our_own),
        "duplicate": prepare and state is not State.DRAFT,
        "archive": staff.may(Permission.SEE_ARCHIVE) and agreement.effective_date is not None,
        "shown": bool(agreement.frozen_sha256),
    }
    return frozenset(name for name, possible in buttons.items() if possible)


def _nobody_can_sign(draft: Agreement) -> bool:
    """Whether the one who was chosen in a draft may not sign any more."""
    return draft.countersigner is not None and not draft.countersigner.can_sign


def next_step(agreement: Agreement, *, returned_by: str = "", renamed_from: str = "") -> NextStep:
    """What the agreement waits for.

    ``returned_by`` gave it back with a question that waits; ``renamed_from`` is the name in the
    text of a countersigner whose account has another one now.
    """
    code = _code(agreement)
    if renamed_from:
        code = "renamed_signed" if agreement.signed_places else "renamed"
    elif returned_by and agreement.awaits_processor:
        code = "returned"
    values = {
        "asker": returned_by,
        "name": agreement.signatory.name,
        "ours": agreement.our_name,
        "printed": renamed_from,
        "email": agreement.signatory.email,
        "days": agreement.link_days,
        "until": show_date(local_date(agreement.expires_at)) if agreement.expires_at else "",
        "effective": show_date(agreement.effective_date) if agreement.effective_date else "",
    }
    return NextStep(
        code, text(f"staff.next.{code}.title", **values), text(f"staff.next.{code}.about", **values)
    )


def _code(agreement: Agreement) -> str:
    state = agreement.state
    if state is State.DRAFT and _nobody_can_sign(agreement):
        return "draft_gone"
    if state is State.DRAFT and agreement.order is Order.PROCESSOR_FIRST:
        return "draft_pre_signed"
    if state is State.SENT and agreement.opened_at:
        return "opened"
    if agreement.countersigner_gone and not agreement.signed_places:
        return "countersigner_gone"
    if agreement.countersigner_gone:
        return "countersigner_gone_signed"
    if agreement.awaits_processor:
        return "awaits_colleague" if agreement.countersigner else "awaits_processor"
    if agreement.awaits_controller:
        return "awaits_controller"
    if state in (State.FULLY_SIGNED, State.SEALING):
        return "sealing"
    return state.value
