"""How long an original stays locked: pure arithmetic, in UTC.

Until an agreement's end is known its lock *rolls*: 400 days, renewed when fewer than 60 are left. A
lock is never shortened or released.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

LOCK_DAYS = 400
EXTEND_BELOW_DAYS = 60


def lock_until(now: datetime, *, days: int = LOCK_DAYS, last: datetime | None = None) -> datetime:
    """The end of a lock: ``days`` from now, but not after ``last``."""
    until = _utc(now) + timedelta(days=days)
    return until if last is None else min(until, _utc(last))


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone is not a moment")
    return moment.astimezone(UTC)
