"""The processor's look: choose, see it on screens and in a mail, save."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from flask import Response, request, url_for

from service.agreement.colours import parse_colour, too_faint
from service.agreement.look import INTRODUCED, Look, paragraphs, parse_look
from service.agreement.permissions import Permission
from service.error_codes import ErrorCode
from service.errors import Invalid, NotFound
from service.texts import OURS, named
from service.web.again import LARGEST, again, again_at, ask_again, fields_sent
from service.web.context import asks_password, current_staff, deps, proof, require_staff
from service.web.files import file
from service.web.forms import PNG_URL, drawing, read, upload
from service.web.mistakes import sentences
from service.web.pages import PageLook
from service.web.security import AGAIN_FIELD, body_limit
from service.web.shades import both_schemes
from service.web.sign.look import shown
from service.web.staff.blueprint import blueprint, show, to
from service.web.staff.look_mail import (
    styles_of_mails,
    subject_of_ours,
    with_several,
    without_styles,
)
from service.workflow.people.logo import MOST_BYTES, logo_png, small_logo
from service.workflow.people.look import Proposal, change_look, proposed, sheet_picture
from service.workflow.people.look import look as known_look
from service.workflow.people.profile import profile

LARGEST_POST = MOST_BYTES + 4 * 1024 * 1024  # above the logo's limit the form says so


@blueprint.get("/profiel/uiterlijk")
@require_staff(Permission.MANAGE_PROFILE)
def look() -> Any:
    known, typed, processor = known_look(deps()), again(), profile(deps())
    values = typed.values or _fields(Proposal(known))
    return show(
        "staff/look.html",
        values=values,
        errors=typed.errors,
        nearest=_nearest(values.get("accent", "")),
        wrong_mail=any(name.startswith(("subject_", "intro_")) for name in typed.errors),
        shown=_shown(known, values),
        kinds=[
            (
                kind,
                named("message_kinds", kind, OURS),
                subject_of_ours(kind, processor[1] if processor else None),
            )
            for kind in INTRODUCED
        ],
    )


@blueprint.post("/profiel/uiterlijk")
@require_staff(Permission.MANAGE_PROFILE)
@body_limit(LARGEST_POST)
def propose_look() -> Any:
    """Nothing is saved yet."""
    picture = _picture()
    try:
        fields = _fields(_proposed(picture))
    except Invalid as wrong:
        return ask_again(sentences(wrong), fields=_typed_beside(picture))
    return ask_again({}, 200, at=url_for("staff.look_preview"), fields=fields)


@blueprint.get("/profiel/uiterlijk/voorbeeld")
@require_staff(Permission.MANAGE_PROFILE)
def look_preview() -> Any:
    """The proposed look on light and dark screens, and in mails."""
    typed = again()
    known = profile(deps())
    try:
        proposal = parse_look(typed.values, None)
    except Invalid:
        return to("staff.look")
    if not typed or known is None:
        return to("staff.look")
    own = {"invitation", *proposal.subjects, *proposal.introductions}
    kinds = [kind for kind in INTRODUCED if kind in own]
    return show(
        "staff/look_preview.html",
        values=typed.values,
        errors=typed.errors,
        shown=_shown(known_look(deps()), typed.values),
        evidence_url=url_for("staff.look_evidence", opnieuw=request.args[AGAIN_FIELD]),
        sheet_url=url_for("staff.look_sheet", colour=proposal.colour[1:]),
        reply_to=proposal.reply_to,
        public_introduction=paragraphs(proposal.public_introduction),
        processor=known[1],
        mails=[
            (named("message_kinds", kind, OURS), *without_styles(kind, proposal, known[1]))
            for kind in with_several(kinds)
        ],
        ask_password=asks_password(),
    )


@blueprint.post("/profiel/uiterlijk/voorbeeld")
@require_staff(Permission.MANAGE_PROFILE)
def save_look() -> Any:
    """Save what was shown, or with ``edit`` go back."""
    if request.form.get("edit"):
        return ask_again({}, 200, at=url_for("staff.look"))
    change_look(deps(), _proposed(_picture()), current_staff(), proof())
    return to("staff.look", done="look")


@blueprint.get("/profiel/uiterlijk/<colour>.css")
@require_staff(Permission.MANAGE_PROFILE)
def look_sheet(colour: str) -> Response:
    """A preview's styles in this colour. Raises NotFound for an unreadable one."""
    accent = parse_colour(colour)
    if accent is None or too_faint(accent):
        raise NotFound(ErrorCode.NOT_FOUND)
    return Response(both_schemes(accent) + styles_of_mails(accent), mimetype="text/css")


@blueprint.get("/profiel/uiterlijk/bewijsblad.png")
@require_staff(Permission.MANAGE_PROFILE)
def look_evidence() -> Any:
    """An evidence sheet's first page with the previewed look. Raises NotFound if there is none in
    time."""
    typed, known = again_at(url_for("staff.look_preview")), profile(deps())
    if not typed or known is None:
        raise NotFound(ErrorCode.NOT_FOUND)
    seen = _shown(known_look(deps()), typed.values)
    if seen.logo is None:
        logo = b""
    elif seen.logo_url.startswith(PNG_URL):
        logo = drawing(seen.logo_url)
    else:
        logo = logo_png(deps(), seen.logo.sha256)
    try:
        proposal = Proposal(parse_look(typed.values, seen.logo), logo)
    except Invalid as wrong:
        raise NotFound(ErrorCode.NOT_FOUND) from wrong
    png = sheet_picture(known[1], proposal, current_staff())
    if not png:
        raise NotFound(ErrorCode.NOT_FOUND)
    return file(png, "image/png", "bewijsblad.png", show=True)


def _picture() -> bytes:
    """The chosen logo; the form carries an earlier one, which is encoded again."""
    return upload(request.files, "logo") or drawing(request.form.get("logo_png", ""))


def _proposed(picture: bytes) -> Proposal:
    """The look in this form. Raises Invalid."""
    form = read(request.form)
    form["accent"] = form.get("nearest") or form.get("accent", "")
    gone = bool(form.get("logo_gone"))
    return proposed(deps(), form, picture, without_logo=gone, staff=current_staff())


def _typed_beside(picture: bytes) -> dict[str, str | list[str]]:
    """What was typed, with the logo: after a mistake, a browser empties its field."""
    fields: dict[str, str | list[str]] = dict(fields_sent(LARGEST)[0])
    if picture:
        with suppress(Invalid):
            fields["logo_png"] = _carried(small_logo(picture)[1])
    return fields


def _carried(png: bytes) -> str:
    return PNG_URL + base64.b64encode(png).decode()


def _nearest(typed: str) -> str:
    colour = parse_colour(typed)
    faint = too_faint(colour) if colour else None
    return faint.nearest if faint else ""


def _fields(proposal: Proposal) -> dict[str, str]:
    look = proposal.look
    png = _carried(proposal.png) if proposal.png else ""
    return {
        "accent": look.accent,
        "reply_to": look.reply_to,
        "signature_line": look.signature_line,
        "public_introduction": look.public_introduction,
        **{f"subject_{kind}": look.subjects.get(kind, "") for kind in INTRODUCED},
        **{f"intro_{kind}": look.introductions.get(kind, "") for kind in INTRODUCED},
        "logo_png": png,
        "logo_gone": "" if look.logo else "yes",
    }


def _shown(known: Look, values: Mapping[str, str]) -> PageLook:
    if carried := values.get("logo_png", ""):
        try:
            logo, png = small_logo(drawing(carried))
        except Invalid:
            return PageLook()
        return PageLook(logo, _carried(png))
    return PageLook() if values.get("logo_gone") else shown(known)
