"""Accepting signing acts: the only place where a signature becomes valid.

Called under the agreement's row lock, in the transaction of the act. The last act also sets the
effective date (clause 12.1).
"""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from service.agreement.act_record import AcceptedAct, Observed, SignatureImage, act_record
from service.agreement.events import Event
from service.agreement.fields import same_person
from service.agreement.mandate import Mandate
from service.agreement.model import Agreement
from service.agreement.parties import Signatory
from service.agreement.permissions import Principal
from service.agreement.places import Place, PlaceCapacity, Turn
from service.agreement.shown import Opening
from service.agreement.states import PlaceState, Step, next_state
from service.database.engine import Transaction
from service.error_codes import ErrorCode, FieldCode
from service.errors import FieldError, Invalid, Refused
from service.texts import catalogue, text
from service.workflow.tasks import SEAL
from service.workflow.turns import NoTurn, Turns
from signatures.acts.font import FACES
from signatures.acts.images import ImageRefused, reencode
from signatures.acts.statements import Statement
from signatures.effective_date import effective_date

METHODS = ("typed", "drawn", "uploaded")
# A picture of the maximum size takes about 180 MB and a second, so one at a time per process.
_DECODING = Turns(at_once=1, waiting=3)
PATIENCE_SECONDS = 10.0


@dataclass(frozen=True)
class Person:
    """The signer, the organisation, and the evidence (only for the record).

    With a ``mandate``, the service signs in this person's name, and nobody looked at the text.
    """

    principal: Principal
    turn: Turn
    name: str
    function: str
    email: str
    organisation: str
    observed: Observed
    signatory_id: str | None = None
    staff_id: str | None = None
    mandate: Mandate | None = None


def signature_image(
    method: str, typed: str, picture: bytes, name: str, face: str = ""
) -> SignatureImage:
    """Raises Invalid naming ``method`` or ``signature``.

    A typed one without a known ``face`` gets the first: if all look alike none is offered.
    """
    if method not in METHODS:
        raise Invalid([FieldError("method", FieldCode.CHOOSE)])
    if method == "typed":
        # The typed text must be recognisable as the name, so that nobody signs as somebody else by
        # mistake.
        if not typed.strip():
            raise Invalid([FieldError("signature", FieldCode.SIGNATURE_MISSING)])
        if not same_person(typed, name):
            raise Invalid([FieldError("signature", FieldCode.SIGNATURE_NAME, {"name": name})])
        return SignatureImage("typed", name, None, face if face in FACES else FACES[0])
    if not picture:
        raise Invalid([FieldError("signature", FieldCode.SIGNATURE_MISSING)])
    try:
        with _DECODING.turn(PATIENCE_SECONDS):
            return SignatureImage(method, "", reencode(picture))
    except NoTurn as busy:
        raise Invalid([FieldError("signature", FieldCode.IMAGE_BUSY)]) from busy
    except ImageRefused as refused:
        code = {
            "blank": FieldCode.SIGNATURE_BLANK
            if method == "drawn"
            else FieldCode.SIGNATURE_NOT_FOUND,
            "heic": FieldCode.IMAGE_HEIC,
            "too_large": FieldCode.IMAGE_TOO_LARGE,
        }
        wrong = code.get(refused.code, FieldCode.IMAGE_UNREADABLE)
        raise Invalid([FieldError("signature", wrong)]) from refused


def statements(keys: tuple[str, ...], agreement: Agreement) -> list[Statement]:
    """The statements word for word as shown, with the version of their wording."""
    return [
        Statement(
            key,
            catalogue("statements", agreement.language)["version"],
            text(
                f"statements.{key}",
                agreement.language,
                organisation=agreement.controller.name,
                processor=agreement.processor.full_name,
            ),
        )
        for key in keys
    ]


def accept(
    tx: Transaction,
    before: Agreement,
    person: Person,
    signature: SignatureImage,
    said: Mapping[PlaceCapacity, Sequence[Statement]],
    *,
    shown_sha256: str,
) -> Agreement:
    """Accept the acts of one person at all of their places, or none; returns the resulting
    agreement.

    ``said`` are the person's statements per text, ``shown_sha256`` is of the bytes shown. Raises
    TooLate or WrongState if the agreement is no longer open, Refused if it is another person's
    turn, the text has changed, or a member of staff has not opened it (not needed under a mandate).
    """
    own = before.own_places(person.turn)
    state = next_state(_step(before, own), before.state)
    if before.next_turn != person.turn:
        raise Refused(ErrorCode.NOT_YOUR_TURN)
    if not shown_sha256 or shown_sha256 != before.frozen_sha256:
        raise Refused(ErrorCode.CHANGED)
    view = tx.openings.view(before.id, before.edition)
    if view is None:
        raise LookupError(before.reference)
    opened = [] if person.mandate else _opened(tx, before, person, shown_sha256)
    for place in own:
        stated = said[place.capacity]
        _record(tx, before, person, signature, place, stated, view.sha256, opened)
    signed = _with_places(dataclasses.replace(before, state=state), own, PlaceState.SIGNED)
    if signed.next_turn:
        following = signed.own_places(signed.next_turn)
        signed = _with_places(signed, following, PlaceState.OPEN)
    else:
        signed = _with_effective_date(tx, signed)
    tx.questions.end_by_signing(before.id, by_staff=person.staff_id is not None)
    tx.agreements.save(before, signed)
    if signed.effective_date:
        tx.audit.append(
            before.id,
            Event.AGREEMENT_FULLY_SIGNED,
            person.principal,
            effective_date=signed.effective_date.isoformat(),
        )
    tx.jobs.defer(SEAL, agreement_id=before.id)
    return signed


def _opened(tx: Transaction, before: Agreement, person: Person, shown_sha256: str) -> list[Opening]:
    """What this person opened of the text. Raises Refused for staff who opened nothing."""
    opened = tx.openings.of(
        before.id,
        before.edition,
        shown_sha256,
        signatory_id=person.signatory_id,
        staff_id=person.staff_id,
    )
    # A signatory may have read it before openings were recorded; the session says which bytes.
    if person.staff_id and not opened:
        raise Refused(ErrorCode.NOT_OPENED)
    return opened


def _step(before: Agreement, own: Sequence[Place]) -> Step:
    """The step of these acts: the first, the last, or one between them."""
    signed = before.signed_places
    if not signed:
        return Step.SIGN_FIRST
    return Step.SIGN_LAST if len(signed) + len(own) == len(before.places) else Step.SIGN_NEXT


def _record(
    tx: Transaction,
    agreement: Agreement,
    person: Person,
    signature: SignatureImage,
    place: Place,
    said: Sequence[Statement],
    view_sha256: str,
    opened: list[Opening],
) -> None:
    now: datetime = tx.now()
    record = act_record(
        agreement,
        place,
        person=Signatory(person.name, person.email, person.function),
        organisation=person.organisation,
        signed_at=now,
        signature=signature,
        statements=said,
        observed=person.observed,
        salt=secrets.token_hex(16),
        view_sha256=view_sha256,
        shown=opened,
        mandate=person.mandate.in_record if person.mandate else None,
    )
    record_sha256 = record.sha256
    tx.documents.add_act(
        agreement.id,
        agreement.edition,
        AcceptedAct(
            place=place,
            ordinal=agreement.ordinal(place),
            signatory_id=person.signatory_id,
            staff_id=person.staff_id,
            signed_at=now,
            document_sha256=agreement.frozen_sha256,
            record=record,
            record_sha256=record_sha256,
            image=signature.image,
        ),
    )
    under = person.mandate
    facts = {"place": place.key, "record_sha256": record_sha256}
    if under:
        facts |= {
            "staff": person.staff_id or "",
            "number": str(under.number),
            "day": under.given_on.isoformat(),
            "mandate_sha256": under.sha256,
        }
    tx.audit.append(
        agreement.id,
        Event.ACT_PLACED if under else Event.ACT_ACCEPTED,
        person.principal,
        personal={"name": person.name, "email": person.email},
        document_sha256=agreement.frozen_sha256,
        **facts,
    )


def _with_places(agreement: Agreement, places: Iterable[Place], state: PlaceState) -> Agreement:
    return dataclasses.replace(
        agreement, places={**agreement.places, **dict.fromkeys(places, state)}
    )


def _with_effective_date(tx: Transaction, signed: Agreement) -> Agreement:
    acts = tx.documents.acts(signed.id, signed.edition)
    instants = {act.place.key: act.signed_at for act in acts}
    return dataclasses.replace(
        signed,
        fully_signed_at=max(instants.values()),
        effective_date=effective_date(instants, signed.fields),
    )
