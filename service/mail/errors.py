"""The errors of mails, named after the situation.

    MailError
    ├── MailTemporaryFailure   temporary: retry with the same Message-ID
    ├── MailRefused            permanent: the server refuses this recipient or this message
    │   ├── MailTooLarge       the server accepts no mail of this size: retry with a smaller one
    │   └── MailInvalid        we refuse it: a line break in a header, an invalid address
    └── NoSuchMail             the mailbox has no such mail

``str()`` contains the server's own words, if any: the dossier shows them.
"""

from __future__ import annotations


class MailError(Exception):
    """Base of all errors about mails."""


class MailTemporaryFailure(MailError):
    """Temporary; retry later with the same Message-ID."""


class MailRefused(MailError):
    """The server refuses this recipient or this message for good."""


class MailTooLarge(MailRefused):
    """The server takes no mail of this size, or the mailbox has no room for it."""


class MailInvalid(MailRefused):
    """This cannot be sent as a mail; no server was asked."""


class NoSuchMail(MailError):
    """The mailbox has no mail of that name."""
