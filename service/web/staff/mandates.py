"""The standing mandate: giving it in two steps, revoking it, everybody's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import request

from service.agreement.mandate import MOST_A_DAY
from service.agreement.permissions import Permission
from service.error_words import words_of
from service.errors import Invalid, Refused, TooMany
from service.texts import OURS, catalogue
from service.web.again import again, ask_again, shown_at
from service.web.context import client, current_staff, deps, known_browser, require_staff
from service.web.errors import status_of
from service.web.mistakes import sentences
from service.web.staff.blueprint import blueprint, show, to
from service.workflow.people import mandate as workflow
from signatures.effective_date import local_date

USUAL_DAYS, USUAL_A_DAY = 90, 20


@blueprint.get("/mandaat")
@require_staff(Permission.COUNTERSIGN)
def mandate() -> Any:
    """One's own mandates and a form; once filled in, its text word for word."""
    typed, staff = again(), current_staff()
    until = local_date(datetime.now(UTC)) + timedelta(days=USUAL_DAYS)
    values = typed.values or {"until": f"{until:%d/%m/%Y}", "per_day": str(USUAL_A_DAY)}
    chosen, draft = typed.form.getlist("services"), None
    offered = workflow.choices(deps(), staff)
    texts = typed.form.getlist("templates") if typed else [offered[0].sha256]
    errors = typed.errors
    if typed.more.get("checked"):
        try:
            draft = workflow.draft(deps(), values, chosen, staff, templates=texts)
        except Invalid as wrong:  # another day, or another profile
            errors = {**errors, **sentences(wrong)}
    return show(
        "staff/mandate.html",
        mandates=workflow.own_mandates(deps(), staff),
        draft=draft,
        values=values,
        chosen=chosen,
        confirmed=typed.form.getlist("confirmed"),
        errors=errors,
        services=list(catalogue("service_names", OURS).items()),
        most=MOST_A_DAY,
        templates=offered,
        texts=texts,
    )


@blueprint.post("/mandaat")
@require_staff(Permission.COUNTERSIGN)
def give_mandate() -> Any:
    """Check and show the text; give the mandate if it comes from there."""
    form, staff = request.form, current_staff()
    fields, services, step = form.to_dict(), form.getlist("services"), form.get("step", "")
    texts = form.getlist("templates")
    if step == "change":
        return ask_again({}, 200)
    if step != "give":
        workflow.draft(deps(), fields, services, staff, templates=texts)
        return ask_again({}, 200, checked=True)
    try:
        workflow.give(
            deps(),
            fields,
            services,
            staff,
            client(),
            shown=form.get("shown", ""),
            confirmed=set(form.getlist("confirmed")),
            password=form.get("password", ""),
            browser=known_browser(),
            templates=texts,
        )
    except Invalid as wrong:
        return ask_again(sentences(wrong), checked=True)
    except TooMany as locked:
        said = {"password": words_of(locked)}
        return ask_again(said, 429, wait_seconds=locked.wait_seconds, checked=True)
    except Refused as refused:
        return ask_again({"form": words_of(refused)}, status_of(refused), checked=True)
    return to("staff.mandate", done="mandate")


@blueprint.post("/mandaat/<mandate_id>/intrekking")
@require_staff()
@shown_at("staff.account")
def revoke_mandate(mandate_id: str) -> Any:
    """One's own, or anybody's for an administrator."""
    staff = current_staff()
    revoked = workflow.revoke(deps(), mandate_id, staff)
    own = revoked.staff_id == staff.id and staff.may(Permission.COUNTERSIGN)
    return to("staff.mandate" if own else "staff.mandates", done="mandate_revoked")


@blueprint.get("/beheer/mandaten")
@require_staff(Permission.MANAGE_STAFF)
def mandates() -> Any:
    found = workflow.all_mandates(deps(), current_staff())
    return show("staff/mandates.html", mandates=found)
