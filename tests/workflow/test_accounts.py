"""Staff: signing in and out, lock-out, passwords, and an administrator that always stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from house import House

from service.agreement.permissions import Role, Staff
from service.deps import Deps
from service.errors import Invalid, NotAllowed, NotFound, Refused, TooMany
from service.texts import text
from service.workflow import accounts

EMAIL = "els@it4.example"
LONG = "blauwe-fiets-op-zolder"


def refusal(step: Callable[[], Any]) -> dict[str, str]:
    """Per field the sentence."""
    with pytest.raises(Invalid) as wrong:
        step()
    return wrong.value.by_field()


def test_signing_in_and_out(house: House) -> None:
    secret = accounts.sign_in(house.deps, f" {EMAIL.upper()} ", house.password)
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
    house.rows("update staff set locked_until = now() - interval '1 second'")
    accounts.sign_in(house.deps, EMAIL, house.password)
    assert house.rows("select failed_tries from staff")[0][0] == 0
    events = house.rows("select event from audit_entries where agreement_id is null order by id")
    assert [row[0] for row in events][-2:] == ["staff.locked", "staff.signed_in"]


def test_the_first_administrator_is_made_once(deps: Deps) -> None:
    password = accounts.first_administrator(deps, "beheer@it4.example", "Beheer", "")
    assert password
    assert accounts.first_administrator(deps, "other@it4.example", "Ander", "") is None
    secret = accounts.sign_in(deps, "beheer@it4.example", password)
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
    secret = accounts.sign_in(house.deps, jan.email, first)
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
    secret = accounts.sign_in(house.deps, jan.email, first)
    change(house, jan, active=False)
    assert accounts.session(house.deps, secret) is None
    assert [account.active for account in accounts.everyone(house.deps, house.staff)] == [
        True,
        False,
    ]


def test_a_reset_password_unlocks_and_signs_out(house: House) -> None:
    first = add(house)
    jan = person(house, "jan@it4.example")
    secret = accounts.sign_in(house.deps, jan.email, first)
    house.rows(
        "update staff set locked_until = now() + interval '1 hour' where email <> :e", e=EMAIL
    )
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
