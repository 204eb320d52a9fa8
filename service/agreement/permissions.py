"""Who may do what: one table, refused by default.

Roles are kept per member of staff; several may be held together.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from service.error_codes import ErrorCode
from service.errors import NotAllowed
from service.texts import OURS, Language


class Role(StrEnum):
    """The four roles; their Dutch names stand in ``labels.role``."""

    SALES = "verkoop"
    SIGNATORY = "tekenbevoegde"
    ARCHIVE = "archief"
    ADMIN = "beheer"


# Whoever holds these binds the processor, or decides who does: one administrator asks, another
# grants.
NEEDS_A_SECOND = frozenset({Role.SIGNATORY, Role.ADMIN})


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
    READ_STAFF_LOG = "read_staff_log"
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
    Permission.READ_STAFF_LOG: frozenset({Role.ADMIN}),
    Permission.SEE_OPERATIONS: frozenset({Role.ADMIN}),
}


@dataclass(frozen=True)
class Staff:
    """A signed-in member of staff.

    Whoever still has the ``first_password`` that was printed may nothing but choose another.
    """

    id: str
    name: str
    email: str
    function: str
    roles: frozenset[Role]
    first_password: bool = False

    @property
    def language(self) -> Language:
        """What this person reads."""
        return OURS

    def may(self, permission: Permission) -> bool:
        """Whether one of this person's roles has the permission."""
        return not self.first_password and bool(self.roles & PERMISSIONS[permission])


def require(staff: Staff, permission: Permission) -> None:
    """Raises NotAllowed unless ``staff`` holds the permission."""
    if not staff.may(permission):
        raise NotAllowed(ErrorCode.NOT_ALLOWED)
