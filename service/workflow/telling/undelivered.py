"""Permanently refused mails: reported at once, and settled by a person.

The sender of the agreement is notified or, if the refused mail was to the sender, everybody with
the role ``beheer``. A refused notification of this kind causes no other: the page *Taken* shows it.
"""

from __future__ import annotations

from service.agreement.events import Event
from service.agreement.model import Agreement
from service.agreement.permissions import Permission, Principal, Role, require
from service.agreement.places import SIGNATORY
from service.agreement.states import Step, may
from service.database.engine import Transaction
from service.database.queue.messages import Message
from service.deps import Deps
from service.error_codes import ErrorCode
from service.errors import NotFound
from service.mail.kinds import Undeliverable
from service.workflow.telling.notify import Reader, sender, tell


def tell_refused(tx: Transaction, agreement: Agreement, message: Message, words: str) -> None:
    """Notify the people who can act on it; ``words`` is the mail server's answer."""
    if message.kind == Undeliverable.kind:
        return
    person = sender(tx, agreement)
    people = [person]
    if message.recipient.casefold() == person.email.casefold():
        people = [each for each in tx.accounts.with_role(Role.ADMIN) if each.id != person.id]
    to_signatory = message.recipient.casefold() == agreement.signatory.email.casefold()
    can_change = to_signatory and address_can_change(agreement)
    refused = Undeliverable(message.kind, message.recipient, words, can_change)
    for each in people:
        tell(
            tx,
            agreement,
            refused,
            to=Reader.of(each),
            once=f"{message.kind}:{message.recipient}:{message.link_id or ''}",
            page=f"/overeenkomsten/{agreement.reference}",
        )


def address_can_change(agreement: Agreement) -> bool:
    """Whether the signatory was invited and has not signed yet."""
    return may(Step.RESEND, agreement.state) and agreement.next_turn == SIGNATORY


def settle(deps: Deps, reference: str, message_id: str, by: Principal) -> None:
    """Mark a refused mail as settled by a person. Raises NotAllowed, NotFound."""
    require(by, Permission.SEND)
    with deps.database.begin() as tx:
        agreement = tx.agreements.lock(reference)
        refused = {each.id: each for each in tx.messages.of(agreement.id) if each.undelivered}
        if message_id not in refused:
            raise NotFound(ErrorCode.NOT_FOUND)
        message = refused[message_id]
        tx.messages.settle(message.subject, (message.kind,), message_id=message.id)
        tx.audit.append(
            agreement.id,
            Event.MESSAGE_SETTLED,
            by,
            personal={"name": by.name, "recipient": message.recipient},
            kind=message.kind,
        )
