"""The processor signs: a queue that shows differences, for signing one or several at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from service.agreement.act_record import Observed, SignatureImage
from service.agreement.fields import same_person
from service.agreement.lists import OfColleague, ToSign
from service.agreement.model import Agreement
from service.agreement.permissions import Permission, Staff, require
from service.agreement.places import COUNTERSIGNER, PlaceCapacity
from service.agreement.questions import Question
from service.agreement.states import Order, State
from service.database.engine import Transaction
from service.database.lists.our_turn import Counts
from service.deps import Deps
from service.error_codes import ErrorCode, FieldCode
from service.errors import FieldError, Invalid, NotFound, Refused, ZegelError
from service.workflow.actors import Client
from service.workflow.people.accounts import confirm_password
from service.workflow.signing.accept import (
    Person,
    accept,
    signature_image,
    statements,
)
from service.workflow.telling.links import invite, issue

STATEMENTS = ("countersign_checked", "countersign_intent")
PAGE = 50
_OPEN_FIRST = (ErrorCode.NOT_OPENED, ErrorCode.CHANGED)


@dataclass(frozen=True)
class Waiting:
    """An agreement that the processor can sign now; ``question`` is the open one with which it was
    returned. ``misfits`` are codes of ``mandate.misfit``; None if no mandate was tried."""

    agreement: ToSign
    question: Question | None = None
    misfits: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Queue:
    """One page; ``counts`` are over all pages, ``next`` is the next one's cursor. ``first`` is the
    whole first agreement, whose parties the statements name."""

    waiting: list[Waiting]
    counts: Counts
    next: str = ""
    first: Agreement | None = None


@dataclass(frozen=True)
class Outcome:
    """The result for one agreement of a batch; ``refusal`` is None if it was signed, and ``unread``
    means that the text must be opened first."""

    reference: str
    refusal: ZegelError | None = None

    @property
    def unread(self) -> bool:
        """Whether it can be signed once its text has been opened."""
        return self.refusal is not None and self.refusal.code in _OPEN_FIRST


def queue(deps: Deps, staff: Staff, *, after: str = "", only: str = "") -> Queue:
    """A page of agreements awaiting this person's signature, the longest waiting first.

    ``after`` is its cursor, ``only`` the reference of a single one.
    """
    require(staff, Permission.COUNTERSIGN)
    with deps.database.look() as tx:
        if only:
            lines = tx.our_turn.one(staff.id, only)
        else:
            lines = tx.our_turn.own(staff.id, after=after, limit=PAGE + 1)
        next_page = lines[PAGE - 1].cursor if len(lines) > PAGE else ""
        lines, counts = lines[:PAGE], tx.our_turn.counts(staff.id)
        if not lines:
            return Queue([], counts)
        returned = [each.id for each in lines if each.returned]
        asked = tx.questions.returned_of(returned) if returned else {}
        shown = tx.our_turn.lines(staff.id, [each.id for each in lines])
        unfit = tx.mandates.not_signed([each.id for each in lines])
        waiting = [Waiting(each, asked.get(each.id), unfit.get(each.id)) for each in shown]
        return Queue(waiting, counts, next_page, tx.agreements.get_by_id(lines[0].id))


def of_colleagues(deps: Deps, staff: Staff) -> list[OfColleague]:
    """Agreements awaiting somebody else's signature, the longest waiting first; one page."""
    require(staff, Permission.COUNTERSIGN)
    with deps.database.look() as tx:
        return tx.our_turn.of_colleagues(staff.id, limit=PAGE)


def countersign(
    deps: Deps,
    shown: Mapping[str, str],
    *,
    password: str,
    browser: str = "",
    confirmed: bool,
    method: str,
    typed: str,
    picture: bytes,
    face: str = "",
    staff: Staff,
    client: Client,
) -> list[Outcome]:
    """Sign the agreements in ``shown`` (reference to the SHA-256 shown), each in its own
    transaction.

    ``browser`` is the cookie of a known browser (``accounts.sign_in``). Raises Invalid naming
    ``selected``, ``confirmed``, ``password``, ``function`` or ``signature``, TooMany if the account
    is locked.
    """
    require(staff, Permission.COUNTERSIGN)
    wrong = [] if shown else [FieldError("selected", FieldCode.NOTHING_SELECTED)]
    if not confirmed:
        wrong.append(FieldError("confirmed", FieldCode.STATEMENTS_MISSING))
    image = None
    try:
        image = signature_image(method, typed, picture, staff.name, face)
    except Invalid as refused:
        wrong += refused.errors
    try:  # an empty one is reported as wrong, but not counted as an attempt
        if not password:
            raise Invalid([FieldError("password", FieldCode.PASSWORD_WRONG)])
        confirm_password(deps, staff, password, browser)
    except Invalid as refused:
        wrong += refused.errors
    if wrong or image is None:  # reported together
        raise Invalid(wrong)
    return [
        _sign_one(deps, reference, digest, image, staff, client)
        for reference, digest in shown.items()
    ]


def _sign_one(
    deps: Deps, reference: str, digest: str, image: SignatureImage, staff: Staff, client: Client
) -> Outcome:
    try:
        with deps.database.begin() as tx:
            before = tx.agreements.lock(reference)
            ended = before.state in (State.VOIDED, State.DECLINED)
            if before.has_signed(COUNTERSIGNER) and not ended:
                return Outcome(reference)  # a repetition: return the first result
            name, function = _printed(tx, before, staff)
            person = Person(
                principal=staff,
                turn=COUNTERSIGNER,
                name=name,
                function=function,
                email=staff.email,
                organisation=before.processor.known_as,
                staff_id=staff.id,
                observed=Observed(client.ip, client.user_agent, reauthenticated="password"),
            )
            signed = accept(
                tx,
                before,
                person,
                image,
                # They name both texts, so they are said at a place under Bijlage 1 too.
                dict.fromkeys(PlaceCapacity, statements(STATEMENTS, before)),
                shown_sha256=digest,
            )
            if signed.order is Order.PROCESSOR_FIRST:
                invite(tx, signed, issue(deps, tx, signed, staff), pre_signed=True)
    except (Refused, NotFound) as refusal:
        return Outcome(reference, refusal)
    return Outcome(reference)


def _printed(tx: Transaction, agreement: Agreement, staff: Staff) -> tuple[str, str]:
    """Name and function for the record of the act: those printed in the frozen text.

    Only the chosen person may sign. An account renamed since (beyond capitals, accents and titles)
    cannot, because the text names nobody of that name; a take-over makes a new text. A new function
    does not matter. Old agreements without a countersigner print the representative. Raises
    Refused.
    """
    chosen = agreement.countersigner
    if chosen is None:
        return staff.name, staff.function or agreement.processor.representative_function
    if chosen.staff_id != staff.id:
        raise Refused(ErrorCode.COUNTERSIGNER_OTHER, name=chosen.name)
    printed = tx.documents.printed_for_us(agreement.id, agreement.edition)
    if printed is None:  # no text yet: it is nobody's turn
        return staff.name, agreement.our_function
    if not same_person(staff.name, printed[0]):
        raise Refused(ErrorCode.COUNTERSIGNER_RENAMED, name=printed[0])
    return printed
