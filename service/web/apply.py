"""The public page: a customer says who it is, enters the code, and continues as behind a link.

A GET changes nothing. Until the code is entered, everybody gets the same answers.
"""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from service.agreement.public_page import FROM_ADDRESS
from service.error_codes import ErrorCode
from service.error_words import words_of
from service.errors import Invalid, LinkUnusable, Refused, TooMany
from service.texts import OURS, text
from service.web.again import again, ask_again, shown_at
from service.web.context import client, deps, public, security
from service.web.errors import answer, status_of
from service.web.forms import read
from service.web.mistakes import sentences
from service.web.sign.blueprint import remember
from service.web.sign.link_ended import unusable
from service.web.visits import VISIT, name_of
from service.workflow.applying.apply import apply, apply_again, waiting
from service.workflow.applying.begin import begin
from service.workflow.applying.page import visible

blueprint = Blueprint("apply", __name__)
COOKIE = "apply"
LEFT_EMPTY = "vervolg"  # people do not see this field; programs fill it in
LONGEST_IN_ADDRESS = 200
_OURSELVES = "whoever is a customer may begin by themselves, while an administrator allows it"
# The form asks for "your" name.
_CALLED = {"name": "organisation", "signatory_name": "your_name", "signatory_email": "email"}
# What ?melding=code may put at the top of the form.
_NOTICES = (ErrorCode.APPLICATION_GONE, "leave_empty")


@blueprint.errorhandler(Invalid)
def wrong(mistakes: Invalid) -> ResponseReturnValue:
    return ask_again(sentences(mistakes, {}, **_CALLED))


@blueprint.errorhandler(Refused)
def refused(refusal: Refused) -> ResponseReturnValue:
    """The form says which limit was reached; an expired application begins again."""
    if isinstance(refusal, TooMany):
        said = {"form": words_of(refusal)}
        return ask_again(said, status_of(refusal), wait_seconds=refusal.wait_seconds)
    if refusal.code == ErrorCode.APPLICATION_GONE:
        return _to("apply.page", melding=refusal.code)
    return answer(status_of(refusal), words_of(refusal), code=refusal.code, says_all=True)


@blueprint.errorhandler(LinkUnusable)
def ended(error: LinkUnusable) -> ResponseReturnValue:
    """The code was entered after the agreement was passed on or withdrawn."""
    return unusable(error.reason, None)


@blueprint.get("/aanvragen")
@public(_OURSELVES)
def page() -> ResponseReturnValue:
    """The form, with what its address says filled in."""
    opened = visible(deps())
    typed = again()
    values = typed.values or {
        name: request.args.get(given, "")[:LONGEST_IN_ADDRESS]
        for name, given in FROM_ADDRESS.items()
    }
    return render_template(
        "sign/apply.html",
        processor=opened.processor,
        values={"key": secrets.token_urlsafe(16), **values},
        errors=typed.errors,
        notice=_notice(),
        left_empty=LEFT_EMPTY,
    )


@blueprint.post("/aanvragen")
@public(_OURSELVES)
def send() -> ResponseReturnValue:
    """Mail a code. A program that fills in everything gets a notice, and nothing is kept."""
    if request.form.get(LEFT_EMPTY):
        return _to("apply.page", melding="leave_empty")
    typed = read(request.form)
    sent = f"{security().browser()}\n{typed.get('key', '')[:64]}"
    return _waiting(apply(deps(), typed, sent, client()))


@blueprint.get("/aanvragen/code")
@public(_OURSELVES)
def code() -> ResponseReturnValue:
    found = waiting(deps(), _cookie())
    if found is None and not _cookie():
        return _to("apply.page")
    return render_template(
        "sign/apply_code.html",
        processor=visible(deps()).processor,
        masked_email=found.masked_email if found else "",
        errors=again().errors,
        resent=request.args.get("verstuurd") == "ja",
    )


@blueprint.post("/aanvragen/code")
@public(_OURSELVES)
def confirm() -> ResponseReturnValue:
    """Check the code; make the agreement and open it in this browser."""
    begun = begin(deps(), _cookie(), request.form.get("code", ""), client())
    name = name_of(begun.token)
    response = _to("sign.resume", **{VISIT: name})
    remember(response, name, begun.secret)
    return response


@blueprint.post("/aanvragen/code/nieuw")
@public(_OURSELVES)
@shown_at("apply.code")
def another_code() -> ResponseReturnValue:
    """Mail another code; the former one stops working."""
    return _waiting(apply_again(deps(), _cookie(), client()), verstuurd="ja")


def _waiting(cookie: str, **values: str) -> Response:
    response = _to("apply.code", **values)
    security().set_cookie(response, COOKIE, cookie)
    return response


def _cookie() -> str:
    return security().cookie(COOKIE)


def _to(endpoint: str, **values: Any) -> Response:
    return redirect(url_for(endpoint, **values), 303)


def _notice() -> str:
    code = request.args.get("melding", "")
    if code not in _NOTICES:
        return ""
    return text(f"sign.apply.{code}" if code == "leave_empty" else f"errors.{code}", OURS)
