"""How long an original stays locked: pure arithmetic, in days.

Nobody knows when an agreement ends, so its lock *rolls*: 400 days at first, and again 400 days
whenever fewer than 60 are left. A lock is never shortened or released.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

LOCK_DAYS = 400
EXTEND_BELOW_DAYS = 60


def lock_until(now: datetime, *, days: int = LOCK_DAYS) -> datetime:
    """The first lock of a new original, in UTC."""
    return _utc(now) + timedelta(days=days)


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone is not a moment")
    return moment.astimezone(UTC)
