"""How fast the agreements of imports are sent: evenly, at most so many a minute."""

from __future__ import annotations

from datetime import datetime, timedelta

A_MINUTE = 60
BURST_SECONDS = 10  # after a pause, as many at once as belong to so many seconds


def allowed(per_minute: int, newest: datetime | None, now: datetime) -> int:
    """How many may be sent now. ``newest`` is when the last one was, if any; ``per_minute`` must
    not be 0."""
    most = burst(per_minute)
    if newest is None:
        return most
    since = max((now - newest).total_seconds(), 0.0)
    return min(most, int(since * per_minute / A_MINUTE))


def burst(per_minute: int) -> int:
    """How many may be sent at once after a pause."""
    return max(1, per_minute * BURST_SECONDS // A_MINUTE)


def next_one(per_minute: int) -> timedelta:
    """The time after which another one may be sent, in whole seconds."""
    return timedelta(seconds=max(1, -(-A_MINUTE // per_minute)))


# Lines that one worker makes, and sends, in a minute, if nothing else holds it up.
MADE_A_MINUTE = 1000
SENT_A_MINUTE = 1000


def lasts(make: int, send: int, per_minute: int, *, spared: int = 0) -> timedelta:
    """About how long making and sending take; ``per_minute`` is of mails, 0 for no limit.
    ``spared``: how many mails fewer, as some are about several agreements."""
    working = make / MADE_A_MINUTE + send / SENT_A_MINUTE
    mails = send - spared
    waiting = max(mails - burst(per_minute), 0) / per_minute if per_minute else 0.0
    return timedelta(minutes=max(working, waiting))


def lowest(*per_minute: int | None) -> int:
    """The one that decides of several limits, of which 0 and None are none."""
    return min((each for each in per_minute if each), default=0)
