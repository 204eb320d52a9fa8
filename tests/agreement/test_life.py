"""The dates of a contract's life: its state, and until when its original is kept."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given as property_of
from hypothesis import strategies as some_of

from service.agreement.end_reason import EndReason
from service.agreement.life import (
    End,
    GivenEnd,
    LifeState,
    RecordedEnd,
    checked,
    end_of_day,
    kept_no_longer,
    kept_until,
    life_of,
)
from service.errors import Invalid

EFFECTIVE, TODAY = date(2026, 3, 2), date(2026, 11, 29)
DAY = timedelta(days=1)


def recorded(ends_on: date) -> RecordedEnd:
    return RecordedEnd(ends_on, EndReason.OTHER, datetime(2026, 1, 1, tzinfo=UTC), "staff:1")


def test_without_an_end_it_is_in_force_and_kept() -> None:
    life = life_of(None, TODAY, 10)
    assert (life.state, life.kept_until, life.may_be_deleted) == (LifeState.IN_FORCE, None, False)


@pytest.mark.parametrize(
    ("ends_on", "state"),
    [
        (TODAY + DAY, LifeState.TERMINATING),
        (TODAY, LifeState.TERMINATED),
        (TODAY - DAY, LifeState.TERMINATED),
    ],
)
def test_it_ends_on_that_day(ends_on: date, state: LifeState) -> None:
    assert life_of(recorded(ends_on), TODAY, 10).state is state


@pytest.mark.parametrize(
    ("ends_on", "years", "last"),
    [
        (date(2026, 12, 31), 10, date(2036, 12, 31)),
        (date(2028, 2, 29), 10, date(2038, 2, 28)),
        (date(2028, 2, 29), 4, date(2032, 2, 29)),
        (date(2026, 2, 28), 50, date(2076, 2, 28)),
    ],
)
def test_it_is_kept_until_the_same_day_years_later(ends_on: date, years: int, last: date) -> None:
    assert kept_until(ends_on, years) == last
    assert not life_of(recorded(ends_on), last, years).may_be_deleted
    assert life_of(recorded(ends_on), last + DAY, years).may_be_deleted


@pytest.mark.parametrize(
    ("day", "end"),
    [
        (date(2036, 12, 31), datetime(2036, 12, 31, 23, tzinfo=UTC)),  # winter
        (date(2036, 7, 1), datetime(2036, 7, 1, 22, tzinfo=UTC)),  # summer
        (date(2026, 3, 28), datetime(2026, 3, 28, 23, tzinfo=UTC)),  # the clock changes next day
        (date(2026, 3, 29), datetime(2026, 3, 29, 22, tzinfo=UTC)),  # a day of 23 hours
        (date(2026, 10, 25), datetime(2026, 10, 25, 23, tzinfo=UTC)),  # a day of 25 hours
    ],
)
def test_a_day_ends_at_midnight_in_brussels(day: date, end: datetime) -> None:
    assert end_of_day(day) == end


@property_of(
    ends_on=some_of.dates(date(2000, 1, 1), date(2060, 12, 31)),
    today=some_of.dates(date(2050, 1, 1), date(2110, 12, 31)),
    years=some_of.integers(1, 50),
)
def test_both_ways_to_ask_whether_it_is_still_kept_agree(
    ends_on: date, today: date, years: int
) -> None:
    for day in (today, kept_until(ends_on, years), kept_until(ends_on, years) + DAY):
        assert (kept_until(ends_on, years) < day) == (ends_on < kept_no_longer(day, years))


@pytest.mark.parametrize("today", [date(2028, 2, 28), date(2028, 2, 29), date(2028, 3, 1)])
@pytest.mark.parametrize("ends_on", [date(2018, 2, 27), date(2018, 2, 28), date(2018, 3, 1)])
def test_they_agree_around_the_day_that_some_years_lack(ends_on: date, today: date) -> None:
    assert (kept_until(ends_on, 10) < today) == (ends_on < kept_no_longer(today, 10))


@pytest.mark.parametrize("ends_on", [EFFECTIVE, TODAY, date(2036, 11, 29)])
def test_an_end_from_the_first_day_to_ten_years_ahead(ends_on: date) -> None:
    typed = GivenEnd(f"{ends_on:%d/%m/%Y}", "controller", " Zoals gemaild. ")
    found = checked(typed, EFFECTIVE, TODAY)
    assert found == (End(ends_on, EndReason.CONTROLLER), "Zoals gemaild.")


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        (GivenEnd("", ""), {"ends_on": "required", "reason": "choose"}),
        (GivenEnd("31/2/2026", "other"), {"ends_on": "date_invalid"}),
        (GivenEnd("2026-03-01", "other"), {"ends_on": "end_before_effect"}),
        (GivenEnd("2036-11-30", "other"), {"ends_on": "end_too_far"}),
        (GivenEnd("2026-11-29", "because"), {"reason": "choose"}),
        (GivenEnd("2026-11-29", "other", "x" * 2001), {"note": "length"}),
    ],
)
def test_mistakes_are_named_field_by_field(typed: GivenEnd, wrong: dict[str, str]) -> None:
    with pytest.raises(Invalid) as refused:
        checked(typed, EFFECTIVE, TODAY)
    assert {each.field: each.code for each in refused.value.errors} == wrong
