"""Recording the end of a completed agreement, checked first, and correcting it."""

from __future__ import annotations

from typing import Any

from flask import request

from service.agreement.end_reason import CHOICES
from service.agreement.life import GivenEnd
from service.agreement.permissions import Permission
from service.errors import Outdated, Refused
from service.texts import OURS, text
from service.web.again import again, ask_again
from service.web.context import current_staff, deps, require_staff
from service.web.staff.agreements import changed_meanwhile, refused_at_dossier
from service.web.staff.blueprint import blueprint, show, to
from service.workflow.keeping.dossier import life_of_agreement
from service.workflow.life.change_end import change_end
from service.workflow.life.end import consequences
from service.workflow.life.end import end as record_end
from service.workflow.life.undo_end import undo_end as take_back


@blueprint.get("/overeenkomsten/<reference>/einde")
@require_staff(Permission.END_AGREEMENTS)
def ask_end(reference: str) -> Any:
    """The form; filled in without mistakes, what it means."""
    agreement, life = life_of_agreement(deps(), reference, current_staff())
    typed, there = again(), life.end if life else None
    values = typed.values or {
        "ends_on": f"{there.ends_on:%d/%m/%Y}" if there else "",
        "reason": there.reason.value if there else "",
        "version": there.version if there else "",
    }
    checked = typed.more.get("checked", False)
    return show(
        "staff/ask_end.html",
        agreement=agreement,
        life=life,
        values=values,
        errors=typed.errors,
        reasons=[(each.value, text(f"labels.end_reason.{each}", OURS), "") for each in CHOICES],
        years=deps().settings.retention_years,
        found=consequences(deps(), reference, _given(values), current_staff()) if checked else None,
    )


@blueprint.post("/overeenkomsten/<reference>/einde")
@require_staff(Permission.END_AGREEMENTS)
def end(reference: str) -> Any:
    """Check and show once more; record it if it comes from there."""
    form = request.form
    given, seen, step = _given(form), form.get("version", ""), form.get("step", "")
    if step == "change":
        return ask_again({}, 200)
    try:
        if step != "record":
            consequences(deps(), reference, given, current_staff())
            return ask_again({}, 200, checked=True)
        if seen:
            change_end(deps(), reference, given, current_staff(), seen=seen)
        else:
            record_end(deps(), reference, given, current_staff())
    except Outdated as refusal:
        return changed_meanwhile(refusal)
    except Refused as refusal:
        return refused_at_dossier(reference, refusal)
    return to("staff.dossier_page", reference=reference, done="end_changed" if seen else "ended")


@blueprint.get("/overeenkomsten/<reference>/einde/terugnemen")
@require_staff(Permission.END_AGREEMENTS)
def ask_undo_end(reference: str) -> Any:
    agreement, life = life_of_agreement(deps(), reference, current_staff())
    typed, there = again(), life.end if life else None
    return show(
        "staff/ask_undo_end.html",
        agreement=agreement,
        life=life,
        version=typed.values.get("version") or (there.version if there else ""),
        errors=typed.errors,
    )


@blueprint.post("/overeenkomsten/<reference>/einde/terugnemen")
@require_staff(Permission.END_AGREEMENTS)
def undo_end(reference: str) -> Any:
    try:
        take_back(deps(), reference, current_staff(), seen=request.form.get("version", ""))
    except Outdated as refusal:
        return changed_meanwhile(refusal)
    except Refused as refusal:
        return refused_at_dossier(reference, refusal)
    return to("staff.dossier_page", reference=reference, done="end_undone")


def _given(form: Any) -> GivenEnd:
    return GivenEnd(form.get("ends_on", ""), form.get("reason", ""), form.get("note", ""))
