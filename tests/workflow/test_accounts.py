"""Staff: signing in and out, lock-out, passwords, and an administrator that always stays."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from house import House

from service.agreement.permissions import Role, Staff
from service.database.sign_in_tries import Counter
from service.deps import Deps
from service.errors import Invalid, NotAllowed, NotFound, Refused, TooMany
from service.texts import text
from service.workflow import accounts, retain
from service.workflow import sign_in_limits as limits

EMAIL = "els@it4.example"
LONG = "blauwe-fiets-op-zolder"


def refusal(step: Callable[[], Any]) -> dict[str, str]:
    """Per field the sentence."""
    with pytest.raises(Invalid) as wrong:
        step()
    return wrong.value.by_field()


def test_signing_in_and_out(house: House) -> None:
    secret = accounts.sign_in(house.deps, f" {EMAIL.upper()} ", house.password).session
    assert accounts.session(house.deps, secret) == house.staff
    accounts.sign_out(house.deps, secret)
    assert accounts.session(house.deps, secret) is None
    assert accounts.session(house.deps, "") is None
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
        # The same words, so that nobody learns who has an account here.
        locked = refusal(lambda password=password: accounts.sign_in(house.deps, EMAIL, password))
        assert locked == {"password": text("errors.sign_in_wrong")}
    with pytest.raises(TooMany) as said:  # who is signed in already is told
        accounts.confirm_password(house.deps, house.staff, house.password)
    assert said.value.values["minutes"] == 15
    house.rows("update sign_in_tries set counts_until = now() - interval '1 second'")
    accounts.sign_in(house.deps, EMAIL, house.password)
    assert tries(house, limits.of_address(house.deps, EMAIL)) == 0
    events = house.rows("select event from audit_entries where agreement_id is null order by id")
    assert [row[0] for row in events][-2:] == ["staff.locked", "staff.signed_in"]


def tries(house: House, counter: Counter) -> int:
    """How many are counted."""
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
    # The owner's success gives the stranger no five tries more.
    refusal(lambda: accounts.sign_in(house.deps, EMAIL, house.password))
    assert tries(house, limits.of_address(house.deps, EMAIL)) == 5


def test_a_known_browser_has_five_tries_of_its_own(house: House) -> None:
    known = accounts.sign_in(house.deps, EMAIL, house.password).browser
    for _ in range(5):
        refusal(lambda: accounts.sign_in(house.deps, EMAIL, "verkeerd", known))
    refusal(lambda: accounts.sign_in(house.deps, EMAIL, house.password, known))
    assert tries(house, limits.of_address(house.deps, EMAIL)) == 0
    accounts.sign_in(house.deps, EMAIL, house.password)  # from elsewhere
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
        first = add(house)
        known = accounts.sign_in(house.deps, "jan@it4.example", first).browser
    cookie = {
        "x": "x",
        "id": f"{uuid.uuid4()}.{signature}",
        "signature": f"{browser_id}.{signature[::-1]}",
    }.get(change, known)
    lock_strangers(house)
    refusal(lambda: accounts.sign_in(house.deps, EMAIL, house.password, cookie))


@pytest.mark.parametrize("how", ["reset", "disabled"])
def test_a_new_password_and_a_disabled_account_forget_every_browser(house: House, how: str) -> None:
    password = add(house)
    jan = person(house, "jan@it4.example")
    known = accounts.sign_in(house.deps, jan.email, password).browser
    if how == "reset":
        password = accounts.reset_password(house.deps, jan.id, house.staff)
    else:
        change(house, jan, active=False)
        change(house, jan)
    for _ in range(5):
        refusal(lambda: accounts.sign_in(house.deps, jan.email, "verkeerd"))
    refusal(lambda: accounts.sign_in(house.deps, jan.email, password, known))


def test_an_own_new_password_forgets_every_browser_but_this_one(house: House) -> None:
    elsewhere = accounts.sign_in(house.deps, EMAIL, house.password).browser
    here = accounts.sign_in(house.deps, EMAIL, house.password).browser
    lock_strangers(house)
    new = accounts.change_password(
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


def test_the_first_administrator_is_made_once(deps: Deps) -> None:
    password = accounts.first_administrator(deps, "beheer@it4.example", "Beheer", "")
    assert password
    assert accounts.first_administrator(deps, "other@it4.example", "Ander", "") is None
    secret = accounts.sign_in(deps, "beheer@it4.example", password).session
    found = accounts.session(deps, secret)
    assert found is not None
    assert found.roles == frozenset(Role)


def add(house: House, **other: Any) -> str:
    """A salesperson."""
    values = {"name": "Jan Claes", "email": "jan@it4.example", "function": "", "roles": ["verkoop"]}
    return accounts.add_staff(house.deps, **{**values, **other}, by=house.staff)


def person(house: House, email: str) -> Staff:
    """The member of staff with this address."""
    with house.deps.database.begin() as tx:
        account = tx.accounts.by_email(email)
    assert account is not None
    return account.person


def test_a_new_colleague_signs_in_and_chooses_a_password(house: House) -> None:
    first = add(house)
    jan = person(house, "jan@it4.example")
    secret = accounts.sign_in(house.deps, jan.email, first).session
    accounts.change_password(house.deps, jan, old=first, new=LONG, again=LONG)
    assert accounts.session(house.deps, secret) is None  # every session ends
    refusal(lambda: accounts.sign_in(house.deps, jan.email, first))
    accounts.sign_in(house.deps, jan.email, LONG)


@pytest.mark.parametrize(
    ("new", "again", "field"),
    [
        ("kort", "kort", "new"),
        ("welkomwelkom1", "welkomwelkom1", "new"),
        ("aaaaaaaaaaaaaa", "aaaaaaaaaaaaaa", "new"),
        (LONG, LONG + "x", "again"),
    ],
)
def test_a_password_is_long_rare_and_repeated(
    house: House, new: str, again: str, field: str
) -> None:
    wrong = refusal(
        lambda: accounts.change_password(
            house.deps, house.staff, old=house.password, new=new, again=again
        )
    )
    assert list(wrong) == [field]


def test_the_old_password_is_asked_and_counted(house: House) -> None:
    def change() -> None:
        accounts.change_password(house.deps, house.staff, old="verkeerd", new=LONG, again=LONG)

    for _ in range(4):
        assert list(refusal(change)) == ["old"]
    with pytest.raises(TooMany):
        change()


@pytest.mark.parametrize(
    ("other", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "J<b>"}, "name"),
        ({"email": "x"}, "email"),
        ({"email": EMAIL.upper()}, "email"),
        ({"roles": []}, "roles"),
        ({"roles": ["koning"]}, "roles"),
    ],
)
def test_what_is_no_colleague(house: House, other: dict[str, Any], field: str) -> None:
    assert list(refusal(lambda: add(house, **other))) == [field]


def change(house: House, who: Staff, **other: Any) -> None:
    """Save somebody's page."""
    values = {
        "name": who.name,
        "function": who.function,
        "roles": [role.value for role in who.roles],
        "active": True,
    }
    accounts.change_staff(house.deps, who.id, **{**values, **other}, by=house.staff)


def test_an_active_administrator_always_stays(house: House) -> None:
    for other in ({"active": False}, {"roles": ["verkoop"]}):
        with pytest.raises(Refused) as refused:
            change(house, house.staff, **other)
        assert refused.value.code == "last_admin"
    assert person(house, EMAIL).roles == house.staff.roles
    add(house, roles=["beheer"])
    change(house, house.staff, roles=["verkoop"])


def test_who_left_is_signed_out(house: House) -> None:
    first = add(house)
    jan = person(house, "jan@it4.example")
    secret = accounts.sign_in(house.deps, jan.email, first).session
    change(house, jan, active=False)
    assert accounts.session(house.deps, secret) is None
    assert [account.active for account in accounts.everyone(house.deps, house.staff)] == [
        True,
        False,
    ]


def test_a_reset_password_unlocks_and_signs_out(house: House) -> None:
    first = add(house)
    jan = person(house, "jan@it4.example")
    secret = accounts.sign_in(house.deps, jan.email, first).session
    for _ in range(5):
        refusal(lambda: accounts.sign_in(house.deps, jan.email, "verkeerd"))
    fresh = accounts.reset_password(house.deps, jan.id, house.staff)
    assert accounts.session(house.deps, secret) is None
    accounts.sign_in(house.deps, jan.email, fresh)


@pytest.mark.parametrize("staff_id", ["00000000-0000-4000-8000-000000000009", "geen-id", "\x00"])
def test_nobody_by_that_id(house: House, staff_id: str) -> None:
    with pytest.raises(NotFound):
        accounts.reset_password(house.deps, staff_id, house.staff)


def test_only_an_administrator_manages_people(house: House, another: Callable[..., Staff]) -> None:
    who = another(Role.SALES, Role.SIGNATORY, Role.ARCHIVE)
    doors: list[Callable[[], Any]] = [
        lambda: accounts.everyone(house.deps, who),
        lambda: accounts.reset_password(house.deps, who.id, who),
        lambda: accounts.add_staff(
            house.deps, name="X Y", email="x@y.example", function="", roles=["beheer"], by=who
        ),
        lambda: accounts.change_staff(
            house.deps, who.id, name="X Y", function="", roles=["beheer"], active=True, by=who
        ),
    ]
    for door in doors:
        with pytest.raises(NotAllowed):
            door()
