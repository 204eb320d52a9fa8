"""Who may do what: one table, refused by default.

Roles are kept per member of staff; several may be held together.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from service.errors import NotAllowed


class Role(StrEnum):
    """The four roles; their Dutch names stand in ``labels.role``."""

    SALES = "verkoop"
    SIGNATORY = "tekenbevoegde"
    ARCHIVE = "archief"
    ADMIN = "beheer"


class Permission(StrEnum):
    """What can be permitted."""

    SEE_AGREEMENTS = "see_agreements"
    PREPARE = "prepare"
    SEND = "send"
    COUNTERSIGN = "countersign"
    SEE_ARCHIVE = "see_archive"
    SEE_EVIDENCE = "see_evidence"
    MANAGE_PROFILE = "manage_profile"
    MANAGE_STAFF = "manage_staff"
    SEE_OPERATIONS = "see_operations"


PERMISSIONS: dict[Permission, frozenset[Role]] = {
    Permission.SEE_AGREEMENTS: frozenset({Role.SALES, Role.SIGNATORY, Role.ADMIN}),
    Permission.PREPARE: frozenset({Role.SALES, Role.ADMIN}),
    Permission.SEND: frozenset({Role.SALES, Role.ADMIN}),
    Permission.COUNTERSIGN: frozenset({Role.SIGNATORY}),
    Permission.SEE_ARCHIVE: frozenset({Role.ARCHIVE, Role.SALES, Role.SIGNATORY, Role.ADMIN}),
    Permission.SEE_EVIDENCE: frozenset({Role.ARCHIVE, Role.ADMIN}),
    Permission.MANAGE_PROFILE: frozenset({Role.ADMIN}),
    Permission.MANAGE_STAFF: frozenset({Role.ADMIN}),
    Permission.SEE_OPERATIONS: frozenset({Role.ADMIN}),
}


@dataclass(frozen=True)
class Staff:
    """A signed-in member of staff."""

    id: str
    name: str
    email: str
    function: str
    roles: frozenset[Role]

    def may(self, permission: Permission) -> bool:
        """Whether one of this person's roles has the permission."""
        return bool(self.roles & PERMISSIONS[permission])


def require(staff: Staff, permission: Permission) -> None:
    """Raises NotAllowed unless ``staff`` holds the permission."""
    if not staff.may(permission):
        raise NotAllowed("not_allowed")
