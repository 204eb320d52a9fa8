"""Who sends mails: the small protocol that SMTP and the mailbox of development both keep."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Protocol


class Mailer(Protocol):
    """Hands a finished message over. Safe to use by many threads at once."""

    def send(self, message: EmailMessage, *, recipient: str) -> None:
        """Hand over for this one recipient; a return means the other side has taken it.

        Raises MailTemporaryFailure (repeat with the same Message-ID) or MailRefused (do not).
        """
        ...
