"""Another owner for an agreement: to whom, and doing it."""

from __future__ import annotations

from typing import Any

from flask import request

from service.agreement.permissions import Permission
from service.errors import Refused
from service.web.again import again
from service.web.context import current_staff, deps, require_staff
from service.web.staff.agreements import refused_at_dossier
from service.web.staff.blueprint import blueprint, show, to
from service.workflow.keeping.dossier import dossier_of
from service.workflow.offer import hand_over as handing


@blueprint.get("/overeenkomsten/<reference>/overdracht")
@require_staff(Permission.HAND_OVER)
def ask_hand_over(reference: str) -> Any:
    found, typed, by = dossier_of(deps(), reference, current_staff()), again(), current_staff()
    others = handing.colleagues(deps(), by)
    return show(
        "staff/ask_hand_over.html",
        agreement=found.agreement,
        owner=found.sender_name,
        people=[(each.id, each.name) for each in others if each.id != found.agreement.sender_id],
        values=typed.values,
        errors=typed.errors,
    )


@blueprint.post("/overeenkomsten/<reference>/overdracht")
@require_staff(Permission.HAND_OVER)
def hand_over(reference: str) -> Any:
    try:
        handing.hand_over(deps(), reference, request.form.get("to", ""), current_staff())
    except Refused as refusal:
        return refused_at_dossier(reference, refusal)
    return to("staff.dossier_page", reference=reference, done="handed_over")
