"""The processor's logo: choose, view, remove."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from service.agreement.permissions import Permission
from service.web.again import again
from service.web.context import asks_password, current_staff, deps, proof, require_staff
from service.web.forms import upload
from service.web.security import body_limit
from service.web.staff.blueprint import blueprint, show, to
from service.workflow.people import logo as logos

LARGEST_POST = logos.MOST_BYTES + 4 * 1024 * 1024  # above the logo's limit the form says so


@blueprint.get("/profiel/logo")
@require_staff(Permission.MANAGE_PROFILE)
def logo() -> Any:
    """The present logo, on light and on dark, and a field for another."""
    known = logos.logo(deps())
    return show(
        "staff/logo.html",
        logo=known,
        logo_url=url_for("sign.logo", sha256=known.sha256) if known else "",
        errors=again().errors,
        ask_password=asks_password(),
    )


@blueprint.post("/profiel/logo")
@require_staff(Permission.MANAGE_PROFILE)
@body_limit(LARGEST_POST)
def save_logo() -> Any:
    """Save another logo or, with the button ``remove``, none."""
    if request.form.get("remove"):
        logos.remove_logo(deps(), current_staff(), proof())
    else:
        logos.change_logo(deps(), upload(request.files, "logo"), current_staff(), proof())
    return to("staff.logo", done="logo")
