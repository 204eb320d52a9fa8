"""How long an original stays locked: pure arithmetic, days and years only.

While an agreement lives nobody knows when it ends, so its lock *rolls*: 400 days at first, and
again 400 days whenever fewer than 60 are left. When it ends, the last date is known: the end plus
ten years, the period in which a contract can still be sued upon in Belgium (art. 2262bis § 1 of the
former Civil Code), to be confirmed by a lawyer. A lock is never made shorter.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

LOCK_DAYS = 400
EXTEND_BELOW_DAYS = 60
RETENTION_YEARS = 10


def lock_until(now: datetime, *, days: int = LOCK_DAYS) -> datetime:
    """The first lock of a new original, in UTC."""
    return _utc(now) + timedelta(days=days)


def final_date(end: date, *, years: int = RETENTION_YEARS) -> date:
    """The last day on which the original must be there; 29 February becomes 1 March."""
    try:
        return end.replace(year=end.year + years)
    except ValueError:
        return date(end.year + years, 3, 1)


def final_lock(end: date, *, years: int = RETENTION_YEARS) -> datetime:
    """The lock that covers the whole last day in Brussels: until midnight UTC after it."""
    return datetime.combine(final_date(end, years=years) + timedelta(days=1), time(), UTC)


def next_lock(
    now: datetime,
    locked_until: datetime | None,
    *,
    end: date | None = None,
    days: int = LOCK_DAYS,
    below: int = EXTEND_BELOW_DAYS,
    years: int = RETENTION_YEARS,
) -> datetime | None:
    """The moment to extend the lock to now; None when there is nothing to do.

    ``locked_until`` None means it is not locked at all; ``end`` None means the agreement lives.
    An agreement that ended is locked until its final date at once, and never again.
    """
    now = _utc(now)
    if end is not None:
        final = final_lock(end, years=years)
        if final <= now or (locked_until is not None and locked_until >= final):
            return None
        return final
    if locked_until is None or _utc(locked_until) - now < timedelta(days=below):
        return lock_until(now, days=days)
    return None


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone is not a moment")
    return moment.astimezone(UTC)
