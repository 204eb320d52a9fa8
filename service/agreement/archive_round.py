"""Progress of reading the archive back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

COUNTED = 10_000
"""Beyond this number PostgreSQL's estimate is used: it is exact enough for a night's share, and a
page says *more than*."""


@dataclass(frozen=True)
class Round:
    """``overdue`` of ``total`` originals were not read back in time (``COUNTED + 1`` means any
    larger number); ``oldest`` is the oldest last check. ``failing`` is the reference of one that
    could not be read, or empty; ``reason`` is why."""

    total: int
    overdue: int
    oldest: datetime | None
    failing: str
    reason: str
