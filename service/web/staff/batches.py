"""One step for many agreements: choosing, counting, beginning, results."""

from __future__ import annotations

import re
import uuid
from typing import Any

from flask import request, url_for

from service.agreement.batch import MOST, BatchKind
from service.agreement.deadlines import MOST_DAYS
from service.agreement.permissions import Permission
from service.error_codes import ErrorCode
from service.error_words import kept_in_words, words_of
from service.errors import Invalid, NotFound, Refused
from service.texts import OURS, text
from service.web.again import again, ask_again, shown_at
from service.web.context import current_staff, deps, require_staff
from service.web.errors import status_of
from service.web.mistakes import sentences
from service.web.pages import amount
from service.web.staff import filters
from service.web.staff.blueprint import blueprint, show, to
from service.workflow.bulk import batch as batches
from service.workflow.bulk.batch import Counted, Selected
from service.workflow.keeping.listing import choices
from service.workflow.offer.hand_over import colleagues

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_FIELDS = {"link_days": "dagen", "to": "naar"}
KINDS = [(kind.value, text(f"labels.batch.{kind}", OURS)) for kind in BatchKind]


@blueprint.get("/overeenkomsten/samen")
@require_staff(Permission.SEND)
def batch() -> Any:
    """What would happen, counted. Changes nothing."""
    asked, kind, chosen = _asked()
    counted, errors = _counted(kind, chosen)
    typed = again()
    people = _people() if kind is BatchKind.HAND_OVER else {}
    return show(
        "staff/batch.html",
        422 if errors else 200,
        kind=kind.value,
        counted=counted,
        reasons=[(kept_in_words(each), count) for each, count in counted.reasons.items()],
        chosen=chosen,
        days=_days(),
        most_days=MOST_DAYS,
        to=_new_owner(),
        people=people,
        values=typed.values,
        errors={**typed.errors, **errors},
        key=typed.values.get("key") or str(uuid.uuid4()),
        asked=asked,
        back=url_for("staff.agreements", **asked.address),
        address=url_for("staff.begin_batch", **_query(asked, kind, chosen)),
    )


@blueprint.post("/overeenkomsten/samen")
@require_staff(Permission.SEND)
def begin_batch() -> Any:
    """Let the worker do it, if the count is still as shown."""
    asked, kind, chosen = _asked()
    form = request.form
    key, seen = form.get("key", ""), form.get("seen", "")
    page = url_for("staff.batch", **_query(asked, kind, chosen))
    if not _UUID.fullmatch(key) or not re.fullmatch(r"[0-9]{1,6}", seen):
        raise NotFound(ErrorCode.NOT_FOUND)
    try:
        batches.begin(
            deps(),
            key,
            kind,
            chosen,
            current_staff(),
            seen=int(seen),
            days=_days(),
            reason=form.get("reason", ""),
            to_id=_new_owner(),
        )
    except Invalid as wrong:
        return ask_again(sentences(wrong), at=page)
    except Refused as refusal:
        return ask_again({"form": words_of(refusal)}, status_of(refusal), at=page)
    return to("staff.batch_page", batch_id=key)


@blueprint.get("/overeenkomsten/samen/<batch_id>")
@require_staff(Permission.SEND)
def batch_page(batch_id: str) -> Any:
    """How far it is, and why some were skipped."""
    found = batches.progress(deps(), _known(batch_id), current_staff())
    return show(
        "staff/batch_done.html",
        progress=found,
        batch=found.batch,
        failure=kept_in_words(found.batch.failure),
        not_done=[(each, kept_in_words(each.failure)) for each in found.not_done],
        problem=again().errors.get("form", ""),
    )


@blueprint.post("/overeenkomsten/samen/<batch_id>/stop")
@require_staff(Permission.SEND)
@shown_at("staff.batch_page")
def stop_batch(batch_id: str) -> Any:
    batches.stop(deps(), _known(batch_id), current_staff())
    return to("staff.batch_page", batch_id=batch_id)


def _known(batch_id: str) -> str:
    """Raises NotFound for what cannot be an id."""
    if not _UUID.fullmatch(batch_id):
        raise NotFound(ErrorCode.NOT_FOUND)
    return batch_id


def _asked() -> tuple[filters.Asked, BatchKind, Selected]:
    """The list, step and agreements that the address says."""
    asked = filters.asked(choices(deps(), current_staff()))
    kind = request.args.get("actie", "")
    if kind not in list(BatchKind):
        raise NotFound(ErrorCode.NOT_FOUND)
    if request.args.get("alles"):
        return asked, BatchKind(kind), Selected(search=asked.search)
    return asked, BatchKind(kind), Selected(tuple(request.args.getlist("kies")))


def _query(asked: filters.Asked, kind: BatchKind, chosen: Selected) -> dict[str, Any]:
    return {
        **asked.address,
        "actie": kind.value,
        "alles": "ja" if chosen.search is not None else None,
        "kies": list(chosen.references),
        "dagen": _days() if kind is BatchKind.EXTEND else None,
        "naar": _new_owner() if kind is BatchKind.HAND_OVER else None,
    }


def _days() -> str:
    return request.args.get("dagen") or str(deps().settings.link_days)


def _new_owner() -> str:
    return request.args.get("naar", "")


def _people() -> dict[str, str]:
    return {each.id: each.name for each in colleagues(deps(), current_staff())}


def _counted(kind: BatchKind, chosen: Selected) -> tuple[Counted, dict[str, str]]:
    nothing = Counted()
    if chosen.search is None and not chosen.references:
        return nothing, {"form": text("staff.batch.nothing", OURS)}
    if kind is BatchKind.HAND_OVER and "naar" not in request.args:
        return nothing, {}  # not asked yet
    try:
        found = batches.count(
            deps(), kind, chosen, current_staff(), days=_days(), to_id=_new_owner()
        )
    except Invalid as wrong:
        said = sentences(wrong)
        return nothing, {_FIELDS.get(name, "form"): said[name] for name in said}
    if found.too_many:
        return nothing, {"form": text("staff.batch.too_many", OURS, most=amount(MOST, MOST))}
    return found, {}
