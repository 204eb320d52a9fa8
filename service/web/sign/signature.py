"""Step 4: the statements and the signature, then Bijlage 1. The second tap signs both."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime

from flask import request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from service.agreement.deadlines import show_date
from service.error_codes import FieldCode
from service.errors import Invalid, LinkUnusable
from service.texts import text
from service.web.again import Again, again, ask_again
from service.web.context import client, deps, signer
from service.web.errors import answer
from service.web.forms import PNG_URL, SIGNATURE_FIELDS, drawing, tidy
from service.web.mistakes import sentences
from service.web.security import body_limit
from service.web.sign.blueprint import (
    blueprint,
    current_open,
    notice,
    prepared,
    secret,
    show,
    step_of,
    to,
)
from service.web.sign.drafts import goes_back, keep, sent, typed_before
from service.web.sign.facts import annex_rows
from service.web.sign.link_ended import of_session
from service.web.sign.prove import code_page
from service.workflow.signing import sign as signing
from service.workflow.signing.accept import METHODS, statements
from service.workflow.signing.draft import SIGNATURE
from service.workflow.signing.open_link import Visit
from signatures.acts.images import MOST_BYTES
from signatures.effective_date import local_date

# A phone's photo that is too large must first arrive, to be refused beside its field with the ticks
# kept.
LARGEST_BODY = 24 * 1024 * 1024
_FIELDS = ("method", "typed_name", "face", "drawn_image")


@blueprint.get("/tekenen/ondertekenen")
@signer
def sign() -> ResponseReturnValue:
    """The code, or with a proven mailbox the statements and signature."""
    found = current_open()
    if (step := step_of(found)) not in ("sign.sign", "sign.sign_annex"):
        return to(step)
    said = {"form": notice()} if notice() else {}
    if not found.authenticated:
        return code_page(found, said or again().errors)
    typed = typed_before(SIGNATURE, found)
    if typed.values:
        ticked = typed.form.getlist("statement") if _of_this_text(typed, found) else []
        return _sign_page(found, ticked, typed.values, said or typed.errors)
    return _sign_page(found, *_as_prepared(found), said)


@blueprint.post("/tekenen/ondertekenen")
@signer
@body_limit(LARGEST_BODY)
def prepare() -> ResponseReturnValue:
    """First tap: nothing is signed yet."""
    if goes_back():
        keep(SIGNATURE, current_open())
        return to("sign.read")
    form = request.form
    said = form.getlist("statement")
    values = {name: tidy(form.get(name, "")) for name in _FIELDS}
    try:
        signing.prepare(
            deps(),
            secret(),
            document_sha256=form.get("document_sha256", ""),
            said=set(said),
            method=values["method"],
            typed=values["typed_name"],
            picture=_picture(values),
            face=values["face"],
            sent=sent(SIGNATURE),
        )
    except Invalid as wrong:
        names = {"signature": SIGNATURE_FIELDS.get(values["method"], "method")}
        return ask_again(sentences(wrong, names))
    return to("sign.sign_annex")


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(error: RequestEntityTooLarge) -> ResponseReturnValue:
    """For a photo larger than the maximum request: the form, without its ticks."""
    if request.endpoint != "sign.prepare":
        return answer(413, "")
    try:
        found = current_open()
    except LinkUnusable as ended:
        return of_session(ended)
    if not found.authenticated or step_of(found) not in ("sign.sign", "sign.sign_annex"):
        return to("sign.resume")
    errors = {
        "uploaded_image": text(f"errors.{FieldCode.IMAGE_TOO_LARGE}", found.agreement.language)
    }
    return ask_again(errors, 413, fields={"method": "uploaded"})


@blueprint.get("/tekenen/ondertekenen/bijlage")
@signer
def sign_annex() -> ResponseReturnValue:
    """Bijlage 1 with its guarantee, and the signature as it will appear."""
    found = current_open()
    if (step := step_of(found)) != "sign.sign_annex":
        return to(step)
    return _annex_page(found, again())


@blueprint.post("/tekenen/ondertekenen/bijlage")
@signer
def sign_both() -> ResponseReturnValue:
    """Both acts, or neither; a repetition gets the same receipt."""
    ticked = "annex_statement" in request.form
    try:
        signing.sign(
            deps(),
            secret(),
            document_sha256=request.form.get("document_sha256", ""),
            said={"annex_sign"} if ticked else set(),
            client=client(),
        )
    except Invalid as wrong:
        return ask_again(sentences(wrong, {"statements": "annex_statement"}))
    return to("sign.done")


def _of_this_text(typed: Again, found: Visit) -> bool:
    """A statement about another text is not kept."""
    return typed.values.get("document_sha256") == found.agreement.frozen_sha256


def _picture(values: Mapping[str, str]) -> bytes | None:
    """The chosen method's picture; None for the one sent before, which a browser cannot fill in."""
    if values["method"] == "drawn":
        return drawing(values["drawn_image"])
    if values["method"] != "uploaded":
        return b""
    file = request.files.get("uploaded_image")
    return file.stream.read(MOST_BYTES + 1) if file and file.filename else None


def _as_prepared(found: Visit) -> tuple[list[str], dict[str, str]]:
    """The earlier ticks and input, after going back."""
    pending = found.session.pending
    if not (pending and prepared(found)):
        return [], {"method": METHODS[0]}
    drawn = pending.method == "drawn"
    return list(signing.AGREEMENT_STATEMENTS), {
        "method": pending.method,
        "typed_name": pending.typed,
        "face": pending.face,
        "drawn_image": _image_src(found) if drawn else "",
    }


def _sign_page(
    found: Visit,
    ticked: list[str],
    values: Mapping[str, str],
    errors: Mapping[str, str],
) -> ResponseReturnValue:
    said = statements(signing.AGREEMENT_STATEMENTS, found.agreement)
    return show(
        "sign",
        found.agreement,
        statements=[{"code": one.id, "text": one.text} for one in said],
        ticked=ticked,
        values=values,
        errors=errors,
        **_signature_context(found),
    )


def _annex_page(found: Visit, typed: Again) -> ResponseReturnValue:
    guarantee, confirmation = statements(signing.ANNEX_STATEMENTS, found.agreement)
    pending = found.session.pending
    return show(
        "sign_annex",
        found.agreement,
        annex_rows=annex_rows(found.agreement),
        guarantee=guarantee.text,
        annex_statement=confirmation.text,
        annex_ticked="annex_statement" in typed.values and _of_this_text(typed, found),
        errors=typed.errors,
        image_src=_image_src(found),
        typed_name=pending.typed if pending else "",
        face=pending.face if pending else "",
        carried=[],
        **_signature_context(found),
    )


def _signature_context(found: Visit) -> dict[str, str]:
    agreement = found.agreement
    return {
        "signatory_name": agreement.signatory.name,
        "signatory_function": agreement.signatory.function,
        "today": show_date(local_date(datetime.now(UTC)), found.agreement.language),
        "document_sha256": agreement.frozen_sha256,
    }


def _image_src(found: Visit) -> str:
    image = found.session.pending.image if found.session.pending else None
    return PNG_URL + base64.b64encode(image).decode() if image else ""
