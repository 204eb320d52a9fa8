"""Lock-out counted in the database, sessions that end, and profile versions."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from service.agreement.permissions import Role, Staff
from service.database.accounts import LOCK_MINUTES, TRIES_BEFORE_LOCK
from service.database.engine import Database

Sql = Callable[..., list[Any]]
COOKIE = b"c" * 32


def test_the_fifth_failure_locks_for_a_quarter(database: Database, staff: Staff) -> None:
    with database.begin() as tx:
        locks = [tx.accounts.count_failure(staff.id) for _ in range(TRIES_BEFORE_LOCK)]
        account = tx.accounts.by_email(staff.email.upper())
    assert locks == [False, False, False, False, True]
    assert account is not None
    assert account.locked_minutes == LOCK_MINUTES


def test_failures_at_once_are_all_counted(database: Database, staff: Staff, sql: Sql) -> None:
    def fail(_: int) -> bool:
        with database.begin() as tx:
            return tx.accounts.count_failure(staff.id)

    with ThreadPoolExecutor(8) as threads:
        locks = list(threads.map(fail, range(10)))
    assert sum(locks) == 2
    assert sql("select failed_tries from staff")[0][0] == 10


def test_a_lock_ends_by_itself_and_by_a_right_password(
    database: Database, staff: Staff, sql: Sql
) -> None:
    with database.begin() as tx:
        for _ in range(TRIES_BEFORE_LOCK):
            tx.accounts.count_failure(staff.id)
    sql("update staff set locked_until = now() - interval '1 second'")
    with database.begin() as tx:
        over = tx.accounts.by_id(staff.id)
        assert over is not None
        assert over.locked_minutes == 0
        # The next failure is one of a new row of five.
        assert not tx.accounts.count_failure(staff.id)
        tx.accounts.clear_failures(staff.id)
    assert sql("select failed_tries from staff")[0][0] == 0


@pytest.mark.parametrize("email", ["nobody@it4.example", "", "x\x00@it4.example", "' or 1=1 --"])
def test_an_unknown_address_is_nobody(database: Database, email: str) -> None:
    with database.begin() as tx:
        assert tx.accounts.by_email(email) is None
        assert tx.accounts.by_id(email) is None


def test_a_session_ends_when_idle_signed_out_or_no_longer_staff(
    database: Database, staff: Staff, sql: Sql
) -> None:
    def who() -> Staff | None:
        with database.begin() as tx:
            return tx.accounts.by_session(COOKIE)

    with database.begin() as tx:
        tx.accounts.start_session(staff.id, COOKIE)
    assert who() == staff
    sql("update staff_sessions set expires_at = now() - interval '1 second'")
    assert who() is None
    with database.begin() as tx:
        tx.accounts.drop_ended()
        tx.accounts.start_session(staff.id, COOKIE)
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
        tx.accounts.start_session(staff.id, COOKIE)
    first = end()
    with database.begin() as tx:
        tx.accounts.prolong_session(COOKIE)
    assert end() == first
    sql("update staff_sessions set last_seen_at = now() - interval '6 minutes'")
    with database.begin() as tx:
        tx.accounts.prolong_session(COOKIE)
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
        known = tx.accounts.profile()
        assert known is not None
        changed = dataclasses.replace(known[1], phone="+32 9 999 99 99")
        tx.accounts.add_profile(2, changed, staff.id)
        assert tx.accounts.profile() == (2, changed)
    with pytest.raises(IntegrityError), database.begin() as tx:
        tx.accounts.add_profile(2, changed, staff.id)
