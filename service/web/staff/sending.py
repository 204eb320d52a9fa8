"""After a draft: sending, resending, a reminder, another address, more time, withdrawing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import request

from service.agreement.deadlines import MOST_DAYS, end_of_day_after
from service.agreement.permissions import Permission
from service.agreement.states import Order
from service.errors import Outdated, Refused
from service.web.again import again, shown_at
from service.web.context import current_staff, deps, require_staff
from service.web.staff.agreements import changed_meanwhile, refused_at_dossier
from service.web.staff.blueprint import blueprint, show, to
from service.web.staff.forms import version_seen
from service.workflow.keeping.dossier import agreement_of, dossier_of
from service.workflow.offer.change_email import change_email as correct_email
from service.workflow.offer.copy_link import copy_link as take_link
from service.workflow.offer.extend import extend as prolong
from service.workflow.offer.remind import remind as remind_now
from service.workflow.offer.resend import resend as send_again
from service.workflow.offer.send import send as send_draft
from service.workflow.offer.void import void as withdraw
from service.workflow.telling.deliver import settle
from signatures.effective_date import local_date


@blueprint.post("/overeenkomsten/<reference>/verzending")
@require_staff(Permission.SEND)
@shown_at("staff.dossier_page")
def send(reference: str) -> Any:
    def act() -> str:
        sent = send_draft(deps(), reference, current_staff())
        return "sent_pre_signed" if sent.order is Order.PROCESSOR_FIRST else "sent"

    return _do(reference, act)


@blueprint.get("/overeenkomsten/<reference>/herzending")
@require_staff(Permission.SEND)
def ask_resend(reference: str) -> Any:
    """Announce that the former link will stop working."""
    found = dossier_of(deps(), reference, current_staff())
    return show("staff/ask_resend.html", agreement=found.agreement, remind=not found.remind_refused)


@blueprint.post("/overeenkomsten/<reference>/herzending")
@require_staff(Permission.SEND)
def resend(reference: str) -> Any:
    return _do(reference, lambda: send_again(deps(), reference, current_staff()), "resent")


@blueprint.post("/overeenkomsten/<reference>/herinnering")
@require_staff(Permission.SEND)
@shown_at("staff.dossier_page")
def remind(reference: str) -> Any:
    """Mail the same link again, with a reminder."""
    return _do(reference, lambda: remind_now(deps(), reference, current_staff()), "reminded")


@blueprint.post("/overeenkomsten/<reference>/link")
@require_staff(Permission.SEND)
@shown_at("staff.dossier_page")
def copy_link(reference: str) -> Any:
    """Show the link, once; our addresses never contain it."""
    link = take_link(deps(), reference, current_staff())
    agreement = agreement_of(deps(), reference, current_staff())
    return show("staff/link.html", agreement=agreement, link=link)


@blueprint.get("/overeenkomsten/<reference>/adres")
@require_staff(Permission.SEND)
def address(reference: str) -> Any:
    signatory = agreement_of(deps(), reference, current_staff()).signatory
    values = {"signatory_name": signatory.name, "signatory_email": signatory.email}
    return _ask("address", reference, values)


@blueprint.post("/overeenkomsten/<reference>/adres")
@require_staff(Permission.SEND)
def change_address(reference: str) -> Any:
    """A new link is mailed; the former one stops working."""
    form = request.form
    name, email = form.get("signatory_name", ""), form.get("signatory_email", "")
    seen = version_seen(form)
    return _do(
        reference,
        lambda: correct_email(deps(), reference, name, email, current_staff(), seen=seen),
        "address",
    )


@blueprint.post("/overeenkomsten/<reference>/mails/<message_id>/afgehandeld")
@require_staff(Permission.SEND)
@shown_at("staff.dossier_page")
def settle_mail(reference: str, message_id: str) -> Any:
    return _do(
        reference,
        lambda: settle(deps(), reference, message_id, current_staff()),
        "settled",
    )


@blueprint.get("/overeenkomsten/<reference>/termijn")
@require_staff(Permission.SEND)
def term(reference: str) -> Any:
    """Suggests the remaining days plus the usual term."""
    until = agreement_of(deps(), reference, current_staff()).expires_at
    left = (local_date(until) - local_date(datetime.now(UTC))).days if until else 0
    days = min(max(left, 0) + deps().settings.link_days, MOST_DAYS)
    ends = local_date(end_of_day_after(datetime.now(UTC), days))
    return _ask("term", reference, {"link_days": str(days)}, days=days, ends=ends)


@blueprint.post("/overeenkomsten/<reference>/termijn")
@require_staff(Permission.SEND)
def extend(reference: str) -> Any:
    days, seen = request.form.get("link_days", ""), version_seen(request.form)
    return _do(
        reference,
        lambda: prolong(deps(), reference, days, current_staff(), seen=seen),
        "extended",
    )


@blueprint.get("/overeenkomsten/<reference>/intrekking")
@require_staff(Permission.SEND)
def withdrawal(reference: str) -> Any:
    return _ask("void", reference, {})


@blueprint.post("/overeenkomsten/<reference>/intrekking")
@require_staff(Permission.SEND)
def void(reference: str) -> Any:
    reason = request.form.get("reason", "")
    return _do(
        reference,
        lambda: withdraw(deps(), reference, reason, current_staff()),
        "voided",
    )


def _do(reference: str, act: Callable[[], str | None], done: str = "") -> Any:
    """Act and return to the dossier, which shows ``done`` or the result of ``act``, or a refusal;
    ask a wrong field again."""
    try:
        done = act() or done
    except Outdated as refusal:
        return changed_meanwhile(refusal)
    except Refused as refusal:
        return refused_at_dossier(reference, refusal)
    return to("staff.dossier_page", reference=reference, done=done)


def _ask(what: str, reference: str, values: dict[str, str], **more: Any) -> tuple[str, int]:
    agreement, typed = agreement_of(deps(), reference, current_staff()), again()
    return show(
        f"staff/ask_{what}.html",
        agreement=agreement,
        values=typed.values or {**values, "version": str(agreement.version)},
        errors=typed.errors,
        **more,
    )
