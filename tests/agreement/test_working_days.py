"""Working days: the legal holidays as officially published, and properties of every year."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.agreement.working_days import (
    easter,
    is_working_day,
    legal_holidays,
    working_day_from,
)

DAYS = st.dates(date(1975, 1, 1), date(2199, 12, 31))


@pytest.mark.parametrize(
    "sunday",
    ["1961-04-02", "1981-04-19", "2000-04-23", "2008-03-23", "2024-03-31", "2025-04-20",
     "2026-04-05", "2027-03-28", "2028-04-16", "2038-04-25", "2285-03-22"],
)  # fmt: skip
def test_easter_as_the_calendars_say(sunday: str) -> None:
    day = date.fromisoformat(sunday)
    assert easter(day.year) == day


@given(st.integers(1583, 4099))
def test_easter_is_a_sunday_between_22_march_and_25_april(year: int) -> None:
    assert easter(year).weekday() == 6
    assert date(year, 3, 22) <= easter(year) <= date(year, 4, 25)


def test_the_ten_holidays_of_2026() -> None:
    listed = (
        "2026-01-01 2026-04-06 2026-05-01 2026-05-14 2026-05-25 "
        "2026-07-21 2026-08-15 2026-11-01 2026-11-11 2026-12-25"
    )
    assert legal_holidays(2026) == {date.fromisoformat(day) for day in listed.split()}


def test_two_holidays_may_fall_together() -> None:
    assert len(legal_holidays(2008)) == 9  # Ascension on 1 May
    assert date(2008, 5, 1) in legal_holidays(2008)


@pytest.mark.parametrize(
    ("day", "working"),
    [
        ("2026-11-25", "2026-11-25"),  # a Wednesday
        ("2026-11-28", "2026-11-30"),  # Saturday
        ("2026-11-29", "2026-11-30"),  # Sunday
        ("2026-12-25", "2026-12-28"),  # Christmas on a Friday
        ("2027-01-01", "2027-01-04"),  # New Year on a Friday
        ("2026-04-04", "2026-04-07"),  # the Saturday before Easter Monday
        ("2026-05-14", "2026-05-15"),  # Ascension; the day after is no legal holiday
        ("2025-12-26", "2025-12-26"),  # Boxing Day neither
    ],
)
def test_another_day_moves_to_the_next_working_day(day: str, working: str) -> None:
    assert working_day_from(date.fromisoformat(day)) == date.fromisoformat(working)


@given(DAYS)
def test_the_next_working_day_is_near_and_nothing_is_skipped(day: date) -> None:
    found = working_day_from(day)
    assert is_working_day(found)
    assert day <= found <= day + timedelta(days=4)
    between = (day + timedelta(days=each) for each in range((found - day).days))
    assert not any(is_working_day(each) for each in between)
