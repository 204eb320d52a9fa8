"""Staff: signing in and out, lock-out, own passwords, the first administrator."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from colleagues import PASSWORD, add_colleague
from house import House

from service.agreement.permissions import PERMISSIONS, Permission, Role
from service.database.people.sign_in_tries import Counter
from service.deps import Deps
from service.error_words import words_by_field
from service.errors import Invalid, NotAllowed, TooMany
from service.texts import OURS, text
from service.workflow.keeping import retain
from service.workflow.people import accounts, first_administrator, own_password, sessions
from service.workflow.people import sign_in_limits as limits

EMAIL = "els@it4.example"
LONG = "blauwe-fiets-op-zolder"


def refusal(step: Callable[[], Any]) -> dict[str, str]:
    """The sentence per field."""
    with pytest.raises(Invalid) as wrong:
        step()
    return words_by_field(wrong.value)


def test_signing_in_and_out(house: House) -> None:
    secret = accounts.sign_in(house.deps, f" {EMAIL.upper()} ", house.password).session
    found = sessions.find(house.deps, secret)
    assert found is not None
    assert found.person == house.staff
    sessions.sign_out(house.deps, secret)
    assert sessions.find(house.deps, secret) is None
    assert sessions.find(house.deps, "") is None
    kept = house.rows("select secret_hash from staff_sessions")
    assert secret.encode() not in [bytes(row[0]) for row in kept]


def test_an_unknown_address_gets_the_answer_of_a_wrong_password(house: House) -> None:
    wrong = refusal(lambda: accounts.sign_in(house.deps, EMAIL, "verkeerd"))
    for email in ("niemand@it4.example", "", "x\x00@it4.example"):
        assert refusal(lambda email=email: accounts.sign_in(house.deps, email, "x")) == wrong
    house.rows("update staff set active = false")
    assert refusal(lambda: accounts.sign_in(house.deps, EMAIL, house.password)) == wrong


def test_five_failures_lock_and_a_lock_holds_for_the_right_password(house: House) -> None:
    for _ in range(4):
        refusal(lambda: accounts.sign_in(house.deps, EMAIL, "verkeerd"))
    for password in ("verkeerd", house.password):
        # The same message, so that nobody learns who has an account.
        locked = refusal(lambda password=password: accounts.sign_in(house.deps, EMAIL, password))
        assert locked == {"password": text("errors.sign_in_wrong", OURS)}
    with pytest.raises(TooMany) as said:  # a signed-in person is told
        accounts.confirm_password(house.deps, house.staff, house.password)
    assert said.value.values["minutes"] == 15
    house.rows("update sign_in_tries set counts_until = now() - interval '1 second'")
    accounts.sign_in(house.deps, EMAIL, house.password)
    assert tries(house, limits.of_address(house.deps, EMAIL)) == 0
    events = house.rows("select event from audit_entries where agreement_id is null order by id")
    assert [row[0] for row in events][-2:] == ["staff.locked", "staff.signed_in"]


def tries(house: House, counter: Counter) -> int:
    """The number of attempts counted."""
    found = house.rows("select tries from sign_in_tries where key = :key", key=counter.key)
    return int(found[0][0]) if found else 0


def lock_strangers(house: House) -> None:
    """Somebody who knows the address tries five passwords."""
    for _ in range(5):
        refusal(lambda: accounts.sign_in(house.deps, EMAIL, "verkeerd"))


def test_a_stranger_who_locks_an_account_locks_strangers_only(house: House) -> None:
    known = accounts.sign_in(house.deps, EMAIL, house.password).browser
    lock_strangers(house)
    refusal(lambda: accounts.sign_in(house.deps, EMAIL, house.password))
    signed_in = accounts.sign_in(house.deps, EMAIL, house.password, known)
    accounts.confirm_password(house.deps, house.staff, house.password, signed_in.browser)
    # The owner's success does not give the stranger five more attempts.
    refusal(lambda: accounts.sign_in(house.deps, EMAIL, house.password))
    assert tries(house, limits.of_address(house.deps, EMAIL)) == 5


def test_a_known_browser_has_five_tries_of_its_own(house: House) -> None:
    known = accounts.sign_in(house.deps, EMAIL, house.password).browser
    for _ in range(5):
        refusal(lambda: accounts.sign_in(house.deps, EMAIL, "verkeerd", known))
    refusal(lambda: accounts.sign_in(house.deps, EMAIL, house.password, known))
    assert tries(house, limits.of_address(house.deps, EMAIL)) == 0
    accounts.sign_in(house.deps, EMAIL, house.password)  # from another place
    house.rows("update sign_in_tries set counts_until = now() - interval '1 second'")
    accounts.sign_in(house.deps, EMAIL, house.password, known)


def test_a_browser_is_known_under_a_new_name_after_each_sign_in(house: House) -> None:
    first = accounts.sign_in(house.deps, EMAIL, house.password).browser
    second = accounts.sign_in(house.deps, EMAIL, house.password, first).browser
    assert second != first
    lock_strangers(house)
    refusal(lambda: accounts.sign_in(house.deps, EMAIL, house.password, first))
    accounts.sign_in(house.deps, EMAIL, house.password, second)


@pytest.mark.parametrize("change", ["x", "id", "signature", "run_out", "colleague"])
def test_what_is_no_known_browser_of_this_account(house: House, change: str) -> None:
    known = accounts.sign_in(house.deps, EMAIL, house.password).browser
    browser_id, _, signature = known.partition(".")
    if change == "run_out":
        house.rows("update known_browsers set expires_at = now() - interval '1 second'")
    if change == "colleague":
        add_colleague(house.deps, "jan@it4.example")
        known = accounts.sign_in(house.deps, "jan@it4.example", PASSWORD).browser
    cookie = {
        "x": "x",
        "id": f"{uuid.uuid4()}.{signature}",
        "signature": f"{browser_id}.{signature[::-1]}",
    }.get(change, known)
    lock_strangers(house)
    refusal(lambda: accounts.sign_in(house.deps, EMAIL, house.password, cookie))


def test_an_own_new_password_forgets_every_browser_but_this_one(house: House) -> None:
    elsewhere = accounts.sign_in(house.deps, EMAIL, house.password).browser
    here = accounts.sign_in(house.deps, EMAIL, house.password).browser
    lock_strangers(house)
    new = own_password.change(
        house.deps, house.staff, old=house.password, new=LONG, again=LONG, browser=here
    )
    for known in (elsewhere, here):
        refusal(lambda known=known: accounts.sign_in(house.deps, EMAIL, LONG, known))
    accounts.sign_in(house.deps, EMAIL, LONG, new)


def test_twenty_browsers_are_known_and_none_for_ever(house: House) -> None:
    with house.deps.database.begin() as tx:
        for _ in range(21):
            tx.accounts.remember_browser(house.staff.id, str(uuid.uuid4()))
    assert house.rows("select count(*) from known_browsers") == [(20,)]
    house.rows("update known_browsers set expires_at = now() - interval '1 second'")
    retain.tidy(house.deps)
    assert house.rows("select count(*) from known_browsers") == [(0,)]


def test_the_first_administrator_is_made_once_and_chooses_a_password_first(deps: Deps) -> None:
    printed = first_administrator.first_administrator(deps, "beheer@it4.example", "Beheer", "")
    assert printed
    assert first_administrator.first_administrator(deps, "other@it4.example", "Ander", "") is None
    signed_in = accounts.sign_in(deps, "beheer@it4.example", printed)
    found = sessions.find(deps, signed_in.session)
    assert found is not None
    assert found.person.roles == frozenset(Role)
    assert not any(found.person.may(permission) for permission in Permission)
    assert list(refusal(lambda: own_password.choose_first(deps, found, new="x", again="x"))) == [
        "new"
    ]
    secret, _ = own_password.choose_first(deps, found, new=LONG, again=LONG)
    after = sessions.find(deps, secret)
    assert after is not None
    for permission, who in PERMISSIONS.items():  # all of staff
        assert after.person.may(permission) == bool(who & frozenset(Role)), permission
    assert sessions.find(deps, signed_in.session) is None
    refusal(lambda: accounts.sign_in(deps, "beheer@it4.example", printed))
    with pytest.raises(NotAllowed):
        own_password.choose_first(deps, after, new=LONG, again=LONG)


@pytest.mark.parametrize(
    ("new", "again", "field"),
    [
        ("kort", "kort", "new"),
        ("qwerty123456", "qwerty123456", "new"),
        (EMAIL, EMAIL, "new"),
        ("IT4Professionals-2026", "IT4Professionals-2026", "new"),
        (LONG, LONG + "x", "again"),
    ],
)
def test_a_password_is_long_rare_and_repeated(
    house: House, new: str, again: str, field: str
) -> None:
    wrong = refusal(
        lambda: own_password.change(
            house.deps, house.staff, old=house.password, new=new, again=again
        )
    )
    assert list(wrong) == [field]


def test_the_old_password_is_asked_and_counted(house: House) -> None:
    def change() -> None:
        own_password.change(house.deps, house.staff, old="verkeerd", new=LONG, again=LONG)

    for _ in range(4):
        assert list(refusal(change)) == ["old"]
    with pytest.raises(TooMany):
        change()
