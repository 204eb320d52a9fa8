"""What can go wrong with a mail, named by situation.

    MailError
    ├── MailTemporaryFailure   not now: worth a repeat with the same Message-ID
    ├── MailRefused            never: the server refuses this recipient or this message
    │   ├── MailTooLarge       the server takes no mail of this size: worth a smaller one
    │   └── MailInvalid        we refuse it ourselves: a header with a line break, an odd address
    └── NoSuchMail             the mailbox has no such mail

``str()`` holds the server's own words where it spoke: they are shown in the dossier.
"""

from __future__ import annotations


class MailError(Exception):
    """Base of all errors about mails."""


class MailTemporaryFailure(MailError):
    """Not now; repeat it later with the same Message-ID."""


class MailRefused(MailError):
    """The server refuses this recipient or this message for good."""


class MailTooLarge(MailRefused):
    """The server takes no mail of this size, or the mailbox has no room for it."""


class MailInvalid(MailRefused):
    """This cannot be a mail; no server was asked."""


class NoSuchMail(MailError):
    """The mailbox has no mail of that name."""
