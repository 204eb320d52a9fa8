"""Once the end of an agreement is known, its locks reach the last moment of keeping and stop."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime, timedelta

import pytest
from days import TODAY, Travel
from house import House
from snapshots import begin_with

from service.agreement.life import GivenEnd, end_of_day, kept_no_longer, kept_until
from service.workflow.keeping import archive, renew_stamps, retain
from service.workflow.keeping.dossier import dossier_of
from service.workflow.life.change_end import change_end
from service.workflow.life.end import end
from service.workflow.life.undo_end import undo_end
from service.workflow.sealing import close, seal
from service.workflow.telling import alarm
from signatures.effective_date import local_date
from signatures.package.names import AGREEMENT, SHEET

DAY = timedelta(days=1)
OBJECTS = 4  # of one package


@pytest.fixture
def ended(
    done: tuple[House, str, str], second_verdict_once: None, travel: Travel
) -> tuple[House, str, str]:
    """Two archived agreements, of which the first has ended: their references."""
    house, first, _ = done

    def make() -> str:
        second, _ = house.archived()
        end(house.deps, first, GivenEnd(str(effective(house, first)), "controller"), house.staff)
        return second

    return house, first, begin_with("archived, one ended", house.deps, make)


def effective(house: House, reference: str) -> date:
    found = house.agreement(reference).effective_date
    assert found
    return found


def last(house: House, reference: str, years: int = 10) -> datetime:
    return end_of_day(kept_until(effective(house, reference), years))


def travel_to(travel: Travel, moment: datetime) -> None:
    travel((moment - TODAY).days)


def days_left(house: House, days: int) -> None:
    """In our records; the store never shortens a lock."""
    with house.deps.database.begin() as tx:
        until = tx.now() + days * DAY
    house.rows("update archived_objects set locked_until = :until", until=until)


def a_night(house: House) -> int:
    """Returns the number of locks that were due."""
    retain.begin_prolonging(house.deps)
    house.rows("delete from procrastinate_jobs where task_name = 'extend'")
    return retain.prolong_locks(house.deps)


def in_store(house: House, reference: str) -> set[datetime]:
    """Where the locks of its objects end, and that our records say the same."""
    objects = house.deps.objects()
    with house.deps.database.begin() as tx:
        kept = tx.archive.objects(house.agreement(reference).id)
    noted = {each.locked_until.replace(microsecond=0) for each in kept}  # a store has no more
    assert {objects.locked_until(each.key, each.version_id) for each in kept} == noted
    return noted


def test_the_last_lock_reaches_the_last_moment_and_no_further(
    ended: tuple[House, str, str], travel: Travel
) -> None:
    house, first, second = ended
    moment = last(house, first)
    # Far from the end it rolls like any other.
    travel(30)
    days_left(house, 59)
    assert a_night(house) == 2 * OBJECTS
    rolled = {(TODAY + 430 * DAY).replace(microsecond=0)}
    for reference in (first, second):
        assert in_store(house, reference) == rolled

    travel_to(travel, moment - 100 * DAY)
    days_left(house, 30)
    assert a_night(house) == 2 * OBJECTS
    assert in_store(house, first) == {moment}
    (of_second,) = in_store(house, second)
    assert of_second > moment + 200 * DAY

    travel_to(travel, moment - 10 * DAY)
    assert a_night(house) == 0
    travel_to(travel, moment + 100 * DAY)
    assert a_night(house) == 0
    assert in_store(house, first) == {moment}
    assert alarm.alarm(house.deps) == 0
    life = dossier_of(house.deps, first, house.staff).life
    assert life
    assert life.may_be_deleted
    # The other one rolls on.
    travel_to(travel, of_second - 30 * DAY)
    assert a_night(house) == OBJECTS
    assert in_store(house, first) == {moment}


def test_an_end_that_changes_is_followed_and_no_lock_is_shortened(
    ended: tuple[House, str, str], travel: Travel
) -> None:
    house, first, _ = ended
    day, moment = effective(house, first), last(house, first)
    travel_to(travel, moment - 100 * DAY)
    days_left(house, 30)
    a_night(house)
    with house.deps.database.begin() as tx:
        found = tx.lives.end_of(house.agreement(first).id)
    assert found

    later = kept_until(day, 1)
    found = change_end(
        house.deps, first, GivenEnd(str(later), "other"), house.staff, seen=found.version
    )
    travel_to(travel, moment - 20 * DAY)
    assert a_night(house) == OBJECTS
    locked = in_store(house, first)
    assert locked == {end_of_day(kept_until(later, 10))}

    found = change_end(
        house.deps, first, GivenEnd(str(day), "other"), house.staff, seen=found.version
    )
    travel_to(travel, moment + 330 * DAY)
    assert a_night(house) == 2 * OBJECTS  # of the first it only finds that nothing remains
    assert a_night(house) == 0
    assert in_store(house, first) == locked

    undo_end(house.deps, first, house.staff, seen=found.version)
    assert a_night(house) == OBJECTS
    assert min(in_store(house, first)) > moment + 700 * DAY


def test_other_years_of_keeping_are_followed(ended: tuple[House, str, str], travel: Travel) -> None:
    house, first, _ = ended
    travel_to(travel, last(house, first) - 100 * DAY)
    days_left(house, 30)
    a_night(house)
    settings = dataclasses.replace(house.deps.settings, retention_years=11)
    longer = dataclasses.replace(house, deps=dataclasses.replace(house.deps, settings=settings))
    travel_to(travel, last(house, first) - 20 * DAY)
    assert a_night(house) == 0
    assert a_night(longer) == OBJECTS
    assert in_store(house, first) == {last(house, first, 11)}


def test_a_lock_is_not_final_if_the_end_was_taken_back_meanwhile(
    ended: tuple[House, str, str], travel: Travel
) -> None:
    house, first, _ = ended
    agreement = house.agreement(first)
    travel_to(travel, last(house, first) - 100 * DAY)
    days_left(house, 30)
    with house.deps.database.begin() as tx:
        found = tx.lives.end_of(agreement.id)
        now = tx.now()
        ending = tx.archive.locks_ending(now + 60 * DAY, after=None, limit=9)
    (its, *_) = (each for each in ending if each.agreement_id == agreement.id)
    assert found
    undo_end(house.deps, first, house.staff, seen=found.version)
    retain._extend(house.deps, its, now)
    final = "select 1 from archived_objects where final_for_years is not null"
    assert house.rows(final) == []


def test_what_is_stored_after_the_end_is_locked_no_longer(done: tuple[House, str, str]) -> None:
    house, _, _ = done
    settings = dataclasses.replace(house.deps.settings, retention_years=1)
    short = dataclasses.replace(house, deps=dataclasses.replace(house.deps, settings=settings))
    reference = short.sent()
    short.signed(reference)
    short.countersigned(reference)
    agreement_id = short.agreement(reference).id
    for step in (seal.seal, close.close):
        step(short.deps, agreement_id)
    end(short.deps, reference, GivenEnd(str(effective(short, reference)), "other"), short.staff)
    archive.archive(short.deps, agreement_id)
    assert in_store(short, reference) == {last(short, reference, 1)}


def test_time_stamps_are_renewed_until_the_last_day_and_locked_as_long(
    ended: tuple[House, str, str], travel: Travel, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, first, second = ended
    monkeypatch.setattr(renew_stamps, "LEAST_GAIN", timedelta(days=-1))
    settings = dataclasses.replace(house.deps.settings, stamp_renew_days=100_000)
    renewing = dataclasses.replace(house.deps, settings=settings)
    renew_stamps.renew_stamps(house.deps)  # reads what is not read yet
    proving = "update archived_objects set stamp_proves_until = :m where name in (:a, :b)"
    sealed = {"a": AGREEMENT, "b": SHEET}
    house.rows(proving, m=last(house, first) + 900 * DAY, **sealed)

    travel_to(travel, last(house, first) - 100 * DAY)
    assert renew_stamps.renew_stamps(renewing) == 4
    with house.deps.database.begin() as tx:
        copies = tx.archive.objects(house.agreement(first).id)[-2:]
    assert {each.name[:10] for each in copies} == {"vernieuwd/"}
    assert {each.locked_until for each in copies} == {last(house, first)}
    assert last(house, first) in in_store(house, first)

    house.rows(proving, m=last(house, first) + 900 * DAY, **sealed)
    others = {house.agreement(second).id}
    for days, due in ((0, {house.agreement(first).id, *others}), (1, others)):
        now = last(house, first) - timedelta(hours=1) + days * DAY
        ended_before = kept_no_longer(local_date(now), 10)
        with house.deps.database.begin() as tx:
            found = tx.stamps.due(now, now + 1000 * DAY, ended_before, 9)
            assert {each.stamp.agreement_id for each in found} == due
            assert tx.stamps.late(now + 999 * DAY, ended_before) == due
