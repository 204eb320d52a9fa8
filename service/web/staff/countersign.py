"""The countersigner's queue: what differs, and signing one or several at once."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime
from typing import Any

from flask import make_response, request
from markupsafe import Markup
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from service.agreement.deadlines import local_date, show_date
from service.agreement.permissions import Permission
from service.errors import Invalid, TooMany
from service.texts import text
from service.web.context import client, current_staff, deps, known_browser, require_staff
from service.web.errors import answer, come_back
from service.web.forms import upload
from service.web.security import body_limit
from service.web.staff.blueprint import blueprint, show, to
from service.workflow.accept import statements
from service.workflow.countersign import STATEMENTS, Outcome, countersign, queue
from service.workflow.open_text import note_read, to_read

LARGEST_POST = 24 * 1024 * 1024  # a picture that is too large is refused beside its field
# The core speaks of one signature; the page has a field for each way of giving it.
_SIGNATURE_FIELDS = {"typed": "typed_name", "drawn": "drawn_image", "uploaded": "uploaded_image"}


@blueprint.get("/tekenen-namens-ons", endpoint="countersign")
@require_staff(Permission.COUNTERSIGN)
def countersign_queue() -> Any:
    """What waits for our signature."""
    return _page({"method": "typed"})


@blueprint.post("/tekenen-namens-ons")
@require_staff(Permission.COUNTERSIGN)
@body_limit(LARGEST_POST)
def sign() -> Any:
    """Sign what was ticked; one that cannot be signed any more keeps no other from it."""
    form = request.form
    selected = form.getlist("selected")
    method = form.get("method", "")
    try:
        outcomes = countersign(
            deps(),
            {reference: form.get(f"sha256-{reference}", "") for reference in selected},
            password=form.get("password", ""),
            browser=known_browser(),
            confirmed=set(form.getlist("confirmed")) == set(STATEMENTS),
            method=method,
            typed=form.get("typed_name", ""),
            picture=_picture(method),
            staff=current_staff(),
            client=client(),
        )
    except Invalid as wrong:
        place = _SIGNATURE_FIELDS.get(method, "method")
        errors = {
            place if name == "signature" else name: sentence
            for name, sentence in wrong.by_field().items()
        }
        return _page(form.to_dict(), errors, status=422)
    except TooMany as locked:
        page = _page(form.to_dict(), {"password": locked.sentence()}, status=429)
        return come_back(make_response(page), locked)
    refused = [outcome for outcome in outcomes if outcome.refusal]
    if refused:
        return _page(form.to_dict(), refused=refused, signed=len(outcomes) - len(refused))
    return to("staff.countersign", done="countersigned")


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(error: RequestEntityTooLarge) -> Any:
    """A photo larger than what is read at all: the queue again, whose ticks never arrived."""
    return _too_large() if request.endpoint == "staff.sign" else answer(413, "")


@require_staff(Permission.COUNTERSIGN)
def _too_large() -> Any:
    request.form = ImmutableMultiDict()
    errors = {"uploaded_image": text("errors.image_too_large")}
    return _page({"method": "uploaded"}, errors, status=413)


@blueprint.get("/tekenen-namens-ons/lezen", endpoint="countersign_read")
@require_staff(Permission.COUNTERSIGN)
def to_be_read() -> Any:
    """What differs in each agreement that this person has not opened."""
    return _to_read()


@blueprint.post("/tekenen-namens-ons/lezen")
@require_staff(Permission.COUNTERSIGN)
def noted_as_read() -> Any:
    """Note that these were shown and read; what changed meanwhile is shown anew."""
    form = request.form
    shown = {each: form.get(f"sha256-{each}", "") for each in form.getlist("read")}
    refused = note_read(deps(), shown, current_staff(), client())
    if refused:
        return _to_read([(each, why.sentence()) for each, why in refused.items()])
    if to_read(deps(), current_staff()).unread:
        return to("staff.countersign_read", done="read_more")
    return to("staff.countersign", done="read")


def _to_read(refused: list[tuple[str, str]] | None = None) -> tuple[str, int]:
    reading = to_read(deps(), current_staff())
    # Made by the service itself, escaped when the document was frozen.
    shown = {each.agreement.reference: Markup(each.html) for each in reading.unread}  # noqa: S704
    return show(
        "staff/countersign_read.html",
        409 if refused else 200,
        reading=reading,
        shown=shown,
        common=Markup(reading.common.html) if reading.common else "",  # noqa: S704
        refused=refused or [],
    )


def _page(
    values: dict[str, str],
    errors: dict[str, str] | None = None,
    *,
    refused: list[Outcome] | None = None,
    signed: int = 0,
    status: int = 200,
) -> tuple[str, int]:
    waiting = queue(deps(), current_staff())
    return show(
        "staff/countersign_queue.html",
        409 if refused else status,
        waiting=waiting,
        statements=statements(STATEMENTS, waiting[0].agreement) if waiting else [],
        values=values,
        selected=request.form.getlist("selected"),
        confirmed=request.form.getlist("confirmed"),
        errors=errors or {},
        refused=refused or [],
        signed=signed,
        today=show_date(local_date(datetime.now(UTC))),
    )


def _picture(method: str) -> bytes:
    if method == "uploaded":
        return upload(request.files, "uploaded_image")
    if method != "drawn":
        return b""
    head, _, data = request.form.get("drawn_image", "").partition(",")
    if head != "data:image/png;base64":
        return b""
    try:
        return base64.b64decode(data, validate=True)
    except binascii.Error:
        return b""
