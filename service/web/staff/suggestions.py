"""The suggestions in Bijlage 1 for each service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import request

from service.agreement.annex import LISTS, categories
from service.agreement.permissions import Permission
from service.agreement.suggestions import field_of
from service.texts import OURS, catalogue
from service.web.again import again
from service.web.context import asks_password, current_staff, deps, proof, require_staff
from service.web.staff.blueprint import blueprint, show, to
from service.workflow.people.profile import change_suggestions, known_suggestions


@blueprint.get("/profiel/voorstellen")
@require_staff(Permission.MANAGE_PROFILE)
def suggestions() -> Any:
    """Each service with its lines, ticked."""
    typed, known = again(), known_suggestions(deps())
    ticked: Mapping[str, Sequence[str]] = {
        field_of(service, name): known[service][name] for service in known for name in LISTS
    }
    if typed:
        ticked = {field: typed.form.getlist(field) for field in ticked}
    return show(
        "staff/suggestions.html",
        services=list(catalogue("service_names", OURS).items()),
        categories={name: categories(name) for name in LISTS},
        ticked=ticked,
        errors=typed.errors,
        ask_password=asks_password(),
    )


@blueprint.post("/profiel/voorstellen")
@require_staff(Permission.MANAGE_PROFILE)
def save_suggestions() -> Any:
    chosen = {name: request.form.getlist(name) for name in request.form}
    change_suggestions(deps(), chosen, current_staff(), proof())
    return to("staff.suggestions", done="suggestions")
