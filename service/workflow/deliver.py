"""Sending one mail; a job.

At least once, with a fixed Message-ID: a worker killed between the server's yes and our commit
sends the mail again, and mail programs show it once.
"""

from __future__ import annotations

import dataclasses
from datetime import datetime
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

from service.agreement.capabilities import code_for
from service.agreement.events import Event
from service.agreement.states import State
from service.database.engine import Transaction
from service.database.messages import Message
from service.deps import Deps
from service.errors import Unavailable
from service.mail.compose import compose
from service.mail.errors import MailRefused, MailTemporaryFailure
from service.mail.message import (
    Attachment,
    build_message,
    mail_address,
    message_id,
    sender_address,
)
from service.texts import text
from service.workflow.actors import SYSTEM
from service.workflow.links import address
from service.workflow.retrieve import original_bytes

# A mail about something that is over is not sent any more: a link that died, a code that ran out.
_DEAD_STATES = (State.VOIDED, State.DECLINED, State.EXPIRED)
# An answer is worth reading also when its link has died; it goes without.
_SENT_ALL_THE_SAME = ("question_answered",)


def deliver(deps: Deps, message_id: str) -> None:
    """Compose and send a queued mail.

    Raises Unavailable when the server cannot take it now; the job is then tried again. A refusal
    for good is recorded and shown in the dossier.
    """
    with deps.database.begin() as tx:
        message = tx.messages.lock(message_id)
        if message is None or message.state in ("sent", "refused"):
            return
        overtaken = _overtaken(tx, message)
        if overtaken and message.kind not in _SENT_ALL_THE_SAME:
            tx.messages.mark(message_id, "refused", "overtaken")
            return
        now = tx.now()
    mail = _mail(deps, dataclasses.replace(message, link_id=None) if overtaken else message, now)
    try:
        deps.mailer.send(mail, recipient=message.recipient)
    except MailRefused as refusal:
        _note(deps, message, "refused", Event.MESSAGE_REFUSED, str(refusal))
        return
    except MailTemporaryFailure as failure:
        _note(deps, message, "failed", Event.MESSAGE_FAILED, str(failure))
        raise Unavailable("unavailable") from failure
    _note(deps, message, "sent", Event.MESSAGE_SENT, "")


def note_failure(deps: Deps, message_id: str, reason: str) -> None:
    """Make visible that a mail fails before any server was asked; a server's own answer stays."""
    with deps.database.begin() as tx:
        message = tx.messages.lock(message_id)
    if message is not None and message.state == "queued":
        _note(deps, message, "failed", Event.MESSAGE_FAILED, reason)


def _overtaken(tx: Transaction, message: Message) -> bool:
    if message.challenge_id is not None:
        return not tx.signing.code_waits(message.challenge_id)
    if message.link_id is None or message.agreement_id is None:
        return False
    if message.kind == "reminder" and tx.reminders.situation(message.agreement_id) is None:
        return True  # signed, or given back to us to make the document, since it was queued
    live = tx.signing.live_link(message.agreement_id)
    state = tx.agreements.get_by_id(message.agreement_id).state
    dead = state is not State.EXPIRED if message.kind == "expired" else state in _DEAD_STATES
    return live is None or live.id != message.link_id or dead


def _mail(deps: Deps, message: Message, now: datetime) -> EmailMessage:
    values: dict[str, Any] = dict(message.values)
    base_url = deps.settings.base_url
    page = values.pop("page", None)
    values.setdefault("link", f"{base_url}{page}" if page else None)
    values.setdefault("verify_link", f"{base_url}/verifieer")
    if message.link_id:
        values["link"] = address(deps, message.link_id)
    if message.challenge_id:
        values["code"] = code_for(deps.secret_key, message.challenge_id)
    attachments = []
    if message.attach_original and message.agreement_id:
        reference = values["reference"]
        attachments.append(
            Attachment(
                f"{reference}.pdf", "application/pdf", original_bytes(deps, message.agreement_id)
            )
        )
    return build_message(
        compose(message.kind, values),
        sender=sender_address(deps.settings.mail_from, values["processor_name"]),
        to=mail_address(message.recipient, message.recipient_name),
        reply_to=mail_address(message.reply_to),
        message_id=message_id(message.id, urlsplit(base_url).hostname or "zegel"),
        date=now,
        attachments=attachments,
    )


def _note(deps: Deps, message: Message, state: str, event: Event, error: str) -> None:
    with deps.database.begin() as tx:
        first_failure = state == "failed" and message.state != "failed"
        if message.agreement_id and (state != "failed" or first_failure):
            tx.agreements.lock_by_id(message.agreement_id)
            tx.audit.append(
                message.agreement_id,
                event,
                SYSTEM,
                personal={"recipient": message.recipient, "error": error[:300]},
                kind=text(f"message_kinds.{message.kind}"),
            )
        tx.messages.mark(message.id, state, error)
