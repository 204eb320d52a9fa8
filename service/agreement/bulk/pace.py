"""How fast the agreements of imports are sent: evenly, at most so many a minute."""

from __future__ import annotations

from datetime import datetime, timedelta

A_MINUTE = 60
BURST_SECONDS = 10  # after a pause, as many at once as belong to so many seconds


def allowed(per_minute: int, newest: datetime | None, now: datetime) -> int:
    """How many may be sent now. ``newest`` is when the last one was, None if there was none;
    ``per_minute`` must not be 0."""
    most = max(1, per_minute * BURST_SECONDS // A_MINUTE)
    if newest is None:
        return most
    since = max((now - newest).total_seconds(), 0.0)
    return min(most, int(since * per_minute / A_MINUTE))


def next_one(per_minute: int) -> timedelta:
    """The time after which another one may be sent, in whole seconds."""
    return timedelta(seconds=max(1, -(-A_MINUTE // per_minute)))
