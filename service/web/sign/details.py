"""Step 1: the organisation's details and the signatory."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from flask import request
from flask.typing import ResponseReturnValue

from service.agreement.drafting import Input
from service.agreement.model import Agreement
from service.agreement.parties import KINDS, countries
from service.errors import Invalid
from service.texts import text
from service.web.again import ask_again
from service.web.context import client, deps, signer
from service.web.forms import read
from service.web.mistakes import sentences
from service.web.sign.blueprint import blueprint, current_open, editable, secret, show, step_of, to
from service.web.sign.drafts import said_kept, sent, typed_before
from service.workflow.signing import complete

_OF_CONTROLLER = (
    "name",
    "kind",
    "legal_form",
    "trade_name",
    "country",
    "street",
    "postcode",
    "city",
    "notices_email",
)

# The signer reads "you", the sales form the representative.
_CALLED = {
    "name": "organisation",
    "signatory_name": "your_name",
    "signatory_function": "your_function",
}


@blueprint.get("/tekenen/gegevens")
@signer
def details() -> ResponseReturnValue:
    found = current_open()
    if not editable(found.agreement):
        return to(step_of(found))
    typed = typed_before("details", found)
    values = _values(found.agreement)
    if typed:  # an unticked box sends nothing
        values = {**values, "number_type": "", **typed.values}
    return _page(found.agreement, values, typed.errors, typed.kept_at)


@blueprint.post("/tekenen/gegevens")
@signer
def save_details() -> ResponseReturnValue:
    """Keep the details; changing an existing text starts its next edition."""
    given = Input(read(request.form))
    try:
        complete.save_details(deps(), secret(), given, client(), sent=sent("details"))
    except Invalid as wrong:
        return ask_again(sentences(wrong, {}, **_CALLED))
    return to("sign.annex")


def _values(agreement: Agreement) -> dict[str, str]:
    controller = agreement.controller
    values = {name: str(getattr(controller, name)) for name in _OF_CONTROLLER}
    if not (values["notices_email"] or agreement.details_confirmed):
        values["notices_email"] = agreement.signatory.email  # a suggestion, to be confirmed here
    return values | {
        "number": controller.shown_number,
        "number_type": "none" if controller.number_type == "none" else "",
        "signatory_name": agreement.signatory.name,
        "signatory_function": agreement.signatory.function,
    }


def _page(
    agreement: Agreement,
    values: Mapping[str, str],
    errors: Mapping[str, str],
    kept_at: datetime | None,
) -> ResponseReturnValue:
    return show(
        "details",
        agreement,
        values=values,
        errors=errors,
        kinds=[(kind, text(f"labels.kind.{kind}", agreement.language)) for kind in KINDS],
        countries=list(countries().items()),
        signatory_email=agreement.signatory.email,
        kept=said_kept(kept_at),
    )
