"""Step 4, first part: the code from the mailbox."""

from __future__ import annotations

from collections.abc import Mapping

from flask import request
from flask.typing import ResponseReturnValue

from service.agreement.capabilities import mask_email
from service.error_words import words_of
from service.errors import TooMany
from service.web.again import ask_again, shown_at
from service.web.context import client, deps, signer
from service.web.forms import FormErrors
from service.web.sign.blueprint import blueprint, secret, show, to
from service.workflow.signing.open_link import Visit
from service.workflow.signing.prove_mailbox import confirm_code, request_code


def code_page(
    found: Visit, errors: Mapping[str, str], *, resent: bool = False
) -> ResponseReturnValue:
    address = mask_email(found.agreement.signatory.email)
    return show("code", found.agreement, masked_email=address, errors=errors, resent=resent)


@blueprint.post("/tekenen/code")
@signer
@shown_at("sign.sign")
def new_code() -> ResponseReturnValue:
    """Mail a code; the former one stops working."""
    try:
        request_code(deps(), secret(), client())
    except TooMany as refusal:
        return ask_again(FormErrors.whole(words_of(refusal)), 429)
    return to("sign.sign", verstuurd="ja")


@blueprint.post("/tekenen/code/controle")
@signer
@shown_at("sign.sign")
def code() -> ResponseReturnValue:
    confirm_code(deps(), secret(), request.form.get("code", ""), client())
    return to("sign.sign")


@blueprint.get("/tekenen/code")
@blueprint.get("/tekenen/code/controle")
@signer
def code_again() -> ResponseReturnValue:
    """For a browser that opens the address of the POST (a phone's tab, the address bar)."""
    return to("sign.resume")
