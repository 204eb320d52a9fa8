"""A colleague takes over signing for the processor, before anyone has signed.

A text that names the former signer is made again, so readings and prepared signatures become
invalid.
"""

from __future__ import annotations

import dataclasses

from service.agreement.events import Event
from service.agreement.fields import same_person
from service.agreement.model import Agreement
from service.agreement.parties import Countersigner
from service.agreement.permissions import Permission, Staff, require
from service.agreement.states import State, Step, next_state
from service.database.engine import Transaction
from service.deps import Deps
from service.error_codes import ErrorCode
from service.errors import Refused
from service.mail.kinds import TakenOver
from service.workflow.tasks import GENERATE
from service.workflow.telling.notify import Reader, sender, tell


def take_over(deps: Deps, reference: str, staff: Staff) -> None:
    """Make this colleague the processor's signer; notify the sender and the former one. Repeatable.

    Also for the present signer, if the account's name differs from the text. Raises NotAllowed,
    WrongState, Refused once somebody has signed.
    """
    require(staff, Permission.COUNTERSIGN)
    with deps.database.begin() as tx:
        before = tx.agreements.lock(reference)
        if before.signed_places and before.state is State.IN_SIGNING:
            raise Refused(ErrorCode.TAKE_OVER_SIGNED)
        state = next_state(Step.TAKE_OVER, before.state)
        if before.signed_for_us_by(staff.id) and _prints(tx, before, staff):
            return
        anew = state is State.PREPARING
        taken = tx.agreements.save(
            before,
            dataclasses.replace(
                before,
                state=state,
                countersigner=Countersigner.of(staff),
                edition=before.edition + anew,
                frozen_sha256="",
                failure="",
            ),
        )
        former = before.countersigner
        tx.audit.append(
            before.id,
            Event.COUNTERSIGNER_CHANGED,
            staff,
            personal={"name": staff.name, "from": before.our_name},
            staff=staff.id,
            revision=taken.edition,
        )
        if anew:
            tx.signing.forget_pending(before.id)
            tx.audit.append(before.id, Event.DOCUMENT_REQUESTED, staff)
            tx.jobs.defer(GENERATE, agreement_id=before.id)
        _tell(tx, taken, former, staff, anew=anew)


def _prints(tx: Transaction, agreement: Agreement, staff: Staff) -> bool:
    """Whether the text has, or will have, this person's present name."""
    if agreement.countersigner is None:
        return False
    printed = tx.documents.printed_for_us(agreement.id, agreement.edition)
    return printed is None or same_person(printed[0], staff.name)


def _tell(
    tx: Transaction,
    agreement: Agreement,
    former: Countersigner | None,
    staff: Staff,
    *,
    anew: bool,
) -> None:
    """Notify the sender and, if the account is still active, the former signer; never the person
    who took over."""
    people = {sender(tx, agreement).id: sender(tx, agreement)}
    account = tx.accounts.by_id(former.staff_id) if former else None
    if account and account.active:
        people[account.person.id] = account.person
    people.pop(staff.id, None)
    for person in people.values():
        tell(
            tx,
            agreement,
            TakenOver(
                by_name=staff.name,
                from_name=former.name if former else "",
                yours=former is not None and person.id == former.staff_id,
                anew=anew,
            ),
            to=Reader.of(person),
            once=f"{agreement.edition}:{staff.id}:{tx.now().isoformat()}",
            page=f"/overeenkomsten/{agreement.reference}",
        )
