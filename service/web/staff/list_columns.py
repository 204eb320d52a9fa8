"""Choosing the columns of the list."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for

from service.agreement.list_columns import SHOWN
from service.agreement.permissions import Permission
from service.texts import OURS, text
from service.web.again import again
from service.web.context import current_staff, deps, require_staff
from service.web.staff import filters
from service.web.staff.blueprint import blueprint, show
from service.workflow.keeping.listing import choices
from service.workflow.people import list_columns as columns


@blueprint.get("/overeenkomsten/kolommen")
@require_staff(Permission.SEE_AGREEMENTS)
def list_columns() -> Any:
    """What this person sees or ticked; the address is the list's."""
    typed = again()
    now = columns.columns_of(deps(), current_staff())
    return show(
        "staff/list_columns.html",
        columns=[(name, text(f"list.column.{name}", OURS)) for name in SHOWN],
        shown=typed.form.getlist("kolom") if typed else now,
        asked=filters.asked(choices(deps(), current_staff())),
        errors=typed.errors,
    )


@blueprint.post("/overeenkomsten/kolommen")
@require_staff(Permission.SEE_AGREEMENTS)
def choose_list_columns() -> Any:
    """Keep the ticked ones, or with ``usual`` the usual ones."""
    asked = filters.asked(choices(deps(), current_staff()))
    if request.form.get("usual"):
        columns.choose_usual(deps(), current_staff())
    else:
        columns.choose(deps(), request.form.getlist("kolom"), current_staff())
    return redirect(url_for("staff.agreements", **asked.address, melding="columns_kept"), 303)
