"""Times and dates: expiry of a link, the legal calendar, dates as printed.

Instants are aware UTC; the legal calendar is Europe/Brussels.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from service.texts import Language, text
from signatures.effective_date import BRUSSELS

LEAST_DAYS, MOST_DAYS = 1, 180  # the term for signing, counted from today


def end_of_day_after(now: datetime, days: int) -> datetime:
    """The last second (UTC) of the Brussels day ``days`` days after ``now``: a link that "works
    until 2 March" works all that day."""
    day = now.astimezone(BRUSSELS).date() + timedelta(days=days)
    midnight = datetime.combine(day + timedelta(days=1), time(), BRUSSELS)
    return midnight.astimezone(ZoneInfo("UTC")) - timedelta(seconds=1)


def can_be_later(until: datetime | None, now: datetime) -> bool:
    """Whether a term can still be extended: not if it already has the maximum length."""
    return until is not None and end_of_day_after(now, MOST_DAYS) > until


def show_date(day: date, language: Language) -> str:
    """``2 maart 2026``, without a leading zero, as in the agreement."""
    return f"{day.day} {text(f'labels.month.{day.month}', language)} {day.year}"


def show_month(month: str, language: Language) -> str:
    """``maart 2026`` for ``2026-03``."""
    return f"{text(f'labels.month.{int(month[5:])}', language)} {month[:4]}"


def show_moment(instant: datetime, language: Language) -> str:
    """``2 maart 2026 om 14:05`` in Brussels time."""
    local = instant.astimezone(BRUSSELS)
    return f"{show_date(local.date(), language)} {text('labels.at', language)} {local:%H:%M}"


def show_moment_with_offset(instant: datetime, language: Language) -> str:
    """``2 maart 2026 om 14:05:09 (+01:00)``; evidence needs the offset, because one hour of the
    last Sunday of October occurs twice."""
    local = instant.astimezone(BRUSSELS)
    offset = local.strftime("%z")
    clock = f"{local:%H:%M:%S} ({offset[:3]}:{offset[3:]})"
    return f"{show_date(local.date(), language)} {text('labels.at', language)} {clock}"
