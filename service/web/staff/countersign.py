"""The countersigner's queue: what differs, and signing one or several."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import request, url_for
from markupsafe import Markup
from werkzeug.exceptions import RequestEntityTooLarge

from service.agreement.deadlines import show_date
from service.agreement.permissions import Permission
from service.error_codes import FieldCode
from service.error_words import words_of
from service.errors import Invalid, TooMany
from service.texts import OURS, text
from service.web.again import Again, again, ask_again, shown_at
from service.web.context import client, current_staff, deps, known_browser, require_staff
from service.web.errors import answer
from service.web.forms import SIGNATURE_FIELDS, drawing, upload
from service.web.mistakes import sentences
from service.web.security import body_limit
from service.web.staff.blueprint import blueprint, show, to
from service.web.staff.filters import cursor
from service.workflow.signing.accept import statements
from service.workflow.signing.countersign import (
    STATEMENTS,
    Waiting,
    countersign,
    of_colleagues,
    queue,
)
from service.workflow.signing.open_text import note_read, to_read
from signatures.effective_date import local_date

LARGEST_POST = 24 * 1024 * 1024  # a picture that is too large is refused beside its field


@blueprint.get("/tekenen-namens-ons", endpoint="countersign")
@require_staff(Permission.COUNTERSIGN)
def countersign_queue() -> Any:
    """A page of what waits for us; with ``kenmerk`` only that one, ticked, if it waits for this
    person."""
    staff, typed, only = current_staff(), again(), request.args.get("kenmerk", "")
    after = _after(request.args.get("na", ""))
    found = queue(deps(), staff, after=after, only=only)
    if only and not found.waiting:
        only, found = "", queue(deps(), staff)
    waiting = found.waiting
    return show(
        "staff/countersign_queue.html",
        waiting=waiting,
        counts=found.counts,
        to_sign=found.counts.fresh,
        only=only,
        here={"kenmerk": only or None, "na": after or None},
        paged=bool(after),
        following=found.next and url_for("staff.countersign", na=found.next),
        colleagues=[] if only else of_colleagues(deps(), staff),
        known_as=found.first.processor.known_as if found.first else "",
        statements=statements(STATEMENTS, found.first) if found.first else [],
        values=typed.values or {"method": "typed"},
        selected=_still_the_same(typed, waiting) if typed else [only],
        confirmed=typed.form.getlist("confirmed"),
        errors=typed.errors,
        refused=typed.more.get("refused", []),
        signed=typed.more.get("signed", 0),
        today=show_date(local_date(datetime.now(UTC)), OURS),
    )


@blueprint.post("/tekenen-namens-ons")
@require_staff(Permission.COUNTERSIGN)
@body_limit(LARGEST_POST)
@shown_at("staff.countersign")
def sign() -> Any:
    """Sign the ticked ones; one that no longer can be does not block the others."""
    form = request.form
    only, after = request.args.get("kenmerk", ""), _after(request.args.get("na", ""))
    at = url_for("staff.countersign", kenmerk=only or None, na=after or None)
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
            face=form.get("face", ""),
            staff=current_staff(),
            client=client(),
        )
    except Invalid as wrong:
        names = {"signature": SIGNATURE_FIELDS.get(method, "method")}
        return ask_again(sentences(wrong, names), at=at)
    except TooMany as locked:
        said = {"password": words_of(locked)}
        return ask_again(said, 429, at=at, wait_seconds=locked.wait_seconds)
    refused = [
        {"reference": each.reference, "refusal": words_of(each.refusal), "unread": each.unread}
        for each in outcomes
        if each.refusal
    ]
    if refused:
        return ask_again({}, 409, at=at, refused=refused, signed=len(outcomes) - len(refused))
    if only:
        return to("staff.dossier_page", reference=only, done="countersigned_one")
    return to("staff.countersign", done="countersigned")


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(error: RequestEntityTooLarge) -> Any:
    """For a photo larger than the maximum request: the queue, without its ticks."""
    return _too_large() if request.endpoint == "staff.sign" else answer(413, "")


@require_staff(Permission.COUNTERSIGN)
def _too_large() -> Any:
    errors = {"uploaded_image": text(f"errors.{FieldCode.IMAGE_TOO_LARGE}", OURS)}
    return ask_again(errors, 413, fields={"method": "uploaded"})


@blueprint.get("/tekenen-namens-ons/lezen", endpoint="countersign_read")
@require_staff(Permission.COUNTERSIGN)
def to_be_read() -> Any:
    """What differs in each agreement that this person has not opened."""
    reading = to_read(deps(), current_staff())
    # Our own; escaped when the document was frozen.
    shown = {each.agreement.reference: Markup(each.html) for each in reading.unread}  # noqa: S704
    return show(
        "staff/countersign_read.html",
        reading=reading,
        shown=shown,
        common=Markup(reading.common.html) if reading.common else "",  # noqa: S704
        refused=again().more.get("refused", []),
    )


@blueprint.post("/tekenen-namens-ons/lezen")
@require_staff(Permission.COUNTERSIGN)
def noted_as_read() -> Any:
    """Record that these were shown; what changed meanwhile is shown again."""
    form = request.form
    shown = {each: form.get(f"sha256-{each}", "") for each in form.getlist("read")}
    refused = note_read(deps(), shown, current_staff(), client())
    if refused:
        said = [(each, words_of(why)) for each, why in refused.items()]
        return ask_again({}, 409, fields={}, refused=said)
    if to_read(deps(), current_staff()).unread:
        return to("staff.countersign_read", done="read_more")
    return to("staff.countersign", done="read")


def _after(typed: str) -> str:
    """A cursor of our own links; else the first page."""
    returned, _, rest = typed.partition("|")
    return typed if returned in ("0", "1") and cursor(rest) else ""


def _still_the_same(typed: Again, waiting: list[Waiting]) -> list[str]:
    """The ticked agreements whose text has not changed since."""
    now = {each.agreement.reference: each.agreement.frozen_sha256 for each in waiting}
    ticked = typed.form.getlist("selected")
    return [each for each in ticked if typed.values.get(f"sha256-{each}") == now.get(each)]


def _picture(method: str) -> bytes:
    if method == "uploaded":
        return upload(request.files, "uploaded_image")
    return drawing(request.form.get("drawn_image", "")) if method == "drawn" else b""
