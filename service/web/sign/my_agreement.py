"""The entrance to a signed agreement for a browser without a proven mailbox: first a code.

The link stays in mailboxes and logs. It shows that the agreement exists and since when; its
contents require more.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import request
from flask.typing import ResponseReturnValue

from service.agreement.capabilities import Purpose, mask_email
from service.web.again import again, shown_at
from service.web.context import client, deps, signer
from service.web.sign.blueprint import blueprint, current, secret, show, step_of, to
from service.workflow.signing.open_link import Visit
from service.workflow.signing.prove_mailbox import code_waits, confirm_code, request_code


@blueprint.get("/tekenen/mijn-overeenkomst")
@signer
def my_agreement() -> ResponseReturnValue:
    """The public facts and the form for the code; with a proven mailbox, on at once."""
    found = current()
    if found.status == "open" or found.proved:
        return to(step_of(found))
    return _page(found, again().errors)


@blueprint.post("/tekenen/mijn-overeenkomst/code")
@signer
@shown_at("sign.my_agreement")
def mail_opening_code() -> ResponseReturnValue:
    """Mail a code; the former one stops working."""
    request_code(deps(), secret(), client(), Purpose.OPEN)
    return to("sign.my_agreement", verstuurd="ja")


@blueprint.post("/tekenen/mijn-overeenkomst/controle")
@signer
@shown_at("sign.my_agreement")
def open_my_agreement() -> ResponseReturnValue:
    confirm_code(deps(), secret(), request.form.get("code", ""), client(), Purpose.OPEN)
    return to("sign.done")


@blueprint.get("/tekenen/mijn-overeenkomst/code")
@blueprint.get("/tekenen/mijn-overeenkomst/controle")
@signer
def my_agreement_again() -> ResponseReturnValue:
    """For a browser that opens the POST's address."""
    return to("sign.my_agreement")


def _page(found: Visit, errors: Mapping[str, str]) -> ResponseReturnValue:
    agreement = found.agreement
    return show(
        "my_agreement",
        agreement,
        effective_date=agreement.effective_date,
        masked_email=mask_email(agreement.signatory.email),
        waits="code" in errors or code_waits(deps(), secret(), Purpose.OPEN),
        errors=errors,
        resent=request.args.get("verstuurd") == "ja",
    )
