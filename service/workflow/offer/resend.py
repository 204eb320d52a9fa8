"""Sales sends the link again, copies it, corrects the address, or prolongs the term.

Each of these makes a new link where the old one should die, and says so in the log.
"""

from __future__ import annotations

import dataclasses
import uuid
from datetime import timedelta

from service.agreement.deadlines import LEAST_DAYS, MOST_DAYS, end_of_day_after
from service.agreement.drafting import days_in
from service.agreement.events import Event
from service.agreement.fields import Checker
from service.agreement.model import Agreement
from service.agreement.permissions import Permission, Staff, require
from service.agreement.states import (
    CONTROLLER_PLACES,
    Place,
    PlaceState,
    State,
    Step,
    after,
    refusal,
)
from service.database.engine import Transaction
from service.deps import Deps
from service.error_codes import ErrorCode, FieldCode
from service.errors import FieldError, Invalid, NotAllowed, Refused
from service.workflow.actors import staff_actor
from service.workflow.tasks import GENERATE
from service.workflow.telling.links import address, issue
from service.workflow.telling.notify import invite, last_day


def resend(deps: Deps, reference: str, staff: Staff) -> None:
    """Mail a new link to the same person; the former link dies."""
    require(staff, Permission.SEND)
    with deps.database.begin() as tx:
        agreement = tx.agreements.lock(reference)
        after(Step.RESEND, agreement.state)
        _refuse_before_turn(agreement)
        invite(tx, agreement, issue(deps, tx, agreement, staff_actor(staff)), kind="link_renewed")


def copy_link(deps: Deps, reference: str, staff: Staff) -> str:
    """The address of the living link, for sales to pass on by hand.

    The evidence will say that a member of staff had it. Raises NotAllowed where the setting
    forbids it.
    """
    require(staff, Permission.SEND)
    if not deps.settings.staff_may_copy_link:
        raise NotAllowed(ErrorCode.COPY_NOT_ALLOWED)
    with deps.database.begin() as tx:
        agreement = tx.agreements.lock(reference)
        after(Step.RESEND, agreement.state)
        _refuse_before_turn(agreement)
        link = tx.signing.live_link(agreement.id)
        if link is None:
            raise Refused(ErrorCode.NOT_FOUND)
        tx.signing.mark_copied(link.id)
        tx.agreements.add_flag(agreement.id, "copied_link")
        tx.audit.append(
            agreement.id,
            Event.LINK_COPIED,
            staff_actor(staff),
            personal={"name": staff.name},
            link=link.id,
        )
        return address(deps, link.id)


def change_email(deps: Deps, reference: str, name: str, email: str, staff: Staff) -> None:
    """Correct the signatory's name and address; the former link dies and a new one is mailed."""
    require(staff, Permission.SEND)
    check = Checker()
    person = check.person("signatory_name", name)
    mailbox = check.email("signatory_email", email)
    check.raise_if_wrong()
    with deps.database.begin() as tx:
        before = tx.agreements.lock(reference)
        after(Step.RESEND, before.state)
        _refuse_before_turn(before)
        _refuse_after_act(before)
        if before.signatory.email.casefold() == mailbox.casefold():
            raise Invalid([FieldError("signatory_email", FieldCode.SAME_EMAIL)])
        if before.frozen_sha256 and before.signatory.name != person:
            raise refusal(before.state)
        changed = dataclasses.replace(
            before,
            signatory=dataclasses.replace(before.signatory, name=person, email=mailbox),
            signatory_id=str(uuid.uuid4()),
            opened_at=None,
            places=open_again(before),
        )
        tx.agreements.replace_signatory(changed)
        tx.agreements.save(before, changed)
        tx.audit.append(
            before.id,
            Event.SIGNATORY_CHANGED,
            staff_actor(staff),
            personal={"name": staff.name, "from": before.signatory.email, "to": mailbox},
        )
        invite(tx, changed, issue(deps, tx, changed, staff_actor(staff)))


def extend(deps: Deps, reference: str, days: str, staff: Staff) -> None:
    """Let the link work ``days`` days from today; an expired agreement comes back to life."""
    require(staff, Permission.SEND)
    check = Checker()
    wanted = check.line("link_days", days, most=3)
    term = days_in(wanted)
    if wanted and term is None:
        check.refuse("link_days", FieldCode.DAYS_RANGE, least=LEAST_DAYS, most=MOST_DAYS)
    check.raise_if_wrong()
    if term is None:  # nothing was typed, and that was refused above
        raise Invalid([FieldError("link_days", FieldCode.REQUIRED)])
    with deps.database.begin() as tx:
        before = tx.agreements.lock(reference)
        until = end_of_day_after(tx.now(), term)
        expired = before.state is State.EXPIRED
        state = _state_before_expiry(tx, before) if expired else after(Step.EXTEND, before.state)
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
            staff_actor(staff),
            personal={"name": staff.name},
            until=last_day(extended),
        )
        if expired and state is State.PREPARING:
            tx.audit.append(before.id, Event.DOCUMENT_REQUESTED, staff_actor(staff))
            tx.jobs.defer(GENERATE, agreement_id=before.id)
        if expired and extended.next_places == CONTROLLER_PLACES:
            invite(tx, extended, issue(deps, tx, extended, staff_actor(staff)), kind="link_renewed")


def _state_before_expiry(tx: Transaction, agreement: Agreement) -> State:
    """Where an expired agreement stood: what it has tells it.

    One with a locked annex that has no document yet goes back to where that is made.
    """
    if agreement.signed_places:
        return State.IN_SIGNING
    if agreement.frozen_sha256 and tx.documents.frozen_pdf(agreement.id, agreement.edition):
        return State.READY
    return State.PREPARING if agreement.annex_locked else State.SENT


def open_again(agreement: Agreement) -> dict[Place, PlaceState]:
    """The controller's places for a new link: viewed and proved by nobody yet."""
    turn = PlaceState.OPEN if agreement.next_places == CONTROLLER_PLACES else PlaceState.BLOCKED
    places = dict(agreement.places)
    for place in agreement.places:
        if agreement.places[place] is PlaceState.SIGNED:
            continue
        if place in CONTROLLER_PLACES:
            places[place] = turn
        elif agreement.places[place] is PlaceState.EXPIRED:
            places[place] = PlaceState.BLOCKED if turn is PlaceState.OPEN else PlaceState.OPEN
    return places


def _refuse_before_turn(agreement: Agreement) -> None:
    if agreement.next_places != CONTROLLER_PLACES:
        raise Refused(ErrorCode.NOT_YOUR_TURN)


def _refuse_after_act(agreement: Agreement) -> None:
    """The printed signatory of a text that somebody signed cannot be another person."""
    if any(agreement.places[place] is PlaceState.SIGNED for place in CONTROLLER_PLACES):
        raise refusal(agreement.state)
