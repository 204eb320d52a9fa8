"""The processor's own data."""

from __future__ import annotations

import dataclasses
from typing import Any

from flask import request

from service.agreement.parties import countries
from service.agreement.permissions import Permission
from service.errors import Invalid
from service.web.context import asks_password, current_staff, deps, proof, require_staff
from service.web.mistakes import sentences
from service.web.staff.blueprint import blueprint, show, to
from service.workflow.profile import change_profile
from service.workflow.profile import profile as known_profile


@blueprint.get("/beheer")
@require_staff(Permission.MANAGE_PROFILE)
def manage() -> Any:
    """The way to everything that is managed."""
    return show("staff/manage.html")


@blueprint.get("/profiel")
@require_staff(Permission.MANAGE_PROFILE)
def profile() -> Any:
    """The newest version in the form."""
    known = known_profile(deps())
    if known is None:
        return _page(0, {"country": "BE"}, {})
    version, processor = known
    values = {**dataclasses.asdict(processor), "enterprise_number": processor.shown_number}
    return _page(version, values, {})


@blueprint.post("/profiel")
@require_staff(Permission.MANAGE_PROFILE)
def save_profile() -> Any:
    """Make the next version."""
    try:
        change_profile(deps(), request.form, current_staff(), proof())
    except Invalid as wrong:
        known = known_profile(deps())
        version = known[0] if known else 0
        return _page(version, request.form.to_dict(), sentences(wrong), status=422)
    return to("staff.profile", done="profile")


def _page(
    version: int, values: dict[str, Any], errors: dict[str, str], *, status: int = 200
) -> tuple[str, int]:
    return show(
        "staff/profile.html",
        status,
        version=version,
        values=values,
        errors=errors,
        countries=list(countries().items()),
        ask_password=asks_password(),
    )
