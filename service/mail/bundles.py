"""The mails about several agreements to the person who signs all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from service.agreement.capabilities import Purpose
from service.mail.kinds import Mail


@dataclass(frozen=True)
class Bundled:
    """One of several agreements to sign; ``valid_until`` is not in a mail with a code."""

    organisation: str
    reference: str
    valid_until: str = ""


@dataclass(frozen=True)
class BundleInvitation(Mail):
    """With one link to sign several agreements."""

    kind = "bundle_invitation"
    sender_name: str
    message: str
    agreements: Sequence[Bundled]


@dataclass(frozen=True)
class BundleReminder(Mail):
    """With the same link, about those that can still be signed."""

    kind = "bundle_reminder"
    sender_name: str
    agreements: Sequence[Bundled]


@dataclass(frozen=True)
class BundleVoided(Mail):
    """We withdrew these together."""

    kind = "bundle_voided"
    reason: str
    agreements: Sequence[Bundled]


@dataclass(frozen=True)
class Lapsed:
    """One of several whose term ended on ``expired_on``; ``already_signed``: by the controller."""

    organisation: str
    reference: str
    expired_on: str
    already_signed: bool


@dataclass(frozen=True)
class BundleExpired(Mail):
    """Their terms ended at one moment."""

    kind = "bundle_expired"
    for_staff: bool
    agreements: Sequence[Lapsed]


@dataclass(frozen=True)
class BundleCode(Mail):
    """As ``Code``, for several agreements together."""

    kind = "bundle_code"
    minutes: int
    purpose: Purpose
    agreements: Sequence[Bundled]
