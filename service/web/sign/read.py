"""Step 3: read the frozen text and check the details in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

from flask import request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from service.agreement.model import Agreement
from service.agreement.shown import sha256_of
from service.error_words import words_of
from service.errors import LinkUnusable, NotFound, TooMany
from service.web.again import ask_again
from service.web.context import client, deps, signer
from service.web.files import file
from service.web.sign.blueprint import (
    blueprint,
    current_open,
    editable,
    noted,
    notice,
    secret,
    show,
    step_of,
    to,
)
from service.web.sign.facts import annex_rows, detail_rows
from service.workflow.signing.prove_mailbox import request_code
from service.workflow.signing.read import Reading, confirm_reading, fetch_shown, frozen

_HEADING = re.compile(r'<h(\d) id="([^"]+)-titel">(.*?)</h\1>', re.DOTALL)
_TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True)
class Part:
    anchor: str
    title: str


@blueprint.get("/tekenen/lezen")
@signer
def read() -> ResponseReturnValue:
    """The text as a page, with the signer's details."""
    try:
        reading = frozen(deps(), secret())
    except NotFound:
        found = current_open()
        if _has_text(found.agreement):
            raise
        return to(step_of(found))
    found = noted(reading.visit)
    if found.status != "open":
        raise LinkUnusable(found.status)
    return _page(reading) if _has_text(found.agreement) else to(step_of(found))


@blueprint.post("/tekenen/lezen")
@signer
def confirm() -> ResponseReturnValue:
    """Continue to sign these bytes; mails a code unless one is valid."""
    code_wanted = confirm_reading(
        deps(),
        secret(),
        request.form.get("document_sha256", ""),
        client(),
        view_sha256=request.form.get("view_sha256", ""),
    )
    if code_wanted:
        try:
            request_code(deps(), secret(), client())
        except TooMany as refusal:
            refused = {"form": words_of(refusal)}
            return ask_again(refused, 429, at=url_for("sign.sign"), fields={})
    return to("sign.sign")


@blueprint.get("/tekenen/document.pdf")
@signer
def pdf() -> ResponseReturnValue:
    """The frozen PDF: exactly the bytes that are signed."""
    fetched = fetch_shown(deps(), secret(), client())
    return file(fetched.pdf, "application/pdf", fetched.saved_as)


def contents(reading_html: str) -> list[Part]:
    return [
        Part(anchor, unescape(_TAG.sub("", title)).strip())
        for _, anchor, title in _HEADING.findall(reading_html)
    ]


def _has_text(agreement: Agreement) -> bool:
    return agreement.awaits_controller or agreement.awaits_processor


def _page(reading: Reading) -> ResponseReturnValue:
    agreement, document, html = reading.visit.agreement, reading.document, reading.html
    return show(
        "read",
        agreement,
        contents=contents(html),
        # Our own; escaped when the frozen document was made.
        reading_html=Markup(html),  # noqa: S704
        details=detail_rows(agreement),
        annex_rows=annex_rows(agreement),
        document_sha256=document.sha256,
        view_sha256=sha256_of(html),
        pages=document.pages,
        locked=not editable(agreement),
        notice=notice(),
    )
