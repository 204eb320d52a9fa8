"""Sales extends the term for signing, which reactivates an expired agreement."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

from service.agreement.deadlines import LEAST_DAYS, MOST_DAYS, end_of_day_after
from service.agreement.drafting import days_in
from service.agreement.events import Event
from service.agreement.fields import Checker
from service.agreement.model import Agreement
from service.agreement.permissions import Permission, Principal, require
from service.agreement.places import SIGNATORY
from service.agreement.states import State, Step, next_state
from service.agreement.version import require_version
from service.database.engine import Transaction
from service.deps import Deps
from service.error_codes import FieldCode
from service.errors import FieldError, Invalid
from service.workflow.offer.their_turn import open_again
from service.workflow.tasks import GENERATE
from service.workflow.telling.links import issue, renew_link
from service.workflow.telling.notify import last_day


def extend(
    deps: Deps, reference: str, days: str, by: Principal, *, seen: int | None = None
) -> None:
    """Let the link work ``days`` days from today; reactivates an expired agreement.

    ``seen`` is the version that the caller read. Raises Invalid, WrongState, Outdated.
    """
    require(by, Permission.SEND)
    term = checked_term(days)
    with deps.database.begin() as tx:
        extend_in(deps, tx, tx.agreements.lock(reference), term, by, seen=seen)


def checked_term(days: str) -> int:
    """Raises Invalid if the number is missing or out of range."""
    check = Checker()
    wanted = check.line("link_days", days, most=3)
    term = days_in(wanted)
    if wanted and term is None:
        check.refuse("link_days", FieldCode.DAYS_RANGE, least=LEAST_DAYS, most=MOST_DAYS)
    check.raise_if_wrong()
    if term is None:  # not given, which was refused above
        raise Invalid([FieldError("link_days", FieldCode.REQUIRED)])
    return term


def extend_in(
    deps: Deps,
    tx: Transaction,
    before: Agreement,
    term: int,
    by: Principal,
    *,
    seen: int | None = None,
) -> None:
    extended, needs_link = extend_without_link(tx, before, term, by, seen=seen)
    if needs_link:
        renew_link(tx, extended, issue(deps, tx, extended, by))


def extend_without_link(
    tx: Transaction, before: Agreement, term: int, by: Principal, *, seen: int | None = None
) -> tuple[Agreement, bool]:
    """As ``extend_in``, but says whether a new link is needed instead of making it."""
    until = end_of_day_after(tx.now(), term)
    expired = before.state is State.EXPIRED
    state = _state_before_expiry(tx, before) if expired else next_state(Step.EXTEND, before.state)
    require_version(before, seen)
    if before.expires_at and not expired and until < before.expires_at + timedelta(seconds=1):
        raise Invalid([FieldError("link_days", FieldCode.EXTEND_LATER)])
    extended = tx.agreements.save(
        before,
        dataclasses.replace(
            before,
            state=state,
            expires_at=until,
            places=open_again(before) if expired else before.places,
        ),
    )
    tx.audit.append(
        before.id,
        Event.AGREEMENT_EXTENDED,
        by,
        personal={"name": by.name},
        until=last_day(extended),
    )
    if expired and state is State.PREPARING:
        tx.audit.append(before.id, Event.DOCUMENT_REQUESTED, by)
        tx.jobs.defer(GENERATE, agreement_id=before.id)
    return extended, expired and extended.next_turn == SIGNATORY


def _state_before_expiry(tx: Transaction, agreement: Agreement) -> State:
    """The state before the agreement expired, deduced from its data.

    With a locked annex but no document, the document is made again.
    """
    if agreement.signed_places:
        return State.IN_SIGNING
    if agreement.frozen_sha256 and tx.documents.frozen_pdf(agreement.id, agreement.edition):
        return State.READY
    return State.PREPARING if agreement.annex_locked else State.SENT
