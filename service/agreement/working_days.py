"""Working days in Belgium: Monday to Friday, except the ten legal holidays.

Computed after the law of 4 January 1974 and the royal decree of 18 April 1974, art. 1. The day with
which an employer replaces a holiday on a Sunday is unknown to us, so it is a working day.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

_FIXED = ((1, 1), (5, 1), (7, 21), (8, 15), (11, 1), (11, 11), (12, 25))  # month, day
_AFTER_EASTER = (1, 39, 50)  # Easter Monday, Ascension, Whit Monday


def easter(year: int) -> date:
    """Easter Sunday in the Gregorian calendar (the algorithm of Meeus, Jones, Butcher)."""
    golden = year % 19
    century, of_century = divmod(year, 100)
    leap, rest = divmod(century, 4)
    moon = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap - moon + 15) % 30
    weekday = (32 + 2 * rest + 2 * (of_century // 4) - epact - of_century % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


@lru_cache(maxsize=16)
def legal_holidays(year: int) -> frozenset[date]:
    """The ten legal holidays of a year; nine dates if two coincide (1 May 2008, Ascension)."""
    sunday = easter(year)
    return frozenset(
        {date(year, month, day) for month, day in _FIXED}
        | {sunday + timedelta(days=days) for days in _AFTER_EASTER}
    )


def is_working_day(day: date) -> bool:
    return day.weekday() < 5 and day not in legal_holidays(day.year)


def working_day_from(day: date) -> date:
    """``day`` itself, or the first working day after it."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day
