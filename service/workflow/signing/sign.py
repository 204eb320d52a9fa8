"""The controller signs: the agreement and Bijlage 1, prepared in two taps, committed together."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime

from service.agreement.act_record import Observed, UsedLink
from service.agreement.capabilities import hash_secret
from service.agreement.in_session import Prepared
from service.agreement.model import Agreement
from service.agreement.places import PlaceCapacity
from service.agreement.states import Order
from service.database.engine import Transaction
from service.deps import Deps
from service.error_codes import ErrorCode, FieldCode
from service.errors import FieldError, Invalid, Refused
from service.mail.kinds import SignedReceipt
from service.workflow.actors import Client
from service.workflow.signing.accept import (
    Person,
    accept,
    signature_image,
    statements,
)
from service.workflow.signing.draft import SIGNATURE, Sent, step_or_keep
from service.workflow.signing.open_link import (
    Visit,
    controller_signed_at,
    load_visit,
    must_be_open,
)
from service.workflow.signing.prove_mailbox import mailbox_proof
from service.workflow.tasks import MANDATE
from service.workflow.telling.ask_countersigners import tell_countersigners
from service.workflow.telling.notify import tell_signatory
from signatures.effective_date import local_date

AGREEMENT_STATEMENTS = ("read_and_agreed", "authorised", "intent")
ANNEX_STATEMENTS = ("annex_guarantee", "annex_sign")


@dataclass(frozen=True)
class Receipt:
    signed_at: datetime
    agreement: Agreement


def prepare(
    deps: Deps,
    secret: str,
    *,
    document_sha256: str,
    said: Set[str],
    method: str,
    typed: str,
    picture: bytes | None,
    face: str = "",
    sent: Sent | None = None,
) -> None:
    """First tap: store the statements and the signature until Bijlage 1 follows; nothing is signed
    yet.

    Without a ``picture`` the prepared one is used again. ``sent`` are the fields as typed, kept as
    a draft if refused. Raises Invalid naming ``statements``, ``method`` or ``signature``, Refused
    if the mailbox is not proved or the text has changed.
    """

    def step(tx: Transaction, found: Visit) -> None:
        _must_be_ready(found, document_sha256)
        ticked = said >= set(AGREEMENT_STATEMENTS)
        wrong = [] if ticked else [FieldError("statements", FieldCode.STATEMENTS_MISSING)]
        shown = _picture_before(found, method) if picture is None else picture
        try:
            image = signature_image(method, typed, shown, found.link.signatory_name, face)
        except Invalid as refused:  # reported together
            raise Invalid([*wrong, *refused.errors]) from refused
        if wrong:
            raise Invalid(wrong)
        prepared = Prepared(**vars(image), document_sha256=document_sha256, at=tx.now())
        tx.signing.keep_prepared(hash_secret(secret), prepared)

    step_or_keep(deps, secret, SIGNATURE, sent, step)


def sign(
    deps: Deps, secret: str, *, document_sha256: str, said: Set[str], client: Client
) -> Receipt:
    """Second tap: accept both acts in this one transaction; a repetition returns the first receipt.

    Raises Invalid naming ``statements``, Refused if it is not the controller's turn or the text has
    changed, LinkUnusable, TooLate.
    """
    with deps.database.begin() as tx:
        found = load_visit(tx, secret, lock=True)
        if already := _receipt(tx, found):
            return already
        must_be_open(found)
        _must_be_ready(found, document_sha256)
        pending = found.session.pending
        if pending is None or pending.document_sha256 != document_sha256:
            raise Refused(ErrorCode.SIGNATURE_MISSING)
        if "annex_sign" not in said:
            raise Invalid([FieldError("statements", FieldCode.ANNEX_CONFIRM)])
        before = found.agreement
        after = accept(
            tx,
            before,
            _person(found, client),
            pending,
            {
                PlaceCapacity.AGREEMENT: statements(AGREEMENT_STATEMENTS, before),
                PlaceCapacity.ANNEX: statements(ANNEX_STATEMENTS, before),
            },
            shown_sha256=found.session.shown_sha256,
        )
        tx.signing.keep_prepared(hash_secret(secret), None)
        signed_at = controller_signed_at(tx, after)
        if signed_at is None:
            raise LookupError(before.reference)
        _tell(tx, after, signed_at)
        return Receipt(signed_at, after)


def receipt(deps: Deps, secret: str) -> Receipt | None:
    """Raises LinkUnusable."""
    with deps.database.look() as tx:
        return _receipt(tx, load_visit(tx, secret, lock=False))


def _receipt(tx: Transaction, found: Visit) -> Receipt | None:
    if found.status not in ("signed", "completed"):
        return None
    signed_at = controller_signed_at(tx, found.agreement)
    return Receipt(signed_at, found.agreement) if signed_at else None


def _picture_before(found: Visit, method: str) -> bytes:
    """The picture that was prepared for the current text by this method, or none."""
    pending = found.session.pending
    if pending is None or pending.document_sha256 != found.agreement.frozen_sha256:
        return b""
    return pending.image or b"" if pending.method == method else b""


def _must_be_ready(found: Visit, document_sha256: str) -> None:
    """Raises Refused unless this text can be signed now."""
    if not found.agreement.awaits(found.link.turn):
        raise Refused(ErrorCode.NOT_YOUR_TURN)
    if not found.authenticated:
        raise Refused(ErrorCode.CODE_FIRST)
    current = found.agreement.frozen_sha256
    if document_sha256 != current or found.session.shown_sha256 != current:
        raise Refused(ErrorCode.CHANGED)


def _person(found: Visit, client: Client) -> Person:
    agreement, link = found.agreement, found.link
    return Person(
        principal=found.signer,
        turn=link.turn,
        name=link.signatory_name,
        function=link.signatory_function,
        email=link.signatory_email,
        organisation=agreement.controller.name,
        signatory_id=link.signatory_id,
        observed=Observed(
            client.ip,
            client.user_agent,
            mailbox_proof(found),
            UsedLink(
                link.id,
                link.signatory_email,
                link.opened_at,
                link.copied,
                link.bundle_id if found.session.browser else None,
            ),
        ),
    )


def _tell(tx: Transaction, agreement: Agreement, signed_at: datetime) -> None:
    once = f"revision-{agreement.edition}"
    pre_signed = agreement.order is Order.PROCESSOR_FIRST
    tell_signatory(tx, agreement, SignedReceipt(signed_at, pre_signed), once=once)
    if agreement.awaits_processor and not _propose(tx, agreement):
        tell_countersigners(tx, agreement)


def _propose(tx: Transaction, agreement: Agreement) -> bool:
    """Have the agreement tried under our signer's mandate, in this transaction. False if none is in
    force: then the signer must be asked."""
    chosen = agreement.countersigner
    if chosen is None or agreement.order is not Order.CONTROLLER_FIRST:
        return False
    mandate = tx.mandates.current(chosen.staff_id)
    if mandate is None or not mandate.in_force(local_date(tx.now())):
        return False
    tx.mandates.propose(agreement.id, agreement.edition, mandate.id)
    tx.jobs.defer(MANDATE, agreement_id=agreement.id)
    return True
