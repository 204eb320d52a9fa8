"""Keeps the signer's input at every POST, even with mistakes, and with JavaScript while typing."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from service.agreement.deadlines import show_moment
from service.error_codes import ErrorCode
from service.errors import NotFound
from service.texts import OURS, text
from service.web.again import Again, again, fields_sent
from service.web.context import deps, signer
from service.web.security import for_scripts
from service.web.sign.blueprint import blueprint, current
from service.workflow.signing import draft as drafts
from service.workflow.signing.open_link import Visit
from signatures.effective_date import BRUSSELS, local_date

MOST = 64 * 1024  # characters of one form
MOST_WITH_A_DRAWING = 512 * 1024
BACK = "vorige"  # the button that goes back and keeps the input


def sent(form: str) -> dict[str, list[str]]:
    """What is kept of this request's input."""
    return fields_sent(MOST_WITH_A_DRAWING if form == drafts.SIGNATURE else MOST)[0]


def keep(form: str, found: Visit) -> None:
    drafts.keep(deps(), found, form, sent(form))


def goes_back() -> bool:
    """Whether the person pressed *Vorige*."""
    return BACK in request.form


def typed_before(form: str, found: Visit) -> Again:
    """The last input of a form, with its mistakes."""
    told, kept = again(), drafts.draft(deps(), found, form)
    if kept is None or (told and told.kept_at and told.kept_at > kept.kept_at):
        return told
    pairs = [(name, each) for name, listed in kept.fields.items() for each in listed]
    return Again(
        form=MultiDict(pairs),
        errors=told.errors,
        more=told.more,
        found=True,
        kept_at=kept.kept_at,
    )


def said_kept(kept_at: datetime | None) -> str:
    """When it was kept, as a sentence, or ''."""
    if kept_at is None:
        return ""
    if local_date(kept_at) == local_date(datetime.now(UTC)):
        return text("sign.kept.today", OURS, hour=f"{kept_at.astimezone(BRUSSELS):%H:%M}")
    return text("sign.kept.earlier", OURS, moment=show_moment(kept_at, OURS))


@blueprint.post("/tekenen/bewaren/<form>")
@signer
@for_scripts
def keep_typed(form: str) -> ResponseReturnValue:
    if form not in drafts.FORMS:
        raise NotFound(ErrorCode.NOT_FOUND)
    fields, too_large = fields_sent(MOST)
    kept_at = drafts.keep(deps(), current(), form, fields)
    said = text("sign.kept.not_all", OURS) if too_large else said_kept(kept_at)
    return jsonify(said=said)
