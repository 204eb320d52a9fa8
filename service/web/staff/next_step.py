"""What can be done with an agreement, what happened last and what comes next, for buttons and
sentences. The workflow checks again when a button is pressed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from service.agreement.deadlines import show_date, show_moment
from service.agreement.model import Agreement
from service.agreement.permissions import Permission, Staff
from service.agreement.places import SIGNATORY, Party
from service.agreement.states import RUNNING, Order, State, Step, may
from service.texts import OURS, text
from service.workflow.keeping.dossier import Dossier
from signatures.effective_date import local_date


@dataclass(frozen=True)
class NextStep:
    """The next step as text; ``code`` is its name in ``staff.next``."""

    code: str
    title: str
    about: str


def allowed(dossier: Dossier, staff: Staff, *, copying: bool) -> frozenset[str]:
    """The buttons to show; ``copying``: staff may copy links here."""
    agreement = dossier.agreement
    state = agreement.state
    prepare, send = staff.may(Permission.PREPARE), staff.may(Permission.SEND)
    invited = may(Step.RESEND, state) and agreement.next_turn == SIGNATORY
    our_own = agreement.signed_for_us_by(staff.id)
    our_turn = staff.may(Permission.COUNTERSIGN) and agreement.awaits_processor and our_own
    buttons = {
        "preview": state in (State.DRAFT, State.SENT),
        "edit": prepare and may(Step.EDIT, state),
        "send": send and may(Step.SEND, state) and not _nobody_can_sign(agreement),
        "retry": send and may(Step.RETRY_GENERATION, state),
        "resend": send and invited,
        "remind": send and not dossier.remind_refused,
        "copy": send and invited and copying,
        "address": send and invited,
        "extend": send and dossier.can_extend,
        "settle": send,
        "void": send and may(Step.VOID, state),
        "hand_over": staff.may(Permission.HAND_OVER) and may(Step.HAND_OVER, state),
        "answer": send and state in RUNNING,
        "send_back": our_turn and dossier.returned is None,
        "countersign": our_turn and not dossier.renamed,
        "take_over": staff.may(Permission.COUNTERSIGN)
        and may(Step.TAKE_OVER, state)
        and not agreement.signed_places
        and (dossier.renamed or agreement.countersigner is None or not our_own),
        "end": staff.may(Permission.END_AGREEMENTS)
        and state in (State.COMPLETED, State.REGISTERED),
        "withdraw": prepare and may(Step.WITHDRAW, state),
        "duplicate": prepare,
        "archive": staff.may(Permission.SEE_ARCHIVE) and agreement.effective_date is not None,
        "shown": bool(agreement.frozen_sha256),
    }
    return frozenset(name for name, possible in buttons.items() if possible)


def _nobody_can_sign(draft: Agreement) -> bool:
    return draft.countersigner is not None and not draft.countersigner.can_sign


def next_step(dossier: Dossier, staff: Staff) -> NextStep:
    """What the agreement waits for, or how it ended, for this reader."""
    agreement = dossier.agreement
    code = _code(dossier, staff)
    asked, ended = dossier.returned or dossier.asked, dossier.ending
    values = {
        "asker": asked.name if asked else "",
        "asked": show_moment(asked.asked_at, OURS) if asked else "",
        "name": agreement.signatory.name,
        "ours": agreement.our_name,
        "printed": dossier.printed_for_us if dossier.renamed else "",
        "email": agreement.signatory.email,
        "days": agreement.link_days,
        "until": show_date(local_date(agreement.expires_at), OURS) if agreement.expires_at else "",
        "effective": _day(agreement.effective_date),
        "life": _life(dossier),
        "opened": show_moment(agreement.opened_at, OURS) if agreement.opened_at else "",
        "ended": show_moment(ended.at, OURS) if ended else "",
        "who": (ended and ended.who) or text("staff.somebody", OURS),
        "lapsed": text("staff.lapsed", OURS) if dossier.acts else "",
        "so_far": _so_far(dossier),
        "mail": _mail(dossier),
        "has_begun": text(f"staff.has_begun.{'alone' if dossier.start else 'link'}", OURS),
    }
    values["then"] = text(f"staff.then.{agreement.order}", OURS, **values)
    about = text(f"staff.next.{code}.about", OURS, **values).strip()
    reason = f" {text('staff.reason', OURS, reason=ended.reason)}" if ended and ended.reason else ""
    return NextStep(code, text(f"staff.next.{code}.title", OURS, **values), about + reason)


def _day(day: date | None) -> str:
    return show_date(day, OURS) if day else ""


def _life(dossier: Dossier) -> str:
    """Since when it is in force and until when; empty before that."""
    life = dossier.life
    if life is None:
        return ""
    since = _day(dossier.agreement.effective_date)
    ends_on = _day(life.end.ends_on if life.end else None)
    return text(f"staff.life.{life.state}", OURS, effective=since, ends_on=ends_on)


def _so_far(dossier: Dossier) -> str:
    first = {act.place.party: act for act in reversed(dossier.acts.values())}
    if customer := first.get(Party.CONTROLLER):
        return text("staff.so_far.customer", OURS, signed=show_moment(customer.signed_at, OURS))
    if ours := first.get(Party.PROCESSOR):
        name = ours.record.person.name
        return text("staff.so_far.ours", OURS, name=name, signed=show_moment(ours.signed_at, OURS))
    return text("staff.so_far.nobody", OURS)


def _mail(dossier: Dossier) -> str:
    last = dossier.link_mail
    state = last.state if last else "none"
    return text(f"staff.link_mail.{state}", OURS, email=dossier.agreement.signatory.email)


# An unfinished document comes before any question.
_THEY_CAN_ASK = (State.SENT, State.READY, State.IN_SIGNING)


def _code(dossier: Dossier, staff: Staff) -> str:
    agreement = dossier.agreement
    state = agreement.state
    if state is State.DRAFT:
        if _nobody_can_sign(agreement):
            return "draft_gone"
        return "draft_pre_signed" if agreement.order is Order.PROCESSOR_FIRST else "draft"
    if dossier.renamed:
        return "renamed_signed" if agreement.signed_places else "renamed"
    if dossier.returned and agreement.awaits_processor:
        return "returned"
    if agreement.countersigner_gone and (agreement.signed_places or not dossier.asked):
        return "countersigner_gone_signed" if agreement.signed_places else "countersigner_gone"
    if agreement.awaits_processor:
        return _our_turn(agreement, staff)
    if dossier.asked and state in _THEY_CAN_ASK:
        return "asked"
    if state is State.SENT and agreement.opened_at:
        changing = "reopened" if agreement.edition > 1 else "opened_details"
        return changing if agreement.details_confirmed else "opened"
    if agreement.awaits_controller:
        return _their_turn(agreement)
    if state is State.GENERATION_FAILED and agreement.annex_locked:
        return "generation_failed_pre_signed"
    if state in (State.FULLY_SIGNED, State.SEALING):
        return "sealing"
    if state is State.COMPLETED:
        return f"completed_{dossier.copies}"
    return state.value


def _our_turn(agreement: Agreement, staff: Staff) -> str:
    if agreement.countersigner is None:
        return "awaits_processor"
    own = agreement.signed_for_us_by(staff.id) and staff.may(Permission.COUNTERSIGN)
    return "awaits_you" if own else "awaits_colleague"


def _their_turn(agreement: Agreement) -> str:
    """In a pre-signed offer we have signed, and it is their turn."""
    if agreement.order is Order.CONTROLLER_FIRST:
        return "awaits_controller"
    return "pre_signed_opened" if agreement.opened_at else "pre_signed"
