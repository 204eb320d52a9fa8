"""Who acts, and what each may do: one table, refused by default.

Roles are kept per member of staff; several may be held together.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
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


class Capacity(StrEnum):
    """In which somebody acts who is no colleague."""

    SIGNER = "signer"


# Whoever holds these binds the processor, or decides who does: one administrator asks, another
# grants.
NEEDS_A_SECOND = frozenset({Role.SIGNATORY, Role.ADMIN})


class Permission(StrEnum):
    """What can be permitted."""

    SEE_AGREEMENTS = "see_agreements"
    PREPARE = "prepare"
    SEND = "send"
    MAKE_TEXT_AGAIN = "make_text_again"
    COUNTERSIGN = "countersign"
    SEE_ARCHIVE = "see_archive"
    SEE_EVIDENCE = "see_evidence"
    MANAGE_PROFILE = "manage_profile"
    MANAGE_STAFF = "manage_staff"
    READ_STAFF_LOG = "read_staff_log"
    SEE_OPERATIONS = "see_operations"


PERMISSIONS: dict[Permission, frozenset[Role | Capacity]] = {
    Permission.SEE_AGREEMENTS: frozenset({Role.SALES, Role.SIGNATORY, Role.ADMIN}),
    Permission.PREPARE: frozenset({Role.SALES, Role.ADMIN}),
    Permission.SEND: frozenset({Role.SALES, Role.ADMIN}),
    Permission.MAKE_TEXT_AGAIN: frozenset({Role.SALES, Role.ADMIN, Capacity.SIGNER}),
    Permission.COUNTERSIGN: frozenset({Role.SIGNATORY}),
    Permission.SEE_ARCHIVE: frozenset({Role.ARCHIVE, Role.SALES, Role.SIGNATORY, Role.ADMIN}),
    Permission.SEE_EVIDENCE: frozenset({Role.ARCHIVE, Role.ADMIN}),
    Permission.MANAGE_PROFILE: frozenset({Role.ADMIN}),
    Permission.MANAGE_STAFF: frozenset({Role.ADMIN}),
    Permission.READ_STAFF_LOG: frozenset({Role.ADMIN}),
    Permission.SEE_OPERATIONS: frozenset({Role.ADMIN}),
}


class Principal(ABC):
    """Who acts: somebody of the staff, a signer, or the system.

    One more kind is a class here and, where it may do something, a capacity in the table.
    """

    name: str

    @property
    @abstractmethod
    def actor(self) -> str:
        """The name in the log, and of whoever repeats a request."""

    @property
    @abstractmethod
    def capacities(self) -> frozenset[Role | Capacity]:
        """What the table of permissions is asked about."""

    def may(self, permission: Permission) -> bool:
        """Whether one of the capacities has the permission."""
        return bool(self.capacities & PERMISSIONS[permission])


@dataclass(frozen=True)
class Staff(Principal):
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
    def actor(self) -> str:
        """``staff:<id>``."""
        return f"staff:{self.id}"

    @property
    def capacities(self) -> frozenset[Role | Capacity]:
        """The roles."""
        return frozenset() if self.first_password else frozenset[Role | Capacity](self.roles)

    @property
    def language(self) -> Language:
        """What this person reads."""
        return OURS


@dataclass(frozen=True)
class Signer(Principal):
    """Whoever opened the link of a signatory, and may what that link leads to."""

    id: str  # of the signatory
    name: str

    @property
    def actor(self) -> str:
        """``signer:<id>``."""
        return f"signer:{self.id}"

    @property
    def capacities(self) -> frozenset[Role | Capacity]:
        """That of a signer. Everything else a signer does hangs on the link itself."""
        return frozenset({Capacity.SIGNER})


@dataclass(frozen=True)
class System(Principal):
    """Jobs, the clock and the command line. They may nothing that a person needs permission for."""

    name: str = ""

    @property
    def actor(self) -> str:
        """``system``."""
        return "system"

    @property
    def capacities(self) -> frozenset[Role | Capacity]:
        """None: no permission is asked for the steps of jobs, because nobody else can take them."""
        return frozenset()


SYSTEM = System()


def require(principal: Principal, permission: Permission) -> None:
    """Raises NotAllowed unless ``principal`` holds the permission."""
    if not principal.may(permission):
        raise NotAllowed(ErrorCode.NOT_ALLOWED)
