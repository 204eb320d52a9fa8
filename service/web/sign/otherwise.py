"""What a signer can do instead of signing: decline, or ask first."""

from __future__ import annotations

from collections.abc import Mapping

from flask import request, url_for
from flask.typing import ResponseReturnValue

from service.agreement.model import Agreement
from service.errors import Invalid, TooMany
from service.texts import catalogue, text
from service.web.again import again, ask_again
from service.web.context import client, deps, signer
from service.web.errors import status_of
from service.web.forms import FormErrors, read
from service.web.sign.blueprint import blueprint, current_open, secret, show, to
from service.workflow import decline as instead

_REASON = "decline_reason."
TALK_FIRST = "ask"


@blueprint.get("/tekenen/weigeren")
@signer
def decline() -> ResponseReturnValue:
    """Why not?"""
    typed = again()
    return _decline_page(current_open().agreement, typed.values, typed.errors)


@blueprint.post("/tekenen/weigeren")
@signer
def send_decline() -> ResponseReturnValue:
    """Decline; the link ends with it, so the answer is the page itself."""
    agreement = current_open().agreement
    typed = read(request.form).values
    reason, explanation = typed.get("reason", ""), typed.get("explanation", "")
    if reason == TALK_FIRST:  # no reason to refuse, which cannot be undone
        asked = {"question": explanation}
        return ask_again({}, 200, at=url_for("sign.ask"), fields=asked, instead=True)
    try:
        instead.decline(deps(), secret(), reason, explanation, client())
    except Invalid as wrong:
        return ask_again(FormErrors.of(wrong))
    return show("decline_done", agreement)


@blueprint.get("/tekenen/vraag")
@signer
def ask() -> ResponseReturnValue:
    """What would you like to know?"""
    agreement, typed = current_open().agreement, again()
    return show(
        "ask",
        agreement,
        values=typed.values,
        errors=typed.errors,
        instead=typed.more.get("instead", False),
    )


@blueprint.post("/tekenen/vraag")
@signer
def send_question() -> ResponseReturnValue:
    """Send the question; the link keeps working."""
    current_open()
    typed = read(request.form).values
    try:
        instead.ask(deps(), secret(), typed.get("question", ""), client())
    except Invalid as wrong:
        return ask_again(FormErrors.of(wrong))
    except TooMany as refusal:
        return ask_again(FormErrors.whole(refusal.sentence()), status_of(refusal))
    return to("sign.asked")


@blueprint.get("/tekenen/vraag/verstuurd")
@signer
def asked() -> ResponseReturnValue:
    """The question was sent."""
    return show("ask_done", current_open().agreement)


def _decline_page(
    agreement: Agreement, values: Mapping[str, str], errors: FormErrors
) -> ResponseReturnValue:
    reasons = [
        (key.removeprefix(_REASON), label)
        for key, label in catalogue("labels").items()
        if key.startswith(_REASON)
    ]
    reasons.append((TALK_FIRST, text("sign.decline.ask")))
    return show("decline", agreement, values=values, errors=errors, reasons=reasons)
