"""Mails through an SMTP server: one connection per mail, and the server's words when it says no.

Only two answers settle a mail: it was taken (250 after the data) or *this recipient or this
message* is refused for good (5xx). Everything else is worth a repeat, our own mistakes included:
a wrong password or an expired certificate is repaired by a person, and then the mail goes out.
"""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage

from service.mail.errors import MailInvalid, MailRefused, MailTemporaryFailure
from service.mail.message import mail_address, sender_address

PERMANENT = 500
SECURITY = ("starttls", "tls", "none")


@dataclass(frozen=True)
class SmtpMailer:
    """``security`` is starttls, tls or none; ``timeout`` in seconds for each step of the talk.

    The envelope's sender is the address of ``mail_from``: there the bounces arrive.
    """

    host: str
    port: int
    user: str | None
    password: str | None = field(repr=False)
    security: str
    mail_from: str
    timeout: float = 20
    tls: ssl.SSLContext | None = field(default=None, repr=False)  # None: the system's trust

    def __post_init__(self) -> None:
        if self.security not in SECURITY:
            raise ValueError(f"security is one of {', '.join(SECURITY)}, not {self.security!r}")
        sender_address(self.mail_from)

    def send(self, message: EmailMessage, *, recipient: str) -> None:
        """Hand over for this one recipient. Raises MailTemporaryFailure or MailRefused."""
        if any(character in recipient for character in "\r\n<> "):
            raise MailInvalid(f"{recipient!r} is not one mail address")
        recipient = mail_address(recipient).addr_spec  # the envelope takes ASCII only
        with self._connection() as server:
            try:
                server.send_message(
                    message, from_addr=sender_address(self.mail_from).addr_spec, to_addrs=recipient
                )
            except smtplib.SMTPRecipientsRefused as refusal:
                raise _verdict(*refusal.recipients[recipient]) from refusal
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
                # The answer about the mail is in: what the goodbye brings cannot change it, and a
                # repeat after a failed goodbye would be a second mail.
                with contextlib.suppress(smtplib.SMTPException, OSError):
                    server.quit()
        except smtplib.SMTPResponseException as refusal:
            words = _words(refusal.smtp_code, refusal.smtp_error)
            raise MailTemporaryFailure(f"{self.host}: {words}") from refusal
        except (smtplib.SMTPException, OSError) as error:
            raise MailTemporaryFailure(f"{self.host}:{self.port}: {error}") from error

    def _open(self) -> smtplib.SMTP:
        # Our own name: looking it up in the DNS, as smtplib would, can take long.
        domain = sender_address(self.mail_from).domain
        greeting = domain if "." in domain else "[127.0.0.1]"
        if self.security == "tls":
            return smtplib.SMTP_SSL(
                self.host, self.port, greeting, timeout=self.timeout, context=self._context()
            )
        return smtplib.SMTP(self.host, self.port, greeting, timeout=self.timeout)

    def _context(self) -> ssl.SSLContext:
        return self.tls or ssl.create_default_context()


def _verdict(code: int, answer: bytes | str) -> MailRefused | MailTemporaryFailure:
    kind = MailRefused if code >= PERMANENT else MailTemporaryFailure
    return kind(_words(code, answer))


def _words(code: int, answer: bytes | str) -> str:
    words = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return f"{code} {' '.join(words.split())}"
