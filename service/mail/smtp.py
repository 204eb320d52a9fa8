"""Sends mails through an SMTP server: one connection per mail; refusals keep the server's words.

Only two answers are final: accepted (250 after the data), or *this recipient or this message*
permanently refused (5xx). Everything else is retried, even our own mistakes, which a person may
correct.

The size is announced first (RFC 1870), and a mail above the server's limit is not offered.
"""

from __future__ import annotations

import contextlib
import re
import smtplib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage

from service.agreement.capabilities import mask_tokens
from service.mail.errors import MailInvalid, MailRefused, MailTemporaryFailure, MailTooLarge
from service.mail.message import mail_address, sender_address

PERMANENT = 500
OURS = (530, 534, 535, 538)  # it requires other credentials (RFC 4954): a person must correct that
TOO_LARGE_CODE = 552  # RFC 5321
TOO_LARGE_WORDS = re.compile(r"\b5\.(2\.3|3\.4)\b")  # RFC 3463: for this mailbox, for the system
MOST_WORDS = 300  # characters of an answer that are stored
SECURITY = ("starttls", "tls", "none")


@dataclass(frozen=True)
class SmtpMailer:
    """``security`` is starttls, tls or none; ``timeout`` is in seconds per step of the protocol.

    Bounces arrive at the address in ``mail_from``, the envelope's sender.
    """

    host: str
    port: int
    user: str | None
    password: str | None = field(repr=False)
    security: str
    mail_from: str
    timeout: float = 20
    tls: ssl.SSLContext | None = field(default=None, repr=False)  # None: the system's trust store

    def __post_init__(self) -> None:
        if self.security not in SECURITY:
            raise ValueError(f"security is one of {', '.join(SECURITY)}, not {self.security!r}")
        sender_address(self.mail_from)

    def send(self, message: EmailMessage, *, recipient: str) -> None:
        """Send to this one recipient. Raises MailTemporaryFailure or MailRefused."""
        if any(character in recipient for character in "\r\n<> "):
            raise MailInvalid(f"{recipient!r} is not one mail address")
        recipient = mail_address(recipient).addr_spec  # the envelope must be ASCII
        content = message.as_bytes()
        with self._connection() as server:
            _refuse_larger_than_announced(server, len(content))
            try:
                server.sendmail(sender_address(self.mail_from).addr_spec, recipient, content)
            except smtplib.SMTPRecipientsRefused as refusal:
                raise _verdict(*refusal.recipients[recipient]) from refusal
            except smtplib.SMTPSenderRefused as refusal:
                if refusal.smtp_code != TOO_LARGE_CODE:
                    raise  # our own address is refused: we must correct that
                raise _verdict(refusal.smtp_code, refusal.smtp_error) from refusal
            except smtplib.SMTPDataError as refusal:
                raise _verdict(refusal.smtp_code, refusal.smtp_error) from refusal

    @contextlib.contextmanager
    def _connection(self) -> Iterator[smtplib.SMTP]:
        try:
            server = self._open()
            try:
                if self.security == "starttls":
                    server.starttls(context=self._context())
                if self.user is not None and self.password is not None:
                    server.login(self.user, self.password)
                yield server
            finally:
                # The mail was answered; a failing QUIT must not cause a retry, which would send it
                # twice.
                with contextlib.suppress(smtplib.SMTPException, OSError):
                    server.quit()
        except smtplib.SMTPResponseException as refusal:
            words = _words(refusal.smtp_code, refusal.smtp_error)
            raise MailTemporaryFailure(f"{self.host}: {words}") from refusal
        except (smtplib.SMTPException, OSError) as error:
            raise MailTemporaryFailure(f"{self.host}:{self.port}: {error}") from error

    def _open(self) -> smtplib.SMTP:
        # Our own name: a DNS lookup, as smtplib would do, can take long.
        domain = sender_address(self.mail_from).domain
        greeting = domain if "." in domain else "[127.0.0.1]"
        if self.security == "tls":
            return smtplib.SMTP_SSL(
                self.host, self.port, greeting, timeout=self.timeout, context=self._context()
            )
        return smtplib.SMTP(self.host, self.port, greeting, timeout=self.timeout)

    def _context(self) -> ssl.SSLContext:
        return self.tls or ssl.create_default_context()


def _refuse_larger_than_announced(server: smtplib.SMTP, size: int) -> None:
    """Raises MailTooLarge. A server that announces no size, or 0, has no limit (RFC 1870)."""
    server.ehlo_or_helo_if_needed()
    announced = server.esmtp_features.get("size", "")
    if announced.isascii() and announced.isdigit() and 0 < int(announced) < size:
        raise MailTooLarge(f"the server takes {announced} bytes, the mail has {size}")


def _verdict(code: int, answer: bytes | str) -> MailRefused | MailTemporaryFailure:
    words = _words(code, answer)
    if code < PERMANENT or code in OURS:
        return MailTemporaryFailure(words)
    too_large = code == TOO_LARGE_CODE or TOO_LARGE_WORDS.search(words)
    return MailTooLarge(words) if too_large else MailRefused(words)


def _words(code: int, answer: bytes | str) -> str:
    """The server's answer on one line, shortened, with links masked: people see it and the log
    keeps it."""
    words = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    line = "".join(each if each.isprintable() else " " for each in words)
    return mask_tokens(f"{code} {' '.join(line.split())}")[:MOST_WORDS]
