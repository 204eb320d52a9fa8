"""The log of staff actions: by person, kind and day, in pages."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask import request, url_for

from service.agreement.activity import Wanted, place_of
from service.agreement.fields import Checker
from service.agreement.permissions import Permission
from service.error_words import words_of
from service.texts import OURS, text
from service.web.context import current_staff, deps, require_staff
from service.web.staff.blueprint import blueprint, show
from service.workflow.people.staff_log import GROUPS, read
from signatures.effective_date import BRUSSELS

_FIELDS = ("wie", "soort", "van", "tot")
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


@blueprint.get("/beheer/logboek")
@require_staff(Permission.READ_STAFF_LOG)
def staff_log() -> Any:
    typed = {name: request.args.get(name, "").strip()[:100] for name in _FIELDS}
    check = Checker()
    first, last = check.day("van", typed["van"]), check.day("tot", typed["tot"])
    wanted = Wanted(
        staff_id=typed["wie"] if _ID.fullmatch(typed["wie"]) else "",
        kinds=GROUPS.get(typed["soort"], ()),
        since=_midnight(first) if first else None,
        until=_midnight(last + timedelta(days=1)) if last and last < date.max else None,
        after=place_of(request.args.get("na", "")),
    )
    page = read(deps(), wanted, current_staff())
    kept: dict[str, Any] = {name: value for name, value in typed.items() if value}
    return show(
        "staff/staff_log.html",
        422 if check.errors else 200,
        page=page,
        values=typed,
        errors={error.field: words_of(error) for error in check.errors},
        groups=[(name, text(f"staff.log.group.{name}", OURS)) for name in GROUPS],
        searched=bool(kept),
        older=page.next and url_for("staff.staff_log", **kept, na=page.next),
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), BRUSSELS).astimezone(UTC)
