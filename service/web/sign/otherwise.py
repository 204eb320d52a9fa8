"""Instead of signing: decline, or first ask a question."""

from __future__ import annotations

from flask import request, url_for
from flask.typing import ResponseReturnValue

from service.agreement.decline_reason import DeclineReason
from service.errors import LinkUnusable
from service.texts import text
from service.web.again import Again, ask_again
from service.web.context import client, deps, signer
from service.web.forms import read
from service.web.sign.blueprint import (
    blueprint,
    current,
    current_open,
    note_bundle,
    secret,
    show,
    to,
)
from service.web.sign.drafts import goes_back, keep, said_kept, typed_before
from service.workflow.signing import ask as asking
from service.workflow.signing import decline as declining
from service.workflow.signing.open_link import Visit
from service.workflow.signing.read import ending_of

TALK_FIRST = "ask"


@blueprint.get("/tekenen/weigeren")
@signer
def decline() -> ResponseReturnValue:
    found = current_open()
    return _decline_page(found, typed_before("decline", found))


@blueprint.post("/tekenen/weigeren")
@signer
def send_decline() -> ResponseReturnValue:
    """Decline; this ends the link."""
    keep("decline", current_open())
    if goes_back():
        return to("sign.resume")
    typed = read(request.form)
    reason, explanation = typed.get("reason", ""), typed.get("explanation", "")
    if reason == TALK_FIRST:  # no reason to decline, which cannot be undone
        asked = {"question": explanation}
        return ask_again({}, 200, at=url_for("sign.ask"), fields=asked, instead=True)
    declining.decline(deps(), secret(), reason, explanation, client())
    return to("sign.declined")


@blueprint.get("/tekenen/geweigerd")
@signer
def declined() -> ResponseReturnValue:
    try:
        current()
    except LinkUnusable as gone:
        ended = ending_of(deps(), secret(), gone.reason)
        if gone.reason != "declined" or ended is None:
            raise
        note_bundle()
        return show("decline_done", ended.agreement)
    return to("sign.resume")


@blueprint.get("/tekenen/vraag")
@signer
def ask() -> ResponseReturnValue:
    found = current_open()
    typed = typed_before("ask", found)
    return show(
        "ask",
        found.agreement,
        values=typed.values,
        errors=typed.errors,
        kept=said_kept(typed.kept_at),
        instead=typed.more.get("instead", False),
    )


@blueprint.post("/tekenen/vraag")
@signer
def send_question() -> ResponseReturnValue:
    """Send the question; the link keeps working."""
    keep("ask", current_open())
    if goes_back():
        return to("sign.resume")
    asking.ask(deps(), secret(), read(request.form).get("question", ""), client())
    return to("sign.asked")


@blueprint.get("/tekenen/vraag/verstuurd")
@signer
def asked() -> ResponseReturnValue:
    return show("ask_done", current_open().agreement)


def _decline_page(found: Visit, typed: Again) -> ResponseReturnValue:
    language = found.agreement.language
    reasons = [
        (each.value, text(f"labels.decline_reason.{each.value}", language))
        for each in DeclineReason
    ]
    reasons.append((TALK_FIRST, text("sign.decline.ask", language)))
    return show(
        "decline",
        found.agreement,
        values=typed.values,
        errors=typed.errors,
        kept=said_kept(typed.kept_at),
        reasons=reasons,
    )
