"""Keeping the filters of the list under a name."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for

from service.agreement.permissions import Permission
from service.errors import Invalid
from service.web.again import ask_again, shown_at
from service.web.context import current_staff, deps, require_staff
from service.web.mistakes import sentences
from service.web.staff import filters
from service.web.staff.blueprint import blueprint, to
from service.workflow.keeping.listing import choices
from service.workflow.people import kept_searches


@blueprint.post("/overeenkomsten/filters")
@require_staff(Permission.SEE_AGREEMENTS)
@shown_at("staff.agreements")
def keep_filters() -> Any:
    asked = filters.asked(choices(deps(), current_staff()))
    page = url_for("staff.agreements", **asked.address)
    try:
        kept_searches.keep(deps(), request.form.get("naam", ""), asked.query, current_staff())
    except Invalid as wrong:
        return ask_again(sentences(wrong), at=page)
    return redirect(url_for("staff.agreements", **asked.address, melding="filters_kept"), 303)


@blueprint.post("/overeenkomsten/filters/weg")
@require_staff(Permission.SEE_AGREEMENTS)
@shown_at("staff.agreements")
def drop_filters() -> Any:
    kept_searches.drop(deps(), request.form.get("weg", ""), current_staff())
    return to("staff.agreements", done="filters_dropped")
