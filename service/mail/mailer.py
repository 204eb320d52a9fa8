"""The small interface of a mailer, which SMTP and the development mailbox both implement."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Protocol


class Mailer(Protocol):
    """Sends finished messages. Safe to use from many threads at once."""

    def send(self, message: EmailMessage, *, recipient: str) -> None:
        """Send to this one recipient; a return means that the other side accepted it.

        Raises MailTemporaryFailure (retry with the same Message-ID) or MailRefused (do not retry).
        """
        ...
