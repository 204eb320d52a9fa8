"""What can be stalled, and what is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from service.agreement.subjects import Subject


class AlarmKind(StrEnum):
    """What can be stalled; the Dutch words are in ``labels.standing``."""

    PREPARE = "prepare"
    SEAL = "seal"
    ARCHIVE = "archive"
    DAMAGED = "damaged"
    DISPUTED = "disputed"
    REREAD = "reread"
    RENEW = "renew"
    LATE = "late"
    MAIL = "mail"
    LOCK = "lock"
    JOB = "job"
    UNDELIVERED = "undelivered"
    COUNTERSIGNER = "countersigner"


@dataclass(frozen=True)
class StalledItem:
    """Something that makes no progress. ``reason`` is empty while nothing has failed visibly yet.

    ``reference`` and ``organisation`` are those of the agreement, and empty for another subject.
    """

    subject: Subject
    reference: str
    organisation: str
    kind: AlarmKind
    since: datetime
    reason: str
    told_at: datetime | None
