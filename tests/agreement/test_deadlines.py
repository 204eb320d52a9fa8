"""Times and dates: the legal calendar is Europe/Brussels, whatever the date is in UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.agreement.deadlines import (
    end_of_day_after,
    show_date,
    show_moment,
    show_moment_with_offset,
)
from service.texts import OURS
from signatures.effective_date import BRUSSELS, effective_date, local_date


@pytest.mark.parametrize(
    ("now", "days", "end"),
    [
        ("2026-03-01T12:00", 30, "2026-03-31T21:59:59"),  # summer time began in between
        ("2026-03-28T12:00", 1, "2026-03-29T21:59:59"),  # a day of 23 hours
        ("2026-10-24T12:00", 1, "2026-10-25T22:59:59"),  # a day of 25 hours
        ("2026-03-01T23:30", 1, "2026-03-03T22:59:59"),  # already 2 March in Brussels
        ("2026-12-31T12:00", 1, "2027-01-01T22:59:59"),
    ],
)
def test_a_link_works_all_of_its_last_day(now: str, days: int, end: str) -> None:
    found = end_of_day_after(datetime.fromisoformat(now).replace(tzinfo=UTC), days)
    assert found == datetime.fromisoformat(end).replace(tzinfo=UTC)


@given(
    st.integers(0, 500_000_000).map(
        lambda s: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=s)
    ),
    st.integers(1, 180),
)
def test_the_end_is_one_second_before_the_next_day(now: datetime, days: int) -> None:
    end = end_of_day_after(now, days)
    assert local_date(end) == local_date(now) + timedelta(days=days)
    assert local_date(end + timedelta(seconds=1)) == local_date(end) + timedelta(days=1)
    assert (end + timedelta(seconds=1)).astimezone(BRUSSELS).hour == 0


def test_a_date_as_printed() -> None:
    assert show_date(date(2026, 3, 2), OURS) == "2 maart 2026"
    assert show_date(date(2027, 12, 31), OURS) == "31 december 2027"
    assert len({show_date(date(2026, month, 1), OURS) for month in range(1, 13)}) == 12


def test_a_moment_is_shown_in_brussels() -> None:
    assert show_moment(datetime(2026, 3, 1, 23, 30, tzinfo=UTC), OURS) == "2 maart 2026 om 00:30"
    assert show_moment(datetime(2026, 7, 1, 12, 5, tzinfo=UTC), OURS) == "1 juli 2026 om 14:05"


def test_the_hour_that_happens_twice_is_told_apart() -> None:
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    second = first + timedelta(hours=1)
    assert show_moment(first, OURS) == show_moment(second, OURS)
    assert show_moment_with_offset(first, OURS) == "25 oktober 2026 om 02:30:00 (+02:00)"
    assert show_moment_with_offset(second, OURS) == "25 oktober 2026 om 02:30:00 (+01:00)"


@pytest.mark.parametrize(
    ("last", "legal"),
    [
        ("2026-03-01T22:59:59", date(2026, 3, 1)),
        ("2026-03-01T23:00:00", date(2026, 3, 2)),
        ("2026-03-01T23:30:00", date(2026, 3, 2)),
        ("2026-01-31T22:59:59", date(2026, 1, 31)),
        ("2026-01-31T23:00:00", date(2026, 2, 1)),
        ("2026-12-31T23:05:00", date(2027, 1, 1)),
        ("2028-02-28T22:59:59", date(2028, 2, 28)),
        ("2028-02-28T23:00:00", date(2028, 2, 29)),
        ("2026-07-01T21:59:59", date(2026, 7, 1)),
        ("2026-07-01T22:00:00", date(2026, 7, 2)),
        ("2025-12-31T22:59:59", date(2025, 12, 31)),  # New Year's Eve
        ("2025-12-31T23:00:00", date(2026, 1, 1)),
        ("2026-03-29T00:59:59", date(2026, 3, 29)),  # the second before 02:00 becomes 03:00
        ("2026-03-29T01:00:00", date(2026, 3, 29)),
        ("2026-03-29T21:59:59", date(2026, 3, 29)),  # the last second of 23 hours
        ("2026-03-29T22:00:00", date(2026, 3, 30)),
        ("2026-10-24T21:59:59", date(2026, 10, 24)),
        ("2026-10-24T22:00:00", date(2026, 10, 25)),  # the first second of 25 hours
        ("2026-10-25T00:30:00", date(2026, 10, 25)),  # half past two, summer time
        ("2026-10-25T01:30:00", date(2026, 10, 25)),  # half past two again, winter time
    ],
)
def test_the_effective_date_is_the_brussels_date_of_the_last_act(last: str, legal: date) -> None:
    moment = datetime.fromisoformat(last).replace(tzinfo=UTC)
    earlier = moment - timedelta(days=40)
    acts = {
        "controller_agreement": earlier,
        "controller_annex": earlier,
        "processor_agreement": moment,
    }
    assert effective_date(acts, acts.keys()) == legal == local_date(moment)
