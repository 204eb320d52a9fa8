"""After signing: the receipt, and later the completed agreement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import url_for
from flask.typing import ResponseReturnValue

from service.agreement.act_record import AcceptedAct
from service.texts import Language, named
from service.web.context import client, deps, signer
from service.web.files import file
from service.web.sign.blueprint import blueprint, current, secret, show, step_of, to
from service.workflow.signing.bundle import bundle_of
from service.workflow.signing.open_link import Visit
from service.workflow.signing.read import acts, fetch_sealed
from service.workflow.signing.sign import receipt
from signatures.package.names import AGREEMENT, SHEET


@dataclass(frozen=True)
class Signature:
    """Who signed where and when; ``mandate_of`` is the date of the mandate under which the service
    did, or None."""

    name: str
    function: str
    party: str
    place: str
    signed_at: datetime
    mandate_of: date | None


@blueprint.get("/tekenen/klaar")
@signer
def done() -> ResponseReturnValue:
    """The receipt; once completed, the effective date and the sealed original.

    It shows only the reference, so it asks for no code.
    """
    found = current()
    if found.status == "completed":
        return _completed(found)
    received = receipt(deps(), secret())
    if received is None:
        return to(step_of(found))
    agreement = received.agreement
    return show(
        "done",
        agreement,
        signed_at=received.signed_at,
        reference=agreement.reference,
        waits_for_processor=agreement.effective_date is None,
        effective_date=agreement.effective_date,
        **_others(found),
    )


@blueprint.get("/tekenen/overeenkomst.pdf")
@signer
def original() -> ResponseReturnValue:
    fetched = fetch_sealed(deps(), secret(), client(), AGREEMENT)
    return file(fetched.pdf, "application/pdf", fetched.saved_as)


@blueprint.get("/tekenen/bewijsblad.pdf")
@signer
def evidence() -> ResponseReturnValue:
    fetched = fetch_sealed(deps(), secret(), client(), SHEET)
    return file(fetched.pdf, "application/pdf", fetched.saved_as)


def _completed(found: Visit) -> ResponseReturnValue:
    agreement = found.agreement
    return show(
        "completed",
        agreement,
        reference=agreement.reference,
        effective_date=agreement.effective_date,
        signatures=[_signature(act, agreement.language) for act in acts(deps(), secret())],
        original_url=url_for("sign.original"),
        evidence_url=url_for("sign.evidence"),
        verify_url=url_for("verify.upload"),
        **_others(found),
    )


def _others(found: Visit) -> dict[str, Any]:
    """How far what this person signs together is, and the next one."""
    together = bundle_of(deps(), found)
    waiting = together.open if together else []
    following = waiting[0].agreement if waiting else None
    code = found.session.mailbox if found.authenticated else None
    return {
        "together": together,
        "next": following,
        "same_code": bool(following and code and following.reference in code.together),
        "next_url": url_for("sign.open_bundled"),
    }


def _signature(act: AcceptedAct, language: Language) -> Signature:
    person = act.record.person
    return Signature(
        name=person.name,
        function=person.function,
        party=act.record.organisation,
        place=named("labels.place", act.place.key, language),
        signed_at=act.signed_at,
        mandate_of=act.record.mandate.given_on if act.record.mandate else None,
    )
