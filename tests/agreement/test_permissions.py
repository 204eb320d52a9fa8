"""The complete table of permissions, so that an additional permission shows in a review."""

from __future__ import annotations

import itertools

import pytest

from service.agreement.permissions import (
    OPERATOR,
    PERMISSIONS,
    SYSTEM,
    Applicant,
    Capacity,
    Permission,
    Principal,
    Role,
    Signer,
    Staff,
    require,
)
from service.errors import NotAllowed

TABLE = {
    "verkoop": {
        "see_agreements",
        "prepare",
        "hand_over",
        "send",
        "make_text_again",
        "end_agreements",
        "see_archive",
    },
    "tekenbevoegde": {"see_agreements", "countersign", "see_archive"},
    "archief": {"see_archive", "see_evidence", "export_archive"},
    "beheer": {
        "see_agreements",
        "prepare",
        "hand_over",
        "send",
        "make_text_again",
        "end_agreements",
        "see_archive",
        "see_evidence",
        "export_archive",
        "manage_profile",
        "manage_templates",
        "manage_public_page",
        "manage_staff",
        "read_staff_log",
        "see_operations",
    },
    "signer": {"make_text_again"},
    "applicant": {"begin_alone"},
    "operator": {
        "end_agreements",
        "export_archive",
        "hand_over",
        "manage_public_page",
        "manage_templates",
    },
    "system": set(),
}


def with_roles(*roles: Role) -> Staff:
    return Staff("1", "Els", "els@it4.be", "", frozenset(roles))


def test_every_permission_is_in_the_table() -> None:
    assert set(PERMISSIONS) == set(Permission)
    assert set(TABLE) == {*Role, *Capacity, "system"}


@pytest.mark.parametrize(("who", "permission"), list(itertools.product(TABLE, Permission)))
def test_each_has_these_rights_and_no_others(who: str, permission: Permission) -> None:
    others: dict[str, Principal] = {
        "signer": Signer("2", "An"),
        "applicant": Applicant("3", "An"),
        "operator": OPERATOR,
        "system": SYSTEM,
    }
    principal = others.get(who) or with_roles(Role(who))
    allowed = permission.value in TABLE[who]
    assert principal.may(permission) is allowed
    if allowed:
        require(principal, permission)
    else:
        with pytest.raises(NotAllowed):
            require(principal, permission)


def test_each_has_its_name_in_the_log() -> None:
    assert with_roles().actor == "staff:1"
    assert Signer("2", "An").actor == "signer:2"
    assert Applicant("3", "An").actor == "applicant:3"
    assert SYSTEM.actor == "system"


def test_nobody_may_anything_without_a_role() -> None:
    assert not any(with_roles().may(permission) for permission in Permission)


def test_roles_add_up() -> None:
    both = with_roles(Role.SALES, Role.SIGNATORY)
    assert both.may(Permission.SEND)
    assert both.may(Permission.COUNTERSIGN)


def test_a_printed_first_password_opens_nothing() -> None:
    person = Staff("1", "Els", "els@it4.be", "", frozenset(Role), first_password=True)
    for permission in Permission:
        with pytest.raises(NotAllowed):
            require(person, permission)
