"""A colleague takes over signing: the consequences, and doing it."""

from __future__ import annotations

from typing import Any

from service.agreement.permissions import Permission
from service.errors import Refused
from service.web.context import current_staff, deps, require_staff
from service.web.staff.agreements import refused_at_dossier
from service.web.staff.blueprint import blueprint, show, to
from service.workflow.keeping.dossier import agreement_of
from service.workflow.offer import take_over as taking


@blueprint.get("/overeenkomsten/<reference>/overname")
@require_staff(Permission.COUNTERSIGN)
def ask_take_over(reference: str) -> Any:
    """The consequences for the text and for the customer."""
    agreement = agreement_of(deps(), reference, current_staff())
    return show("staff/ask_take_over.html", agreement=agreement)


@blueprint.post("/overeenkomsten/<reference>/overname")
@require_staff(Permission.COUNTERSIGN)
def take_over(reference: str) -> Any:
    try:
        taking.take_over(deps(), reference, current_staff())
    except Refused as refusal:
        return refused_at_dossier(reference, refusal)
    return to("staff.dossier_page", reference=reference, done="taken_over")
