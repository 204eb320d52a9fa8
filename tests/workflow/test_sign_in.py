"""Signing in under a flood: few hashes at a time, none in a transaction, the same path for
everybody."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest
from argon2 import PasswordHasher
from asked import statements
from house import House
from sqlalchemy import create_engine, text

from service.errors import Invalid, TooMany
from service.workflow.people import accounts, passwords
from service.workflow.people import sign_in_limits as limits

EMAIL = "els@it4.example"


def code(step: Callable[[], Any]) -> str:
    """The code of the refusal."""
    with pytest.raises((Invalid, TooMany)) as refusal:
        step()
    return refusal.value.code


def wrong(house: House, email: str = EMAIL, ip: str = "192.0.2.1", browser: str = "") -> str:
    """One wrong password; returns the code of the refusal."""
    return code(lambda: accounts.sign_in(house.deps, email, "verkeerd", browser, ip))


def test_who_gets_no_turn_is_told_and_not_counted(house: House) -> None:
    with ExitStack() as taken:
        for _ in range(passwords.AT_ONCE):
            taken.enter_context(passwords.turn())
        assert wrong(house) == wrong(house, "niemand@it4.example") == "passwords_busy"
    assert house.rows("select count(*) from sign_in_tries") == [(0,)]
    assert wrong(house) == "invalid"


def test_a_known_and_an_unknown_address_take_the_same_road(house: House) -> None:
    roads = []
    for email in (EMAIL, "niemand@it4.example"):
        with statements() as asked:
            wrong(house, email)
        roads.append(asked)
    assert roads[0]
    assert roads[0] == roads[1]


def test_what_nobody_matches_costs_what_an_account_costs() -> None:
    kept = PasswordHasher(time_cost=3, memory_cost=128, parallelism=4).hash("geheim")
    nobody = passwords.of_nobody(kept)
    assert nobody != kept
    assert nobody.rpartition("$")[0] == kept.rpartition("$")[0]
    assert not passwords.matches(nobody, "geheim")


def test_no_transaction_is_open_while_a_password_is_judged(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = create_engine(house.deps.database.url)
    seen: list[int] = []

    class Watching(PasswordHasher):
        def verify(self, *given: Any) -> Any:
            with engine.connect() as connection:
                seen.append(
                    connection.execute(
                        text(
                            "select count(*) from pg_stat_activity where datname ="
                            " current_database() and pid <> pg_backend_pid()"
                            " and state like 'idle in transaction%'"
                        )
                    ).scalar_one()
                )
            return super().verify(*given)

    monkeypatch.setattr(passwords, "_HASHER", Watching(time_cost=1, memory_cost=64))
    wrong(house)
    wrong(house, "niemand@it4.example")
    accounts.sign_in(house.deps, EMAIL, house.password)
    accounts.confirm_password(house.deps, house.staff, house.password)
    engine.dispose()
    assert seen == [0, 0, 0, 0]


def test_a_network_has_ten_tries_and_another_one_its_own(house: House) -> None:
    for number in range(limits.MOST_OF_A_NETWORK):
        assert wrong(house, f"{number}@it4.example") == "invalid"
    with pytest.raises(TooMany) as refusal:
        accounts.sign_in(house.deps, EMAIL, house.password, "", "192.0.2.1")
    assert refusal.value.code == "sign_in_often"
    assert refusal.value.wait_seconds in range(1, 61)
    accounts.sign_in(house.deps, EMAIL, house.password, "", "192.0.2.2")
    house.rows("update sign_in_tries set counts_until = now() - interval '1 second'")
    accounts.sign_in(house.deps, EMAIL, house.password, "", "192.0.2.1")


def test_a_customers_whole_ipv6_network_is_one(house: House) -> None:
    for number in range(limits.MOST_OF_A_NETWORK):
        assert wrong(house, f"{number}@it4.example", f"2001:db8::{number:x}") == "invalid"
    assert wrong(house, EMAIL, "2001:db8::ffff:1") == "sign_in_often"
    assert wrong(house, EMAIL, "2001:db8:0:1::1") == "invalid"
    assert wrong(house, EMAIL, "::ffff:192.0.2.1") == "invalid"


def test_a_flood_from_everywhere_leaves_known_browsers_alone(house: House) -> None:
    known = accounts.sign_in(house.deps, EMAIL, house.password).browser
    for number in range(limits.MOST_OF_EVERYBODY):
        assert wrong(house, f"{number}@it4.example", f"192.0.2.{number}") == "invalid"
    assert wrong(house, EMAIL, "198.51.100.1") == "sign_in_often"
    accounts.sign_in(house.deps, EMAIL, house.password, known, "198.51.100.1")


def test_signing_in_again_and_again_is_no_flood(house: House) -> None:
    for _ in range(limits.MOST_OF_A_NETWORK + 1):
        accounts.sign_in(house.deps, EMAIL, house.password, "", "192.0.2.1")


def test_a_password_is_hashed_anew_at_the_next_sign_in(house: House) -> None:
    former = PasswordHasher(time_cost=3, memory_cost=256, parallelism=4).hash(house.password)

    def kept() -> str:
        return str(house.rows("select password_hash from staff")[0][0])

    house.rows("update staff set password_hash = :kept", kept=former)
    wrong(house)
    assert kept() == former
    accounts.sign_in(house.deps, EMAIL, house.password)
    assert kept() != former
    assert passwords.hashed_anew(kept(), house.password) == ""
    house.rows("update staff set password_hash = :kept", kept=former)
    accounts.confirm_password(house.deps, house.staff, house.password)
    assert kept() != former
    accounts.sign_in(house.deps, EMAIL, house.password)
