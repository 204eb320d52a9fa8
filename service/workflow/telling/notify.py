"""Queues a mail in the transaction of the event it reports; ``deliver`` sends it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service.agreement.model import Agreement
from service.agreement.parties import Processor
from service.agreement.permissions import Role, Staff
from service.agreement.places import Party
from service.agreement.subjects import Subject
from service.agreement.terms import CODE_MINUTES
from service.database.engine import Transaction
from service.database.queue.jobs import INTERACTIVE
from service.database.queue.messages import NewMessage
from service.mail.kinds import ApplicationCode, Mail
from service.texts import OURS, Language
from service.workflow.tasks import DELIVER
from signatures.effective_date import local_date

PRODUCT = "Zegel"


@dataclass(frozen=True)
class Reader:
    """The recipient of a mail, and its language."""

    name: str
    email: str
    language: Language

    @classmethod
    def of(cls, person: Staff) -> Reader:
        return cls(person.name, person.email, person.language)


def tell(
    tx: Transaction,
    agreement: Agreement,
    mail: Mail,
    *,
    to: Reader,
    once: str,
    page: str = "",
    reply_to: str | None = None,
    link_id: str | None = None,
    challenge_id: str | None = None,
    attach_original: bool = False,
    message_id: str = "",
    sent_as: str | None = None,
) -> bool:
    """Queue one mail about an agreement; ``page`` is the target of its link, if it has no other.

    A person gets each kind of mail once per value of ``once``. ``sent_as`` names the mail about
    several agreements that is sent instead. Returns whether it was queued now.
    """
    message_id = message_id or str(uuid.uuid4())
    common = {
        "name": to.name,
        "language": to.language.value,
        "reference": agreement.reference,
        "organisation": agreement.controller.name,
        "processor_name": agreement.processor.known_as,
        "contact_email": agreement.processor.email,
        "contact_phone": agreement.processor.phone,
    }
    new = NewMessage(
        id=message_id,
        key=f"{mail.kind}:{agreement.id}:{to.email}:{once}",
        subject=Subject.agreement(agreement.id),
        kind=mail.kind,
        recipient=to.email,
        recipient_name=to.name,
        reply_to=reply_to or agreement.processor.email,
        values=_values(common, mail, page),
        link_id=link_id,
        challenge_id=challenge_id,
        attach_original=attach_original,
        sent_as=sent_as,
    )
    queued = tx.messages.queue(new)
    if queued and sent_as is None:
        # A person waits for a code, so it does not wait behind other mails.
        queue = INTERACTIVE.name if challenge_id else ""
        tx.jobs.defer(DELIVER, message_id=message_id, queue=queue)
    return queued


def tell_staff(
    tx: Transaction,
    person: Staff,
    mail: Mail,
    about: Subject,
    *,
    once: str,
    page: str = "",
    account_link_id: str | None = None,
) -> bool:
    """Queue one mail to a member of staff on a subject other than an agreement; as ``tell``."""
    message_id = str(uuid.uuid4())
    house, email, phone = _house(tx, person)
    common = {
        "name": person.name,
        "language": person.language.value,
        "reference": "",
        "organisation": "",
        "processor_name": house,
        "contact_email": email,
        "contact_phone": phone,
    }
    new = NewMessage(
        id=message_id,
        key=f"{mail.kind}::{person.email}:{once}",
        subject=about,
        kind=mail.kind,
        recipient=person.email,
        recipient_name=person.name,
        reply_to=email,
        values=_values(common, mail, page),
        account_link_id=account_link_id,
    )
    queued = tx.messages.queue(new)
    if queued:
        tx.jobs.defer(DELIVER, message_id=message_id)
    return queued


def tell_applicant(tx: Transaction, processor: Processor, application_id: str, email: str) -> None:
    """Queue the code for whoever began on the public page.

    It contains nothing typed there: anybody could otherwise mail their own words to others.
    """
    message_id = str(uuid.uuid4())
    common = {
        "name": "",
        "language": OURS.value,
        "processor_name": processor.known_as,
        "contact_email": processor.email,
        "contact_phone": processor.phone,
    }
    mail = ApplicationCode(CODE_MINUTES)
    new = NewMessage(
        id=message_id,
        key=f"{mail.kind}::{application_id}",
        subject=Subject.application(application_id),
        kind=mail.kind,
        recipient=email,
        recipient_name="",
        reply_to=processor.email,
        values=_values(common, mail, ""),
    )
    if tx.messages.queue(new):
        tx.jobs.defer(DELIVER, message_id=message_id, queue=INTERACTIVE.name)


def _house(tx: Transaction, person: Staff) -> tuple[str, str, str]:
    """The sender's name and reply address of mails to staff: the product's name and an
    administrator's address before there is a profile."""
    known = tx.profiles.newest()
    if known:
        return known[1].known_as, known[1].email, known[1].phone
    administrators = tx.accounts.with_role(Role.ADMIN)
    return PRODUCT, (administrators[0] if administrators else person).email, ""


def tell_signatory(
    tx: Transaction,
    agreement: Agreement,
    mail: Mail,
    *,
    once: str,
    link_id: str | None = None,
    challenge_id: str | None = None,
    attach_original: bool = False,
) -> bool:
    """Queue a mail to the controller's present signatory; replies go to the sender.

    Returns whether it was queued now.
    """
    signatory = agreement.signatory
    return tell(
        tx,
        agreement,
        mail,
        to=Reader(signatory.name, signatory.email, agreement.language),
        once=once,
        reply_to=sender(tx, agreement).email,
        link_id=link_id,
        challenge_id=challenge_id,
        attach_original=attach_original,
    )


def tell_about_all(
    tx: Transaction,
    agreements: Sequence[Agreement],
    mail: Mail,
    *,
    once: str,
    link_ids: Mapping[str, str] | None = None,
    challenge_id: str | None = None,
) -> bool:
    """Queue one mail about several agreements to the person who signs all of them.

    It is sent as that of the first and noted for the others. Returns whether it was queued now.
    """
    links = link_ids or {}
    return _about_all(
        tx,
        agreements,
        mail,
        lambda each: {
            "to": Reader(each.signatory.name, each.signatory.email, each.language),
            "once": once,
            "reply_to": sender(tx, each).email,
            "link_id": links.get(each.id),
            "challenge_id": challenge_id,
        },
    )


def tell_sender_about_all(
    tx: Transaction, agreements: Sequence[Agreement], mail: Mail, *, once: str
) -> bool:
    """The same to the member of staff who sent all of them; replies go to the signatory. Its link
    leads to the list."""
    return _about_all(
        tx,
        agreements,
        mail,
        lambda each: {
            "to": Reader.of(sender(tx, each)),
            "once": once,
            "reply_to": each.signatory.email,
            "page": "/overeenkomsten",
        },
    )


def _about_all(
    tx: Transaction,
    agreements: Sequence[Agreement],
    mail: Mail,
    how: Callable[[Agreement], dict[str, Any]],
) -> bool:
    first, *others = agreements
    message_id = str(uuid.uuid4())
    if not tell(tx, first, mail, message_id=message_id, **how(first)):
        return False
    for each in others:
        tell(tx, each, mail, sent_as=message_id, **how(each))
    return True


def tell_sender(tx: Transaction, agreement: Agreement, mail: Mail, *, once: str) -> None:
    """Queue a mail to the sender of the agreement, with a link to the dossier; replies go to the
    signatory."""
    tell(
        tx,
        agreement,
        mail,
        to=Reader.of(sender(tx, agreement)),
        once=once,
        reply_to=agreement.signatory.email,
        page=f"/overeenkomsten/{agreement.reference}",
    )


def signed_for_us(tx: Transaction, agreement: Agreement) -> list[Staff]:
    """The processor's signer, if that person has signed and the account is active; or nobody."""
    people = []
    for act in tx.documents.acts(agreement.id, agreement.edition):
        if act.place.party is Party.PROCESSOR:
            account = tx.accounts.by_email(act.record.person.email)
            if account and account.active and account.person not in people:
                people.append(account.person)  # once, also for two places
    return people


def sender(tx: Transaction, agreement: Agreement) -> Staff:
    account = tx.accounts.by_id(agreement.sender_id)
    if account is None:  # the foreign key makes this impossible
        raise LookupError(agreement.sender_id)
    return account.person


def last_day(agreement: Agreement) -> str:
    """The last day on which the link works, in ISO 8601; empty if there is none."""
    return local_date(agreement.expires_at).isoformat() if agreement.expires_at else ""


def _values(common: Mapping[str, object], mail: Mail, page: str) -> dict[str, object]:
    """The stored values for the templates; the URL of ``page`` is made when the mail is sent."""
    return {**common, **mail.kept(), **({"page": page} if page else {})}
