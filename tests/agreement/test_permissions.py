"""The complete table of permissions, so that an additional permission shows in a review."""

from __future__ import annotations

import itertools

import pytest

from service.agreement.permissions import PERMISSIONS, Permission, Role, Staff, require
from service.errors import NotAllowed

TABLE = {
    "verkoop": {"see_agreements", "prepare", "send", "see_archive"},
    "tekenbevoegde": {"see_agreements", "countersign", "see_archive"},
    "archief": {"see_archive", "see_evidence"},
    "beheer": {
        "see_agreements",
        "prepare",
        "send",
        "see_archive",
        "see_evidence",
        "manage_profile",
        "manage_staff",
        "read_staff_log",
        "see_operations",
    },
}


def with_roles(*roles: Role) -> Staff:
    return Staff("1", "Els", "els@it4.be", "", frozenset(roles))


def test_every_permission_is_in_the_table() -> None:
    assert set(PERMISSIONS) == set(Permission)
    assert set(TABLE) == {role.value for role in Role}


@pytest.mark.parametrize(
    ("role", "permission"), list(itertools.product(Role, Permission)), ids=lambda each: each.value
)
def test_each_role_has_these_rights_and_no_others(role: Role, permission: Permission) -> None:
    person = with_roles(role)
    allowed = permission.value in TABLE[role.value]
    assert person.may(permission) is allowed
    if allowed:
        require(person, permission)
    else:
        with pytest.raises(NotAllowed):
            require(person, permission)


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
