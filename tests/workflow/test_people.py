"""Colleagues: invited, changed, blocked; password confirmation, a second administrator, mails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from bakery import PROCESSOR
from colleagues import PASSWORD, add_colleague, proof_of
from house import House

from service.agreement.changes import change_in_words
from service.agreement.permissions import Role, Staff
from service.error_words import words_by_field
from service.errors import Invalid, NotAllowed, NotFound, Refused
from service.texts import OURS
from service.workflow.people import accounts, profile, role_grants, sessions
from service.workflow.people import staff as people
from service.workflow.people.reauthenticate import Proof

JAN = {"name": "Jan Claes", "email": "jan@it4.example", "function": "", "roles": ["verkoop"]}


def invite(house: House, by: Staff | None = None, **other: Any) -> Staff:
    """Invite Jan, or somebody similar."""
    values = {**JAN, **other}
    who = by or house.staff
    people.invite(house.deps, **values, by=who, proof=proof_of(house.deps, who))
    return person(house, values["email"])


def change(house: House, who: Staff, by: Staff | None = None, **other: Any) -> bool:
    """Save a person's page."""
    values = {
        "name": who.name,
        "function": who.function,
        "roles": [role.value for role in who.roles],
        "active": True,
    }
    admin = by or house.staff
    proof = proof_of(house.deps, admin)
    return people.change(house.deps, who.id, **{**values, **other}, by=admin, proof=proof)


def person(house: House, email: str) -> Staff:
    with house.deps.database.begin() as tx:
        account = tx.accounts.by_email(email)
    assert account is not None
    return account.person


def told(house: House) -> dict[str, list[str]]:
    """The contents of the mails about changes, by reader; deletes them."""
    found: dict[str, list[str]] = {}
    rows = house.rows("select recipient, values from messages where kind = 'account_changed'")
    for recipient, values in rows:
        changes = [change_in_words(each, OURS) for each in values["changes"]]
        found.setdefault(recipient, []).extend(changes)
    house.rows("delete from messages where kind = 'account_changed'")
    return found


def last_entry(house: House) -> tuple[str, dict[str, Any]]:
    (row,) = house.rows(
        "select event, data from audit_entries where agreement_id is null order by id desc limit 1"
    )
    return row.event, row.data


@pytest.mark.parametrize(
    ("other", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "J<b>"}, "name"),
        ({"email": "x"}, "email"),
        ({"email": "ELS@it4.example"}, "email"),
        ({"roles": []}, "roles"),
        ({"roles": ["koning"]}, "roles"),
    ],
)
def test_what_is_no_colleague(house: House, other: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as wrong:
        invite(house, **other)
    assert list(words_by_field(wrong.value)) == [field]


def test_an_invited_colleague_has_no_password_and_everybody_in_charge_is_told(
    house: House,
) -> None:
    invite(house)
    assert [row.recipient for row in mails(house, "staff_invitation")] == ["jan@it4.example"]
    assert told(house) == {"els@it4.example": ["Uitgenodigd als medewerker. Rollen: Verkoop."]}
    with pytest.raises(Invalid):
        accounts.sign_in(house.deps, "jan@it4.example", "")


def mails(house: House, kind: str) -> list[Any]:
    return house.rows("select recipient, values from messages where kind = :kind", kind=kind)


def test_a_change_is_told_to_the_person_and_to_every_administrator(
    house: House, another: Callable[..., Staff]
) -> None:
    jan, chief = another(Role.SALES), another(Role.ADMIN, name="Ine Smet")
    change(house, jan, name="Jan De Smet", function="Adviseur", roles=["archief"])
    said = [
        "Naam: Jan De Smet (was Jan Claes).",
        "Functie: Adviseur (was –).",
        "Rol gekregen: Archief.",
        "Rol verloren: Verkoop.",
    ]
    own = mails(house, "account_changed")
    assert {row.values["by_name"] for row in own} == {"Els Maes"}
    assert {row.recipient: row.values["own"] for row in own} == {
        jan.email: True,
        chief.email: False,
        house.staff.email: False,
    }
    assert told(house) == dict.fromkeys([jan.email, chief.email, house.staff.email], said)
    change(house, person(house, jan.email))
    assert told(house) == {}  # saved without a change


def test_the_profile_is_changed_with_a_password_and_told(house: House) -> None:
    changed = {**PROCESSOR, "representative_name": "Els Maes"}
    with pytest.raises(Invalid) as asked:
        profile.change_profile(house.deps, changed, house.staff, aged(house, house.staff))
    assert list(words_by_field(asked.value)) == ["own_password"]
    proof = proof_of(house.deps, house.staff)
    profile.change_profile(house.deps, changed, house.staff, proof)
    assert told(house) == {
        "els@it4.example": ["Naam van de vertegenwoordiger: Els Maes (was Christophe Zenner)."]
    }


def aged(house: House, who: Staff) -> Proof:
    """A session whose password was entered six minutes ago."""
    proof = proof_of(house.deps, who)
    house.rows("update staff_sessions set proved_at = now() - interval '6 minutes'")
    return proof


def test_the_password_is_asked_again_after_some_minutes(house: House) -> None:
    jan = add_colleague(house.deps, "jan@it4.example", Role.SALES)
    proof = aged(house, house.staff)
    values = {"name": "Jan", "function": "", "roles": ["verkoop"], "active": True}

    def save(password: str) -> None:
        given = Proof(proof.session, password)
        people.change(house.deps, jan.id, **values, by=house.staff, proof=given)

    for password in ("", "verkeerd"):
        with pytest.raises(Invalid) as wrong:
            save(password)
        assert list(words_by_field(wrong.value)) == ["own_password"]
    assert person(house, jan.email).name == "Jan Claes"
    save(PASSWORD)
    save("")  # the session remembers it
    recent = "now() - proved_at < interval '1 minute'"
    (row,) = house.rows(f"select proved_by, {recent} from staff_sessions")
    assert tuple(row) == ("password", True)


def test_a_session_of_somebody_else_proves_nothing(house: House) -> None:
    jan = add_colleague(house.deps, "jan@it4.example", Role.ADMIN)
    for proof in (proof_of(house.deps, jan), Proof("nonsense", PASSWORD), Proof("", PASSWORD)):
        with pytest.raises(NotAllowed):
            people.send_link(house.deps, jan.id, house.staff, proof)


def test_an_active_administrator_always_stays(house: House) -> None:
    for other in ({"active": False}, {"roles": ["verkoop"]}):
        with pytest.raises(Refused) as refused:
            change(house, house.staff, **other)
        assert refused.value.code == "last_admin"
    assert person(house, "els@it4.example").roles == house.staff.roles
    add_colleague(house.deps, "jan@it4.example", Role.ADMIN)
    change(house, house.staff, roles=["verkoop"])


def test_who_was_blocked_is_signed_out_and_has_no_link_or_known_browser(house: House) -> None:
    jan = add_colleague(house.deps, "jan@it4.example", Role.SALES)
    signed_in = accounts.sign_in(house.deps, jan.email, PASSWORD)
    people.send_link(house.deps, jan.id, house.staff, proof_of(house.deps, house.staff))
    change(house, jan, active=False)
    assert sessions.find(house.deps, signed_in.session) is None
    assert house.rows("select count(*) from account_links where ended = ''") == [(0,)]
    change(house, jan)
    for _ in range(5):
        with pytest.raises(Invalid):
            accounts.sign_in(house.deps, jan.email, "verkeerd")
    with pytest.raises(Invalid):
        accounts.sign_in(house.deps, jan.email, PASSWORD, signed_in.browser)


@pytest.mark.parametrize("staff_id", ["00000000-0000-4000-8000-000000000009", "geen-id", "\x00"])
def test_nobody_by_that_id(house: House, staff_id: str) -> None:
    with pytest.raises(NotFound):
        people.send_link(house.deps, staff_id, house.staff, proof_of(house.deps, house.staff))


def test_only_an_administrator_manages_people(house: House, another: Callable[..., Staff]) -> None:
    who = another(Role.SALES, Role.SIGNATORY, Role.ARCHIVE)
    proof = proof_of(house.deps, who)
    values = {"name": "X Y", "function": "", "roles": ["beheer"]}
    doors: list[Callable[[], Any]] = [
        lambda: people.everyone(house.deps, who),
        lambda: people.newest_link(house.deps, who.id, who),
        lambda: people.send_link(house.deps, who.id, who, proof),
        lambda: people.invite(house.deps, **values, email="x@y.be", by=who, proof=proof),
        lambda: people.change(house.deps, who.id, **values, active=True, by=who, proof=proof),
        lambda: role_grants.waiting(house.deps, who),
        lambda: role_grants.decide(house.deps, who.id, grant=True, by=who, proof=proof),
    ]
    for door in doors:
        with pytest.raises(NotAllowed):
            door()


@pytest.fixture
def two(house: House) -> tuple[House, Staff]:
    """A house with a second administrator."""
    return house, add_colleague(house.deps, "ine@it4.example", Role.ADMIN, name="Ine Smet")


@pytest.mark.parametrize("role", ["tekenbevoegde", "beheer"])
def test_who_binds_the_processor_is_named_by_two(two: tuple[House, Staff], role: str) -> None:
    house, second = two
    jan = add_colleague(house.deps, "jan@it4.example", Role.SALES)
    assert change(house, jan, roles=["verkoop", role])
    assert person(house, jan.email).roles == {Role.SALES}
    assert [row.recipient for row in mails(house, "role_asked")] == [second.email]
    (asked,) = role_grants.waiting(house.deps, second)
    with pytest.raises(Refused) as alone:
        decide(house, asked.id, True, house.staff)
    assert alone.value.code == "second_administrator"
    with pytest.raises(Invalid):  # the second one must prove their identity
        role_grants.decide(house.deps, asked.id, grant=True, by=second, proof=aged(house, second))
    told(house)
    decide(house, asked.id, True, second)
    assert person(house, jan.email).roles == {Role.SALES, Role(role)}
    assert last_entry(house) == (
        "staff.role_granted",
        {"staff": jan.id, "roles": [role], "asked_by": f"staff:{house.staff.id}"},
    )
    assert {jan.email, second.email, house.staff.email} <= told(house).keys()
    with pytest.raises(NotFound):
        decide(house, asked.id, True, second)


def decide(house: House, request_id: str, grant: bool, by: Staff) -> None:
    role_grants.decide(house.deps, request_id, grant=grant, by=by, proof=proof_of(house.deps, by))


def test_nobody_makes_itself_the_one_who_signs(two: tuple[House, Staff]) -> None:
    house, second = two
    change(house, second, by=second, roles=["beheer", "tekenbevoegde"])
    assert person(house, second.email).roles == {Role.ADMIN}
    # An accomplice invited by oneself is no second administrator either.
    invite(house, by=second, email="x@it4.example", roles=["beheer", "verkoop"])
    assert person(house, "x@it4.example").roles == {Role.SALES}


@pytest.mark.parametrize(("by_asker", "ended"), [(True, "withdrawn"), (False, "refused")])
def test_a_role_refused_or_withdrawn(two: tuple[House, Staff], by_asker: bool, ended: str) -> None:
    house, second = two
    change(house, second, roles=["beheer", "tekenbevoegde"])
    change(house, second, roles=["beheer", "tekenbevoegde"])  # asking twice has the effect of once
    (asked,) = role_grants.waiting(house.deps, second)
    decide(house, asked.id, False, house.staff if by_asker else second)
    assert person(house, second.email).roles == {Role.ADMIN}
    assert role_grants.waiting(house.deps, second) == []
    assert last_entry(house)[0] == f"staff.role_{ended}"


def test_who_is_saved_without_the_role_does_not_get_it_any_more(
    two: tuple[House, Staff],
) -> None:
    house, second = two
    change(house, second, roles=["beheer", "tekenbevoegde"])
    told(house)
    change(house, second, roles=["beheer"])
    assert role_grants.waiting(house.deps, second) == []
    assert last_entry(house)[0] == "staff.changed"
    assert told(house)[second.email] == ["Tekenbevoegde: de aanvraag is ingetrokken."]


def test_one_administrator_alone_gives_it_and_the_log_says_so(house: House) -> None:
    jan = add_colleague(house.deps, "jan@it4.example", Role.SALES)
    add_colleague(house.deps, "weg@it4.example", Role.ADMIN)
    house.rows("update staff set active = false where email = 'weg@it4.example'")
    assert not change(house, jan, roles=["tekenbevoegde"])
    assert person(house, jan.email).roles == {Role.SIGNATORY}
    granted = house.rows("select data from audit_entries where event = 'staff.role_granted'")
    assert [row.data["alone"] for row in granted] == [True]
    assert any("zonder tweede beheerder" in each for each in told(house)["els@it4.example"])


def test_an_act_keeps_the_name_and_function_it_was_signed_with(house: House) -> None:
    reference = house.sent()
    house.signed(reference)
    assert house.countersign(reference)[0].refusal is None

    def as_kept() -> Any:
        with house.deps.database.begin() as tx:
            agreement = tx.agreements.get(reference)
            acts = tx.documents.acts(agreement.id, agreement.edition)
        return agreement.processor, [act.record for act in acts]

    before = as_kept()
    assert "Els Maes" in str(before[1][-1])
    assert "Zaakvoerder" in str(before[1][-1])
    change(house, house.staff, name="Els Peeters", function="Bediende")
    changed = {**PROCESSOR, "representative_name": "Els Peeters"}
    profile.change_profile(house.deps, changed, house.staff, proof_of(house.deps, house.staff))
    assert as_kept() == before
