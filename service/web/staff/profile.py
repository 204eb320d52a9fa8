"""The processor's own data."""

from __future__ import annotations

import dataclasses
from typing import Any

from flask import request

from service.agreement.parties import countries
from service.agreement.permissions import Permission
from service.web.again import again
from service.web.context import asks_password, current_staff, deps, proof, require_staff
from service.web.staff.blueprint import blueprint, show, to
from service.workflow.people.profile import change_profile
from service.workflow.people.profile import profile as known_profile


@blueprint.get("/beheer")
@require_staff(Permission.MANAGE_PROFILE)
def manage() -> Any:
    return show("staff/manage.html")


@blueprint.get("/profiel")
@require_staff(Permission.MANAGE_PROFILE)
def profile() -> Any:
    known, typed = known_profile(deps()), again()
    version, values = 0, {"country": "BE"}
    if known:
        version, processor = known
        values = {**dataclasses.asdict(processor), "enterprise_number": processor.shown_number}
    return show(
        "staff/profile.html",
        version=version,
        values=typed.values or values,
        errors=typed.errors,
        countries=list(countries().items()),
        ask_password=asks_password(),
    )


@blueprint.post("/profiel")
@require_staff(Permission.MANAGE_PROFILE)
def save_profile() -> Any:
    change_profile(deps(), request.form, current_staff(), proof())
    return to("staff.profile", done="profile")
