"""Days and years of the rolling lock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from storage.retention import final_date, final_lock, lock_until, next_lock

NOW = datetime(2026, 3, 2, 13, 5, tzinfo=UTC)


def test_a_new_original_is_locked_400_days() -> None:
    assert lock_until(NOW) == datetime(2027, 4, 6, 13, 5, tzinfo=UTC)


def test_the_lock_is_in_utc() -> None:
    brussels = timezone(timedelta(hours=1))
    assert lock_until(NOW.astimezone(brussels)).tzinfo is UTC
    assert lock_until(NOW.astimezone(brussels)) == lock_until(NOW)


@pytest.mark.parametrize(
    ("end", "last"),
    [
        (date(2026, 3, 2), date(2036, 3, 2)),
        (date(2028, 2, 29), date(2038, 3, 1)),
        (date(2026, 12, 31), date(2036, 12, 31)),
    ],
)
def test_final_date_is_ten_years_after_the_end(end: date, last: date) -> None:
    assert final_date(end) == last
    assert final_lock(end) == datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(1)


def test_years_are_a_setting() -> None:
    assert final_date(date(2028, 2, 29), years=4) == date(2032, 2, 29)


@pytest.mark.parametrize(
    ("days_left", "extended"), [(400, False), (60, False), (59, True), (1, True), (-5, True)]
)
def test_a_living_agreement_is_extended_below_sixty_days(days_left: int, extended: bool) -> None:
    found = next_lock(NOW, NOW + timedelta(days=days_left))
    assert found == (lock_until(NOW) if extended else None)


def test_what_is_not_locked_is_locked() -> None:
    assert next_lock(NOW, None) == lock_until(NOW)


def test_an_ended_agreement_gets_its_final_date_at_once_and_once() -> None:
    end = date(2026, 6, 30)
    final = next_lock(NOW, NOW + timedelta(days=399), end=end)
    assert final == datetime(2036, 7, 1, tzinfo=UTC)
    assert next_lock(NOW, final, end=end) is None


def test_an_agreement_past_its_final_date_is_let_go() -> None:
    assert next_lock(NOW, NOW + timedelta(days=3), end=date(2010, 1, 1)) is None
    assert next_lock(NOW, None, end=date(2010, 1, 1)) is None


def test_a_longer_lock_is_left_alone() -> None:
    assert next_lock(NOW, datetime(2040, 1, 1, tzinfo=UTC), end=date(2026, 6, 30)) is None


def test_moments_without_a_zone_are_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        lock_until(datetime(2026, 1, 1))  # noqa: DTZ001 - that is the point
