"""How far the reading back of the archive is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

COUNTED = 10_000
"""More than these are not counted one by one: PostgreSQL's own estimate is enough for a night's
part, and a page says *more than*."""


@dataclass(frozen=True)
class Round:
    """How far the round is: ``overdue`` of ``total`` originals were not read back within the term
    (one more than ``COUNTED`` stands for any larger number),
    ``oldest`` is the last check of the one that waits longest. ``failing`` is the reference of one
    that could not be read at the last try, empty if there is none, and ``reason`` says why."""

    total: int
    overdue: int
    oldest: datetime | None
    failing: str
    reason: str
