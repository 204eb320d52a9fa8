"""The mailbox of development mode: one ``.eml`` file per mail on this machine.

The same Message-ID to the same recipient gives the same file.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from service.mail.errors import MailTemporaryFailure, NoSuchMail
from service.mail.message import Attachment

MAIL_ID = re.compile(r"\d{8}T\d{12}Z-[0-9a-f]{16}")
RECIPIENT = "X-Zegel-Recipient"


@dataclass(frozen=True)
class MailSummary:
    """One entry of the mailbox; ``received`` in UTC."""

    id: str
    received: datetime
    to: str
    subject: str


@dataclass(frozen=True)
class ReceivedMail:
    """A mail as its reader would see it; ``recipient`` is the envelope's."""

    id: str
    received: datetime
    recipient: str
    to: str
    sender: str
    reply_to: str
    subject: str
    date: datetime | None
    message_id: str
    text: str
    html: str
    attachments: tuple[Attachment, ...]


class FolderMailbox:
    """The mails in ``directory``; several processes may use it at once."""

    def __init__(
        self, directory: Path, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.directory = directory
        self._clock = clock
        self._sending = threading.Lock()
        self._names: dict[str, str] = {}  # by the hash of the mail
        self._seen = 0  # the folder's modification time when they were read

    def send(self, message: EmailMessage, *, recipient: str) -> None:
        """Store the mail. Raises MailTemporaryFailure when the folder is not writable."""
        identity = f"{message['Message-ID']}\n{recipient}".encode()
        mark = hashlib.sha256(identity).hexdigest()[:16]
        content = f"{RECIPIENT}: {recipient}\r\n".encode() + message.as_bytes()
        try:
            self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            with self._sending:
                self._look_anew()
                name = f"{self._clock().astimezone(UTC):%Y%m%dT%H%M%S%fZ}-{mark}.eml"
                _write(self.directory / self._names.setdefault(mark, name), content)
                self._seen = self.directory.stat().st_mtime_ns
        except OSError as error:
            raise MailTemporaryFailure(f"{self.directory}: {error}") from error

    def _look_anew(self) -> None:
        """Read the folder again if another process has written: it may hold thousands of mails."""
        if self._seen != self.directory.stat().st_mtime_ns:
            names = (entry.name for entry in os.scandir(self.directory))
            mails = (name for name in names if MAIL_ID.fullmatch(name.removesuffix(".eml")))
            self._names = {name.removesuffix(".eml")[-16:]: name for name in mails}

    def list(self) -> tuple[MailSummary, ...]:
        """All mails, newest first."""
        summaries = []
        for path in sorted(self.directory.glob("*.eml"), reverse=True):
            if MAIL_ID.fullmatch(path.stem):
                message = _parse(path)
                summaries.append(
                    MailSummary(
                        path.stem, _received(path.stem), str(message["To"]), str(message["Subject"])
                    )
                )
        return tuple(summaries)

    def read(self, mail_id: str) -> ReceivedMail:
        """One complete mail. Raises NoSuchMail."""
        path = self.directory / f"{mail_id}.eml"
        if not MAIL_ID.fullmatch(mail_id) or not path.is_file():
            raise NoSuchMail(mail_id)
        message = _parse(path)
        sent = message["Date"]
        return ReceivedMail(
            id=mail_id,
            received=_received(mail_id),
            recipient=str(message[RECIPIENT]),
            to=str(message["To"]),
            sender=str(message["From"]),
            reply_to=str(message["Reply-To"] or ""),
            subject=str(message["Subject"]),
            date=sent.datetime if sent else None,
            message_id=str(message["Message-ID"]),
            text=_body(message, "plain"),
            html=_body(message, "html"),
            attachments=tuple(_attachment(part) for part in message.iter_attachments()),
        )


def _write(path: Path, content: bytes) -> None:
    """All of it or nothing: a reader never sees half a mail."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _parse(path: Path) -> EmailMessage:
    message = message_from_bytes(path.read_bytes(), policy=default)
    assert isinstance(message, EmailMessage)  # noqa: S101 - this policy always makes one
    return message


def _received(mail_id: str) -> datetime:
    return datetime.strptime(mail_id.partition("-")[0], "%Y%m%dT%H%M%S%fZ").replace(tzinfo=UTC)


def _body(message: EmailMessage, form: str) -> str:
    part = message.get_body((form,))
    return str(part.get_content()).replace("\r\n", "\n") if part is not None else ""


def _attachment(part: EmailMessage) -> Attachment:
    content = part.get_payload(decode=True)
    data = content if isinstance(content, bytes) else b""
    return Attachment(part.get_filename() or "", part.get_content_type(), data)
