"""Lock-out counted in the database, sessions that expire, and profile versions."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from service.agreement.permissions import Role, Staff
from service.database.engine import Database
from service.database.people.sign_in_tries import Counter

Sql = Callable[..., list[Any]]
COOKIE = b"c" * 32


FIVE = Counter(b"k" * 32, most=5, seconds=900)


def count(database: Database, counter: Counter = FIVE) -> int:
    """One try."""
    with database.begin() as tx:
        return tx.tries.count(counter)


def test_tries_are_counted_until_there_are_none_left(database: Database) -> None:
    assert [count(database) for _ in range(7)] == [1, 2, 3, 4, 5, 0, 0]
    with database.begin() as tx:
        assert tx.tries.seconds_left(FIVE) in range(880, 901)
        assert tx.tries.seconds_left(dataclasses.replace(FIVE, key=b"o" * 32)) == 0


def test_tries_at_once_are_counted_one_by_one(database: Database) -> None:
    with ThreadPoolExecutor(8) as threads:
        counted = list(threads.map(lambda _: count(database), range(12)))
    assert sorted(counted) == [0] * 7 + [1, 2, 3, 4, 5]


def test_what_was_tried_is_forgotten_after_a_while(database: Database, sql: Sql) -> None:
    for _ in range(5):
        count(database)
    sql("update sign_in_tries set counts_until = now() - interval '1 second'")
    with database.begin() as tx:
        assert tx.tries.seconds_left(FIVE) == 0
    assert count(database) == 1
    sql("update sign_in_tries set counts_until = now() - interval '1 second'")
    with database.begin() as tx:
        tx.tries.drop_ended()
    assert sql("select count(*) from sign_in_tries") == [(0,)]


def test_a_right_try_is_given_back(database: Database) -> None:
    for _ in range(5):
        count(database)
    with database.begin() as tx:
        tx.tries.give_back(FIVE)
    assert [count(database), count(database)] == [5, 0]
    with database.begin() as tx:
        tx.tries.clear(FIVE)
    assert count(database) == 1


def test_a_stand_in_is_judged_for_an_unknown_address(database: Database, staff: Staff) -> None:
    with database.begin() as tx:
        found = tx.accounts.to_judge(staff.email.upper(), "seed")
        other = tx.accounts.to_judge("x\x00@it4.example", "seed")
        tx.accounts.change(staff, active=False)
        left = tx.accounts.to_judge(staff.email, "seed")
    assert found is not None
    assert other is not None
    assert left is not None
    assert (found[0].person, found[1]) == (staff, True)
    assert (other[1], left[1]) == (False, False)


@pytest.mark.parametrize("email", ["nobody@it4.example", "", "x\x00@it4.example", "' or 1=1 --"])
def test_an_unknown_address_is_nobody(database: Database, email: str) -> None:
    with database.begin() as tx:
        assert tx.accounts.by_email(email) is None
        assert tx.accounts.by_id(email) is None


@pytest.mark.parametrize("end", ["expires_at", "ends_at"])
def test_a_session_ends_when_idle_old_or_no_longer_staff(
    database: Database, staff: Staff, sql: Sql, end: str
) -> None:
    def who() -> Staff | None:
        with database.begin() as tx:
            found = tx.sessions.get(COOKIE)
            return found.person if found else None

    with database.begin() as tx:
        tx.sessions.start(staff.id, COOKIE, "Firefox")
    assert who() == staff
    sql(f"update staff_sessions set {end} = now() - interval '1 second'")
    with database.begin() as tx:
        tx.sessions.prolong(COOKIE)  # use does not extend a session beyond its end
    assert who() is None
    with database.begin() as tx:
        tx.accounts.drop_ended()
        tx.sessions.start(staff.id, COOKIE, "Firefox")
    assert who() == staff
    sql("update staff set active = false")
    assert who() is None
    sql("update staff set active = true")
    with database.begin() as tx:
        tx.accounts.change_password(staff.id, "other")
    assert who() is None


def test_a_session_is_prolonged_at_most_every_five_minutes(
    database: Database, staff: Staff, sql: Sql
) -> None:
    def end() -> Any:
        return sql("select expires_at from staff_sessions")[0][0]

    with database.begin() as tx:
        tx.sessions.start(staff.id, COOKIE, "Firefox")
    first = end()
    with database.begin() as tx:
        tx.sessions.prolong(COOKIE)
    assert end() == first
    sql("update staff_sessions set last_seen_at = now() - interval '6 minutes'")
    with database.begin() as tx:
        tx.sessions.prolong(COOKIE)
    assert end() > first


def test_only_active_people_hold_a_role(database: Database, staff: Staff) -> None:
    with database.begin() as tx:
        assert tx.accounts.with_role(Role.SIGNATORY) == [staff]
        tx.accounts.change(staff, active=False)
        assert tx.accounts.with_role(Role.SIGNATORY) == []
        sales = dataclasses.replace(staff, roles=frozenset({Role.SALES}))
        tx.accounts.change(sales, active=True)
        assert tx.accounts.with_role(Role.SIGNATORY) == []
        assert tx.accounts.with_role(Role.SALES) == [sales]


def test_the_newest_profile_counts_and_a_version_is_made_once(
    database: Database, staff: Staff
) -> None:
    with database.begin() as tx:
        known = tx.profiles.newest()
        assert known is not None
        changed = dataclasses.replace(known[1], phone="+32 9 345 67 89")
        tx.profiles.add(2, changed, staff.id)
        assert tx.profiles.newest() == (2, changed)
    with pytest.raises(IntegrityError), database.begin() as tx:
        tx.profiles.add(2, changed, staff.id)
