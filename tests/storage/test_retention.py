"""The rolling lock, and the last one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from storage.retention import lock_until

NOW = datetime(2026, 3, 2, 13, 5, tzinfo=UTC)


def test_a_new_original_is_locked_400_days() -> None:
    assert lock_until(NOW) == datetime(2027, 4, 6, 13, 5, tzinfo=UTC)


def test_the_lock_is_in_utc() -> None:
    brussels = timezone(timedelta(hours=1))
    assert lock_until(NOW.astimezone(brussels)).tzinfo is UTC
    assert lock_until(NOW.astimezone(brussels)) == lock_until(NOW)


@pytest.mark.parametrize(
    ("last", "until"),
    [
        (datetime(2030, 1, 1, tzinfo=UTC), datetime(2027, 4, 6, 13, 5, tzinfo=UTC)),
        (datetime(2027, 4, 6, 13, 4, tzinfo=UTC), datetime(2027, 4, 6, 13, 4, tzinfo=UTC)),
        (datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 1, 1, tzinfo=UTC)),
    ],
)
def test_no_lock_passes_the_last_moment(last: datetime, until: datetime) -> None:
    assert lock_until(NOW, last=last) == until


def test_moments_without_a_zone_are_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        lock_until(datetime(2026, 1, 1))  # noqa: DTZ001 - that is the point
    with pytest.raises(ValueError, match="time zone"):
        lock_until(NOW, last=datetime(2026, 1, 1))  # noqa: DTZ001
