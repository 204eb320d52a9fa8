"""Step 4, first part: the code from the mailbox."""

from __future__ import annotations

from collections.abc import Mapping

from flask import request
from flask.typing import ResponseReturnValue

from service.agreement.capabilities import mask_email
from service.web.again import shown_at
from service.web.context import client, deps, signer
from service.web.sign.blueprint import blueprint, secret, show, to
from service.workflow.signing.open_link import Visit
from service.workflow.signing.prove_mailbox import confirm_code, request_code


def code_page(found: Visit, errors: Mapping[str, str]) -> ResponseReturnValue:
    return show(
        "code",
        found.agreement,
        masked_email=mask_email(found.agreement.signatory.email),
        errors=errors,
        resent=request.args.get("verstuurd") == "ja",
    )


@blueprint.post("/tekenen/code")
@signer
@shown_at("sign.sign")
def new_code() -> ResponseReturnValue:
    """Mail a code; the former one stops working."""
    request_code(deps(), secret(), client())
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
    """For a browser that opens the POST's address."""
    return to("sign.resume")
