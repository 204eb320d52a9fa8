"""Stalled work: its kinds, and one stalled item."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from service.agreement.subjects import Subject


class AlarmKind(StrEnum):
    """The kinds of stalled work; the Dutch names are in ``labels.standing``."""

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
    """``reason`` is empty without a recorded failure, ``reference`` and ``organisation`` for
    subjects other than agreements."""

    subject: Subject
    reference: str
    organisation: str
    kind: AlarmKind
    since: datetime
    reason: str
    told_at: datetime | None
