"""From what a mail says to the message that is sent: headers, both forms, a file. Pure.

Line breaks are refused in every header; names with accents become RFC 2047 words. ``Message-ID``
and ``Date`` are given by the caller and fixed, so that a repeat is recognisably the same mail. The
finished message is read back and compared with what was meant.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr

from email_validator import EmailNotValidError, validate_email

from service.mail.compose import ComposedMail
from service.mail.errors import MailInvalid
from service.mail.headers import address_header, words_header
from service.mail.read_back import Meant, check_read_back

# Headers are folded in ``headers.py``: nobody folds them again on the way out.
WIRE = SMTP.clone(refold_source="none")
MESSAGE_ID = re.compile(r"<[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+>")
MESSAGE_ID_LENGTH = 250
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True)
class Attachment:
    """A file that goes with the mail; ``media_type`` such as application/pdf."""

    filename: str
    media_type: str
    data: bytes


def build_message(
    mail: ComposedMail,
    *,
    sender: Address,
    to: Address,
    message_id: str,
    date: datetime,
    reply_to: Address | None = None,
    attachments: Sequence[Attachment] = (),
) -> EmailMessage:
    """The message as it goes out, read back. ``date`` is aware. Raises MailInvalid."""
    if date.tzinfo is None:
        raise ValueError("a moment without a time zone is not a moment")
    if not MESSAGE_ID.fullmatch(message_id) or len(message_id) > MESSAGE_ID_LENGTH:
        raise MailInvalid(f"{message_id!r} is not a Message-ID")
    message = EmailMessage(policy=WIRE)
    addresses = {"From": sender, "To": to, **({"Reply-To": reply_to} if reply_to else {})}
    for name, address in addresses.items():
        _refuse_control(name, str(address))
        message.set_raw(name, address_header(name, address))
    _refuse_control("Subject", mail.subject)
    message.set_raw("Subject", words_header("Subject", mail.subject))
    message["Date"] = date
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: absent colleagues need not answer
    message["X-Auto-Response-Suppress"] = "OOF, AutoReply"  # the same, for Exchange
    message["Content-Language"] = "nl"
    message.set_content(mail.text, cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    for file in attachments:
        if CONTROL.search(file.filename):
            raise MailInvalid(f"{file.filename!r} cannot be the name of a file")
        main, _, sub = file.media_type.partition("/")
        message.add_attachment(file.data, maintype=main, subtype=sub, filename=file.filename)
    _mark_parts(message, message_id)
    files = [(file.filename, file.data) for file in attachments]
    meant = Meant(addresses, mail.subject, mail.text, mail.html, files)
    check_read_back(message.as_bytes(), meant)
    return message


def mail_address(address: str, name: str = "") -> Address:
    """An address with the name to show. Raises MailInvalid.

    A domain with accents is written in its ASCII form, which every server understands. Before the
    @ only ASCII can be sent: few servers take more (SMTPUTF8).
    """
    local, at, domain = address.rpartition("@")
    if not at or not local.isascii() or not local or not domain or CONTROL.search(address + name):
        raise MailInvalid(f"{address!r} ({name!r}) is not a mail address")
    try:
        if not domain.isascii():
            found = validate_email(address, check_deliverability=False)
            domain = found.ascii_domain
        return Address(name, addr_spec=f"{local}@{domain}")
    except (EmailNotValidError, MessageError, ValueError, IndexError) as error:
        raise MailInvalid(f"{address!r} is not a mail address: {error}") from error


def sender_address(mail_from: str, name: str | None = None) -> Address:
    """The setting ``Name <address>``, shown under ``name`` where given. Raises MailInvalid."""
    own_name, address = parseaddr(mail_from)
    return mail_address(address, own_name if name is None else name)


def message_id(key: str, domain: str) -> str:
    """The Message-ID of the one mail that ``key`` names, the same at every attempt.

    Short enough to stay on one line: some servers do not understand a folded one.
    """
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain[-32:].lstrip('.-')}>"


def _mark_parts(message: EmailMessage, message_id: str) -> None:
    """The lines between the parts: the same at every attempt, and nothing a writer could foresee,
    because the Message-ID is made from a random number."""
    parts = (part for part in message.walk() if part.is_multipart())
    for number, part in enumerate(parts):
        mark = hashlib.sha256(f"{number} {message_id}".encode()).hexdigest()[:32]
        part.set_boundary(f"=_{mark}")


def _refuse_control(name: str, value: str) -> None:
    if CONTROL.search(value):
        raise MailInvalid(f"{name} holds a line break or another control character")
