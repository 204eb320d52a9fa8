"""An agreement gets another owner, who gets the mails about it and the customer's answers; until
everybody has signed, because the package then names the owner."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from service.agreement.events import Event
from service.agreement.model import Agreement
from service.agreement.permissions import Permission, Principal, Staff, require
from service.agreement.states import Step, next_state
from service.agreement.subjects import Subject
from service.database.engine import Transaction
from service.deps import Deps
from service.error_codes import FieldCode
from service.errors import FieldError, Invalid
from service.mail.kinds import HandedOver, ManyHandedOver
from service.workflow.telling.notify import Reader, sender, tell, tell_staff


def hand_over(deps: Deps, reference: str, to_id: str, by: Principal) -> None:
    """Make ``to_id`` the owner and notify them, unless they did it themselves; repeatable.

    Raises NotAllowed, WrongState, or Invalid naming ``to`` if they may not send.
    """
    require(by, Permission.HAND_OVER)
    with deps.database.begin() as tx:
        before, owner = tx.agreements.lock(reference), new_owner(tx, to_id)
        former = sender(tx, before)
        if not hand_over_in(tx, before, owner, by) or owner.actor == by.actor:
            return
        tell(
            tx,
            before,
            HandedOver(by.name, former.name),
            to=Reader.of(owner),
            once=tx.now().isoformat(),
            page=f"/overeenkomsten/{before.reference}",
        )


def new_owner(tx: Transaction, to_id: str) -> Staff:
    """Raises Invalid naming ``to`` unless active and allowed to send."""
    if not to_id:
        raise Invalid([FieldError("to", FieldCode.CHOOSE)])
    account = tx.accounts.by_id(to_id)
    if account is None or not account.active or not account.person.may(Permission.SEND):
        raise Invalid([FieldError("to", FieldCode.OWNER_CANNOT_SEND)])
    return account.person


def hand_over_in(tx: Transaction, before: Agreement, owner: Staff, by: Principal) -> bool:
    """The same in this transaction, without the mail; ``before`` was loaded under its lock, and
    ``by`` may hand over. False if nothing changed."""
    state = next_state(Step.HAND_OVER, before.state)
    if before.sender_id == owner.id:
        return False
    former = sender(tx, before)
    tx.agreements.save(before, dataclasses.replace(before, state=state, sender_id=owner.id))
    tx.audit.append(
        before.id,
        Event.AGREEMENT_HANDED_OVER,
        by,
        personal=by.with_name(**{"to": owner.name, "from": former.name}),
        staff=owner.id,
    )
    return True


def tell_of_many(tx: Transaction, owner: Staff, count: int, by_name: str, *, once: str) -> None:
    tell_staff(
        tx,
        owner,
        ManyHandedOver(by_name, count),
        Subject.account(owner.id),
        once=once,
        page=f"/overeenkomsten?eigenaar={owner.id}",
    )


def colleagues(deps: Deps, by: Principal) -> Sequence[Staff]:
    """Everybody who can own an agreement, by name."""
    require(by, Permission.HAND_OVER)
    with deps.database.look() as tx:
        everybody = [each.person for each in tx.accounts.everyone() if each.active]
    return [each for each in everybody if each.may(Permission.SEND)]
