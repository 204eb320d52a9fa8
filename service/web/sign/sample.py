"""The text with blanks, to read before filling anything in.

A GET changes nothing; the first time, a button requests it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import jsonify, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from service.agreement.file_names import sample_name
from service.agreement.model import Agreement
from service.errors import GenerationFailed, LinkUnusable
from service.web.context import deps, public, signer
from service.web.files import file
from service.web.sign.blueprint import blueprint, secret, show, to
from service.web.sign.read import contents
from service.workflow.offer import sample
from service.workflow.signing import read_sample

YES = "ja"  # ``wacht=ja`` in the address: it was requested


@dataclass(frozen=True)
class Addresses:
    page: str
    pdf: str
    state: str
    back: str
    asked: str


@blueprint.get("/tekenen/link/<token>/voorbeeld")
@public("whoever holds the link may read the text; it holds no data of the customer")
def sample_behind_link(token: str) -> ResponseReturnValue:
    return _at_link(token, lambda agreement: _page(agreement, _of_link(token)))


@blueprint.post("/tekenen/link/<token>/voorbeeld")
@public("whoever holds the link may have the text with blanks made")
def ask_sample_behind_link(token: str) -> ResponseReturnValue:
    def ask(agreement: Agreement) -> ResponseReturnValue:
        sample.request(deps(), agreement)
        return to("sign.sample_behind_link", token=token, wacht=YES)

    return _at_link(token, ask)


@blueprint.get("/tekenen/link/<token>/voorbeeld.pdf")
@public("whoever holds the link may download the text; it holds no data of the customer")
def sample_pdf_behind_link(token: str) -> ResponseReturnValue:
    return _at_link(token, lambda agreement: _pdf(agreement, _of_link(token)))


@blueprint.get("/tekenen/link/<token>/voorbeeld/stand")
@public("says whether the text with blanks was made")
def sample_state_behind_link(token: str) -> ResponseReturnValue:
    return _at_link(token, _state)


@blueprint.get("/tekenen/voorbeeld")
@signer
def sample_of_visit() -> ResponseReturnValue:
    return _page(read_sample.behind_cookie(deps(), secret()), _of_visit())


@blueprint.post("/tekenen/voorbeeld")
@signer
def ask_sample_of_visit() -> ResponseReturnValue:
    sample.request(deps(), read_sample.behind_cookie(deps(), secret()))
    return to("sign.sample_of_visit", wacht=YES)


@blueprint.get("/tekenen/voorbeeld.pdf")
@signer
def sample_pdf_of_visit() -> ResponseReturnValue:
    return _pdf(read_sample.behind_cookie(deps(), secret()), _of_visit())


@blueprint.get("/tekenen/voorbeeld/stand")
@signer
def sample_state_of_visit() -> ResponseReturnValue:
    return _state(read_sample.behind_cookie(deps(), secret()))


def _at_link(token: str, answer: Callable[[Agreement], ResponseReturnValue]) -> ResponseReturnValue:
    """The answer, or the page with the link's state."""
    try:
        agreement = read_sample.behind_link(deps(), token)
    except LinkUnusable:
        return to("sign.landing", token=token)
    return answer(agreement)


def _page(agreement: Agreement, addresses: Addresses) -> ResponseReturnValue:
    try:
        made = sample.sample(deps(), agreement)
    except GenerationFailed:
        return show("sample_wait", agreement, addresses=addresses, stands="failed")
    if made is None:
        waits = request.args.get("wacht") == YES
        stands = "preparing" if waits else "unasked"
        return show("sample_wait", agreement, addresses=addresses, stands=stands)
    return show(
        "sample",
        agreement,
        addresses=addresses,
        contents=contents(made.reading_html),
        # Our own; escaped when the sample was made.
        reading_html=Markup(made.reading_html),  # noqa: S704
        pages=made.pages,
    )


def _pdf(agreement: Agreement, addresses: Addresses) -> ResponseReturnValue:
    try:
        made = sample.sample(deps(), agreement)
    except GenerationFailed:
        made = None
    if made is None:
        return show("sample_wait", agreement, addresses=addresses, stands="unasked")
    return file(made.pdf, "application/pdf", sample_name(agreement))


def _state(agreement: Agreement) -> ResponseReturnValue:
    try:
        made = sample.sample(deps(), agreement)
    except GenerationFailed:
        return jsonify(state="failed")
    return jsonify(state="ready" if made else "preparing")


def _of_link(token: str) -> Addresses:
    return Addresses(
        page=url_for("sign.sample_behind_link", token=token),
        pdf=url_for("sign.sample_pdf_behind_link", token=token),
        state=url_for("sign.sample_state_behind_link", token=token),
        back=url_for("sign.landing", token=token),
        asked=url_for("sign.sample_behind_link", token=token, wacht=YES),
    )


def _of_visit() -> Addresses:
    return Addresses(
        page=url_for("sign.sample_of_visit"),
        pdf=url_for("sign.sample_pdf_of_visit"),
        state=url_for("sign.sample_state_of_visit"),
        back=url_for("sign.resume"),
        asked=url_for("sign.sample_of_visit", wacht=YES),
    )
