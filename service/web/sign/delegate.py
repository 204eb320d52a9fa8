"""Passing on to a colleague: who can sign, the code from the mailbox, done.

The session keeps the input, whatever goes wrong.
"""

from __future__ import annotations

from flask import request, url_for
from flask.typing import ResponseReturnValue

from service.agreement.capabilities import Purpose, mask_email
from service.error_words import words_of
from service.errors import Refused, TooMany
from service.web.again import again, ask_again, shown_at
from service.web.context import client, deps, signer
from service.web.errors import status_of
from service.web.forms import read
from service.web.sign.blueprint import blueprint, current_open, note_bundle, secret, show, to
from service.web.sign.drafts import goes_back, keep, said_kept, typed_before
from service.workflow.signing import delegate as passing_on
from service.workflow.signing.open_link import Visit
from service.workflow.signing.prove_mailbox import code_waits, confirm_code, request_code
from service.workflow.signing.read import passed_on_to

_FIELDS = ("name", "function", "email", "message")


@blueprint.get("/tekenen/doorsturen")
@signer
def delegate() -> ResponseReturnValue:
    """Ask who can sign; shows earlier input."""
    found = current_open()
    typed = typed_before("delegate", found)
    return show(
        "delegate",
        found.agreement,
        values=typed.values or _named(found),
        errors=typed.errors,
        kept=said_kept(typed.kept_at),
        proved=found.proved,
    )


@blueprint.post("/tekenen/doorsturen")
@signer
def name_colleague() -> ResponseReturnValue:
    """Keep the colleague and ask for the code, unless the mailbox is proven."""
    found = current_open()
    keep("delegate", found)
    if goes_back():
        return to("sign.resume")
    typed = read(request.form)
    given = {name: typed.get(name, "") for name in _FIELDS}
    try:
        passing_on.name_colleague(deps(), secret(), **given)
    except Refused as refusal:
        return ask_again({"form": words_of(refusal)}, status_of(refusal))
    if found.proved:
        return _pass_on()
    if not code_waits(deps(), secret(), Purpose.DELEGATE):
        return _mail_code()
    return to("sign.delegate_code")


@blueprint.get("/tekenen/doorsturen/code")
@signer
def delegate_code() -> ResponseReturnValue:
    found = current_open()
    if found.session.colleague is None or found.proved:
        return to("sign.delegate")
    return show(
        "delegate_code",
        found.agreement,
        colleague=found.session.colleague.name,
        masked_email=mask_email(found.agreement.signatory.email),
        errors=again().errors,
        resent=request.args.get("verstuurd") == "ja",
    )


@blueprint.post("/tekenen/doorsturen/code")
@signer
def new_delegate_code() -> ResponseReturnValue:
    """Mail another code; the former one stops working."""
    return _mail_code(verstuurd="ja")


@blueprint.post("/tekenen/doorsturen/controle")
@signer
@shown_at("sign.delegate_code")
def confirm_delegate() -> ResponseReturnValue:
    confirm_code(deps(), secret(), request.form.get("code", ""), client(), Purpose.DELEGATE)
    return _pass_on()


@blueprint.get("/tekenen/doorsturen/controle")
@signer
def delegate_code_again() -> ResponseReturnValue:
    """For a browser that opens the POST's address."""
    return to("sign.delegate_code")


def _mail_code(**values: str) -> ResponseReturnValue:
    try:
        request_code(deps(), secret(), client(), Purpose.DELEGATE)
    except TooMany as refusal:
        said = {"form": words_of(refusal)}
        return ask_again(said, 429, at=url_for("sign.delegate_code"), fields={})
    return to("sign.delegate_code", **values)


def _pass_on() -> ResponseReturnValue:
    """Pass on; this ends the link of the session."""
    try:
        passing_on.delegate(deps(), secret(), client())
    except Refused as refusal:
        said, given = {"form": words_of(refusal)}, dict(_named(current_open()))
        return ask_again(said, status_of(refusal), at=url_for("sign.delegate"), fields=given)
    return to("sign.passed_on")


def _named(found: Visit) -> dict[str, str]:
    return found.session.colleague.kept() if found.session.colleague else {}


@blueprint.get("/tekenen/doorgestuurd")
@signer
def passed_on() -> ResponseReturnValue:
    found = passed_on_to(deps(), secret())
    if found is None:
        return to("sign.resume")
    agreement, colleague = found
    masked = mask_email(colleague.email)
    note_bundle()
    return show("delegate_done", agreement, name=colleague.name, masked_email=masked)
