"""Locks about to end are extended every night: all of them, even if some fail."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from house import House

from service.agreement.alarms import AlarmKind, StalledItem
from service.agreement.reasons import because
from service.workflow.keeping import retain
from service.workflow.one_by_one import SomeFailed
from service.workflow.telling import alarm

SOON, LONG = timedelta(days=3), timedelta(days=300)


@pytest.fixture
def two(
    done: tuple[House, str, str], second_verdict_once: None, monkeypatch: pytest.MonkeyPatch
) -> tuple[House, list[str]]:
    """Two archived agreements whose locks end in three days; each job handles three objects."""
    monkeypatch.setattr(retain, "AT_ONCE", 3)
    house, first, _ = done
    second, _ = house.archived()
    ends_soon(house)
    return house, [first, second]


def ends_soon(house: House) -> None:
    """In our records: the store has the true date, and never shortens a lock."""
    house.rows("update archived_objects set locked_until = now() + interval '3 days'")


def a_night(house: House) -> int:
    """Run the nightly job and all its parts; returns the number of parts."""
    retain.begin_prolonging(house.deps)
    parts = 0
    while found := house.rows(
        "delete from procrastinate_jobs where task_name = 'extend' returning args"
    ):
        given = found[0].args
        given = json.loads(given) if isinstance(given, str) else given
        retain.prolong_locks(house.deps, **given)
        parts += 1
    return parts


def ending(house: House) -> list[str]:
    """The keys whose lock was not extended."""
    return [
        row[0]
        for row in house.rows(
            "select key from archived_objects where locked_until < now() + interval '60 days'"
        )
    ]


def first_object(house: House, reference: str) -> Any:
    (row,) = house.rows(
        "select * from archived_objects where name = 'bijlagen.zip' and agreement_id = :id",
        id=house.agreement(reference).id,
    )
    return row


def locks_failing(house: House) -> list[StalledItem]:
    """The failing locks on the page *Taken*."""
    stalled, _ = alarm.stalled_items(house.deps, house.staff)
    return [each for each in stalled if each.kind is AlarmKind.LOCK]


def test_every_lock_is_extended_whatever_is_wrong_with_some(two: tuple[House, list[str]]) -> None:
    house, (reference, _) = two
    all_are_extended_in_parts(house, reference)
    ends_soon(house)
    one_that_cannot_be_is_told_and_forgotten_when_it_can(house, reference)
    ends_soon(house)
    one_that_is_gone_stops_no_other_and_is_told_at_once(house, reference)


def all_are_extended_in_parts(house: House, reference: str) -> None:
    objects = house.rows("select count(*) from archived_objects")[0][0]
    assert a_night(house) == objects // 3 + 1
    assert ending(house) == []
    one = first_object(house, reference)
    in_store = house.deps.objects().locked_until(one.key, one.version_id)
    assert in_store
    assert in_store > datetime.now(UTC) + LONG
    assert a_night(house) == 1  # nothing is due any more


def one_that_cannot_be_is_told_and_forgotten_when_it_can(house: House, reference: str) -> None:
    """The bucket was copied: the bytes exist, under a version that we did not record."""
    house.rows(
        "update archived_objects set version_id = version_id || 'x' where name = :n",
        n="bijlagen.zip",
    )
    house.rows(
        "update archived_objects set version_id = rtrim(version_id, 'x')"
        " where name = 'bijlagen.zip' and agreement_id <> :id",
        id=house.agreement(reference).id,
    )
    failing = first_object(house, reference).key
    for _ in range(2):
        a_night(house)
        assert ending(house) == [failing]
    assert house.events(reference).count("archive.lock_failed") == 1
    assert alarm.alarm(house.deps) == 0
    house.rows(
        "update archive_states set lock_failing_since = now() - interval '16 minutes'"
        " where lock_failing_since is not null"
    )
    assert alarm.alarm(house.deps) == 1
    (stalled,) = locks_failing(house)
    assert stalled.reference == reference
    assert "ObjectMissing" in stalled.reason

    house.rows("update archived_objects set version_id = rtrim(version_id, 'x')")
    a_night(house)
    assert ending(house) == []
    assert locks_failing(house) == []


def one_that_is_gone_stops_no_other_and_is_told_at_once(house: House, reference: str) -> None:
    gone, objects = first_object(house, reference), house.deps.objects()
    objects.client.delete_object(
        Bucket=objects.bucket,
        Key=gone.key,
        VersionId=gone.version_id,
        BypassGovernanceRetention=True,
    )
    a_night(house)
    assert ending(house) == [gone.key]
    with house.deps.database.begin() as tx:
        state = tx.archive.state(house.agreement(reference).id)
    assert state
    assert (state.state, state.failure) == ("missing", f"bijlagen.zip: {because('missing')}")
    assert alarm.alarm(house.deps) == 1


def test_an_anchor_that_cannot_be_extended_stops_no_other(anchored: tuple[House, str]) -> None:
    house, _ = anchored
    house.rows("update anchor_objects set locked_until = now() + interval '3 days'")
    (spoiled,) = house.rows("select key from anchor_objects order by key limit 1")
    house.rows("update anchor_objects set version_id = 'x' where key = :k", k=spoiled.key)
    with pytest.raises(SomeFailed, match="1 of 6 failed"):
        retain.begin_prolonging(house.deps)
    left = house.rows(
        "select key from anchor_objects where locked_until < now() + interval '60 days'"
    )
    assert [row.key for row in left] == [spoiled.key]
