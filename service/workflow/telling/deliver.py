"""Sending one mail; a job. Also: who gets a copy of the original, and refused mails.

A repeated mail has the same Message-ID, so mail programs show it once. A permanent refusal is
reported at once to the sender of the agreement or, if the mail was to the sender, to everybody with
the role ``beheer``; a refused report causes no other.
"""

from __future__ import annotations

import dataclasses
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

from service.agreement.capabilities import code_for
from service.agreement.events import Event
from service.agreement.file_names import saved_as
from service.agreement.look import FOR_CUSTOMERS
from service.agreement.model import Agreement
from service.agreement.permissions import SYSTEM, Permission, Principal, Role, require
from service.agreement.places import SIGNATORY
from service.agreement.states import UNSENT, MailState, State, Step, may
from service.agreement.subjects import SubjectKind
from service.database.engine import Transaction
from service.database.queue.messages import OVERTAKEN, Message
from service.deps import Deps
from service.error_codes import ErrorCode
from service.errors import NotFound, Unavailable
from service.mail.bundles import BundleExpired, BundleInvitation, BundleReminder
from service.mail.compose import compose
from service.mail.errors import MailInvalid, MailRefused, MailTemporaryFailure, MailTooLarge
from service.mail.kinds import Completed, Undeliverable
from service.mail.message import Attachment, build_message, mail_address, message_id, sender_address
from service.texts import OURS, Language
from service.workflow.package_files import sealed_files
from service.workflow.telling.links import account_address, address, bundle_address
from service.workflow.telling.notify import Reader, sender, signed_for_us, tell, tell_signatory
from signatures.package.names import AGREEMENT, SHEET

# Mails that are no longer relevant are not sent: those with a revoked link or an expired code.
_DEAD_STATES = (State.VOIDED, State.DECLINED, State.EXPIRED)
# An answer is useful even if its link was revoked; it is sent without the link.
_SENT_ALL_THE_SAME = ("question_answered",)
_ABOUT_THE_END = ("expired", BundleExpired.kind)
_TO_A_BUNDLE = (BundleInvitation.kind, BundleReminder.kind, BundleExpired.kind)
_ONCE = "completed"  # the event of the mails with the copies


def send_copies(tx: Transaction, agreement: Agreement) -> None:
    """Both parties get the same file (Belgian Civil Code art. 8.20: each can have its copy); on our
    side the sender and the signer."""
    theirs = Completed(agreement.processor.known_as, agreement.effective_date)
    ours = Completed(agreement.controller.name, agreement.effective_date)
    tell_signatory(tx, agreement, theirs, once=_ONCE, attach_original=True)
    notices = agreement.controller.notices_email
    if notices and notices.casefold() != agreement.signatory.email.casefold():
        mailbox = dataclasses.replace(agreement.signatory, email=notices)
        to_mailbox = dataclasses.replace(agreement, signatory=mailbox)
        tell_signatory(tx, to_mailbox, theirs, once=_ONCE, attach_original=True)
    people = {person.email: person for person in signed_for_us(tx, agreement)}
    account = tx.accounts.by_id(agreement.sender_id)
    if account:
        people[account.person.email] = account.person
    for person in people.values():
        tell(
            tx,
            agreement,
            ours,
            to=Reader.of(person),
            once=_ONCE,
            page=f"/archief/{agreement.reference}",
            attach_original=True,
        )


def deliver(deps: Deps, message_id: str) -> None:
    """Compose and send a queued mail.

    If it is too large for the server, a link replaces the file. A permanent refusal is recorded and
    reported. Raises Unavailable if the server cannot accept it now.
    """
    with deps.database.begin() as tx:
        message = tx.messages.lock(message_id)
        if message is None or message.state not in UNSENT or message.sent_as:
            return
        overtaken = all(_overtaken(tx, each) for each in _everywhere(tx, message))
        if overtaken and message.kind not in _SENT_ALL_THE_SAME:
            tx.messages.mark(message_id, MailState.REFUSED, OVERTAKEN)
            return
        now = tx.now()
    if overtaken:
        message = dataclasses.replace(message, link_id=None)
    try:
        as_link = _send(deps, message, now)
    except MailRefused as refusal:
        _note(deps, message, MailState.REFUSED, Event.MESSAGE_REFUSED, str(refusal))
        return
    except MailTemporaryFailure as failure:
        _note(deps, message, MailState.FAILED, Event.MESSAGE_FAILED, str(failure))
        raise Unavailable(ErrorCode.UNAVAILABLE) from failure
    _note(deps, message, MailState.SENT, Event.MESSAGE_SENT, "", as_link=as_link)


def _send(deps: Deps, message: Message, now: datetime) -> bool:
    """Send it; returns whether a link replaced the file.

    Raises MailRefused, MailTemporaryFailure.
    """
    try:
        deps.mailer.send(_mail(deps, message, now), recipient=message.recipient)
    except MailTooLarge:
        if not message.attach_original:
            raise
        deps.mailer.send(_mail(deps, _with_link(deps, message), now), recipient=message.recipient)
        return True
    return False


def _with_link(deps: Deps, message: Message) -> Message:
    """The mail without its file. The signatory's link leads to it after a code, staff have the
    archive; others are told whom to ask."""
    values = {**message.values, "attached": False}
    link_id = None
    if message.agreement_id and "page" not in values:
        with deps.database.begin() as tx:
            link = tx.signing.live_link(message.agreement_id)
        if link is not None and link.signatory_email.casefold() == message.recipient.casefold():
            link_id = link.id
    return dataclasses.replace(message, values=values, link_id=link_id, attach_original=False)


def note_failure(deps: Deps, message_id: str, reason: str) -> None:
    """Show a failure from before any server was contacted; keeps an earlier server's answer."""
    with deps.database.begin() as tx:
        message = tx.messages.lock(message_id)
    if message is not None and message.state is MailState.QUEUED:
        _note(deps, message, MailState.FAILED, Event.MESSAGE_FAILED, reason)


def _overtaken(tx: Transaction, message: Message) -> bool:
    if message.subject.kind is SubjectKind.APPLICATION:
        return not tx.applications.code_waits(message.subject.id)
    if message.challenge_id is not None:
        return not tx.codes.code_waits(message.challenge_id)
    if message.account_link_id is not None:
        link = tx.account_links.by_id(message.account_link_id)
        return link is None or not link.alive
    if message.link_id is None or message.agreement_id is None:
        return False
    reminds = message.kind in ("reminder", BundleReminder.kind)
    if reminds and tx.reminders.situation(message.agreement_id) is None:
        return True  # since it was queued: signed, or returned to us to make the document
    live = tx.signing.live_link(message.agreement_id)
    state = tx.agreements.get_by_id(message.agreement_id).state
    about_the_end = message.kind in _ABOUT_THE_END
    dead = state is not State.EXPIRED if about_the_end else state in _DEAD_STATES
    return live is None or live.id != message.link_id or dead


def _mail(deps: Deps, message: Message, now: datetime) -> EmailMessage:
    values: dict[str, Any] = dict(message.values)
    with deps.database.look() as tx:
        look = tx.looks.newest()
    base_url = deps.settings.base_url
    page = values.pop("page", None)
    language = Language(values.pop("language", OURS))  # the former version stored none
    values.setdefault("link", f"{base_url}{page}" if page else None)
    values.setdefault("verify_link", f"{base_url}/verifieer")
    if message.link_id:
        values["link"] = _link(deps, message)
    if message.account_link_id:
        values["link"] = account_address(deps, message.account_link_id)
    if message.challenge_id:
        values["code"] = code_for(deps.secret_key, message.challenge_id)
    if message.subject.kind is SubjectKind.APPLICATION:
        values["code"] = code_for(deps.secret_key, message.subject.id)
    to_customer = page is None and message.kind in FOR_CUSTOMERS
    attachments: list[Attachment] = []
    if message.attach_original and message.agreement_id:
        attachments = _attachments(deps, message.agreement_id, ours=page is not None)
    return build_message(
        compose(message.kind, values, language, look if to_customer else None),
        sender=sender_address(deps.settings.mail_from, values["processor_name"]),
        to=mail_address(message.recipient, message.recipient_name),
        reply_to=_reply_to((look.reply_to if to_customer else "") or message.reply_to),
        message_id=message_id(message.id, urlsplit(base_url).hostname or "zegel"),
        date=now,
        attachments=attachments,
    )


def _link(deps: Deps, message: Message) -> str:
    """The address of its link; of a mail about several agreements, that of their bundle."""
    link_id = message.link_id or ""
    if message.kind in _TO_A_BUNDLE:
        with deps.database.look() as tx:
            return bundle_address(deps, tx.bundles.bundle_of(link_id))
    return address(deps, link_id)


def _attachments(deps: Deps, agreement_id: str, *, ours: bool) -> list[Attachment]:
    """The signed agreement; for the customer also the evidence sheet, whose addresses not all of
    our staff may see."""
    with deps.database.look() as tx:
        agreement = tx.agreements.get_by_id(agreement_id)
    names = (AGREEMENT,) if ours else (AGREEMENT, SHEET)
    files = sealed_files(deps, agreement_id, *names)
    return [
        Attachment(saved_as(agreement, name), "application/pdf", data)
        for name, data in zip(names, files, strict=True)
    ]


def _reply_to(address: str) -> Address | None:
    """The Reply-To address; none if it is invalid, so that the mail itself is still sent."""
    try:
        return mail_address(address)
    except MailInvalid:
        return None


def _note(
    deps: Deps,
    message: Message,
    state: MailState,
    event: Event,
    error: str,
    *,
    as_link: bool = False,
) -> None:
    with deps.database.begin() as tx:
        first_failure = state is MailState.FAILED is not message.state
        told = state is not MailState.FAILED or first_failure
        everywhere = _everywhere(tx, message)
        for each in everywhere if told else ():
            if each.agreement_id:
                _log(tx, each, each.agreement_id, state, event, error, as_link=as_link)
        for each in everywhere if state is MailState.SENT else ():
            tx.messages.settle_by(each)
        tx.messages.mark(message.id, state, error)


def _everywhere(tx: Transaction, message: Message) -> list[Message]:
    """The mail, and with it what notes it for other agreements, in the order of their locks."""
    noted = tx.messages.noted_with(message.id)
    return sorted([message, *noted], key=lambda each: each.agreement_id or "")


def _log(
    tx: Transaction,
    message: Message,
    agreement_id: str,
    state: MailState,
    event: Event,
    error: str,
    *,
    as_link: bool,
) -> None:
    tx.agreements.hold(agreement_id)
    tx.audit.append(
        agreement_id,
        event,
        SYSTEM,
        personal={"recipient": message.recipient, **({"error": error[:300]} if error else {})},
        kind=message.kind,
        **({"as_link": "yes"} if as_link else {}),
    )
    if state is MailState.REFUSED:
        _tell_refused(tx, tx.agreements.get_by_id(agreement_id), message, error)


def _tell_refused(tx: Transaction, agreement: Agreement, message: Message, words: str) -> None:
    """Notify the people who can act on it; ``words`` is the mail server's answer."""
    if message.kind == Undeliverable.kind:
        return
    person = sender(tx, agreement)
    people = [person]
    if message.recipient.casefold() == person.email.casefold():
        people = [each for each in tx.accounts.with_role(Role.ADMIN) if each.id != person.id]
    to_signatory = message.recipient.casefold() == agreement.signatory.email.casefold()
    can_change = to_signatory and _address_can_change(agreement)
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


def _address_can_change(agreement: Agreement) -> bool:
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
