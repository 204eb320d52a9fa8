"""Builds the message to send from a composed mail: headers, both forms, files. Pure.

``Message-ID`` and ``Date`` are given, so that a repeat is recognisable. The finished message is
read back and compared with what was meant.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import parseaddr
from typing import Any

from email_validator import EmailNotValidError, validate_email

from service.mail.compose import ComposedMail
from service.mail.errors import MailInvalid
from service.mail.headers import address_header, words_header
from service.mail.read_back import Meant, check_read_back

# ``headers.py`` folds the headers; nothing may fold them again when sending.
WIRE = SMTP.clone(refold_source="none")
MESSAGE_ID = re.compile(r"<[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+>")
MESSAGE_ID_LENGTH = 250
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True)
class Attachment:
    """A file attached to the mail; ``media_type`` such as application/pdf."""

    filename: str
    media_type: str
    data: bytes


class FinishedMail(EmailMessage):
    """Keeps the exact bytes that were read back, for sending."""

    wire: bytes = b""

    def as_bytes(self, unixfrom: bool = False, policy: Policy[Any] | None = None) -> bytes:
        return self.wire or super().as_bytes(unixfrom, policy)


def build_message(
    mail: ComposedMail,
    *,
    sender: Address,
    to: Address,
    message_id: str,
    date: datetime,
    reply_to: Address | None = None,
    attachments: Sequence[Attachment] = (),
) -> FinishedMail:
    """The message to send, read back. ``date`` is aware. Raises MailInvalid.

    Files are placeholders until it is read back, because the library would take a hundred times as
    long with them. Base64 lines contain no part boundary, so they cannot change how the rest reads.
    """
    if date.tzinfo is None:
        raise ValueError("a moment without a time zone is not a moment")
    if not MESSAGE_ID.fullmatch(message_id) or len(message_id) > MESSAGE_ID_LENGTH:
        raise MailInvalid(f"{message_id!r} is not a Message-ID")
    message = FinishedMail(policy=WIRE)
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
    stand_ins = [_stand_in(number, message_id) for number in range(len(attachments))]
    for file, short in zip(attachments, stand_ins, strict=True):
        if CONTROL.search(file.filename):
            raise MailInvalid(f"{file.filename!r} cannot be the name of a file")
        main, _, sub = file.media_type.partition("/")
        message.add_attachment(short, maintype=main, subtype=sub, filename=file.filename)
    _mark_parts(message, message_id)
    files = [(file.filename, short) for file, short in zip(attachments, stand_ins, strict=True)]
    meant = Meant(addresses, mail.subject, mail.text, mail.html, files)
    wire = message.as_bytes()
    check_read_back(wire, meant)
    for part, file, short in zip(message.iter_attachments(), attachments, stand_ins, strict=True):
        lines = _lines(file.data)
        part.set_payload(lines)
        wire = wire.replace(_lines(short).encode(), lines.encode())
    message.wire = wire
    return message


def mail_address(address: str, name: str = "") -> Address:
    """An address with a display name. Raises MailInvalid.

    A domain with accents is written in its ASCII form. The part before the @ must be ASCII: few
    servers accept more (SMTPUTF8).
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
    """The setting ``Name <address>``, with ``name`` as display name if given. Raises
    MailInvalid."""
    own_name, address = parseaddr(mail_from)
    return mail_address(address, own_name if name is None else name)


def message_id(key: str, domain: str) -> str:
    """The Message-ID for ``key``, equal at every attempt. On one line: some servers do not
    understand a folded one."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain[-32:].lstrip('.-')}>"


def _mark_parts(message: EmailMessage, message_id: str) -> None:
    """Set the part boundaries: equal at every attempt, but unpredictable like the random
    Message-ID."""
    parts = (part for part in message.walk() if part.is_multipart())
    for number, part in enumerate(parts):
        mark = hashlib.sha256(f"{number} {message_id}".encode()).hexdigest()[:32]
        part.set_boundary(f"=_{mark}")


def _stand_in(number: int, message_id: str) -> bytes:
    return hashlib.sha256(f"file {number} {message_id}".encode()).digest()


def _lines(data: bytes) -> str:
    """In base64, as the mail library writes it (RFC 2045)."""
    return base64.encodebytes(data).decode().replace("\n", "\r\n")


def _refuse_control(name: str, value: str) -> None:
    if CONTROL.search(value):
        raise MailInvalid(f"{name} holds a line break or another control character")
