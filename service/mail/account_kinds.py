"""What a step tells in each kind of mail about an account, as in ``kinds``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from service.agreement.changes import Change, Matter
from service.mail.kinds import Mail


@dataclass(frozen=True)
class StaffInvitation(Mail):
    """To a new colleague."""

    kind = "staff_invitation"
    valid_until: datetime
    by_name: str
    email: str


@dataclass(frozen=True)
class PasswordLink(Mail):
    """A link to choose another password; ``asked``: the reader may have asked for it."""

    kind = "password_link"
    valid_until: datetime
    asked: bool
    by_name: str


@dataclass(frozen=True)
class UnlockLink(Mail):
    """A link for whoever is locked out."""

    kind = "unlock_link"
    valid_until: datetime
    asked: bool


@dataclass(frozen=True)
class AccountChanged(Mail):
    """``about_name`` is a person's name or a matter, empty for the processor's own data; ``own``:
    the reader's account."""

    kind = "account_changed"
    about_name: str | Matter
    own: bool
    changes: Sequence[Change]
    by_name: str
    changed_at: datetime


@dataclass(frozen=True)
class RoleAsked(Mail):
    """A role waits for a second administrator; ``roles`` are codes."""

    kind = "role_asked"
    about_name: str
    roles: Sequence[str]
    by_name: str
