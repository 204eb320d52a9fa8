"""Principals and their permissions: one table, denied by default.

Roles are stored per member of staff, who may hold several.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import StrEnum

from service.error_codes import ErrorCode
from service.errors import NotAllowed
from service.texts import OURS, Language


class Role(StrEnum):
    """The four roles; their Dutch names are in ``labels.role``."""

    SALES = "verkoop"
    SIGNATORY = "tekenbevoegde"
    ARCHIVE = "archief"
    ADMIN = "beheer"


class Capacity(StrEnum):
    """The capacity of a principal who is not staff."""

    SIGNER = "signer"
    APPLICANT = "applicant"
    OPERATOR = "operator"


# These roles bind the processor or decide who does: one administrator asks, another grants.
NEEDS_A_SECOND = frozenset({Role.SIGNATORY, Role.ADMIN})


class Permission(StrEnum):
    SEE_AGREEMENTS = "see_agreements"
    PREPARE = "prepare"
    SEND = "send"
    HAND_OVER = "hand_over"
    MAKE_TEXT_AGAIN = "make_text_again"
    COUNTERSIGN = "countersign"
    END_AGREEMENTS = "end_agreements"
    SEE_ARCHIVE = "see_archive"
    SEE_EVIDENCE = "see_evidence"
    EXPORT_ARCHIVE = "export_archive"
    MANAGE_PROFILE = "manage_profile"
    MANAGE_TEMPLATES = "manage_templates"
    MANAGE_PUBLIC_PAGE = "manage_public_page"
    MANAGE_STAFF = "manage_staff"
    READ_STAFF_LOG = "read_staff_log"
    SEE_OPERATIONS = "see_operations"
    BEGIN_ALONE = "begin_alone"


PERMISSIONS: dict[Permission, frozenset[Role | Capacity]] = {
    Permission.SEE_AGREEMENTS: frozenset({Role.SALES, Role.SIGNATORY, Role.ADMIN}),
    Permission.PREPARE: frozenset({Role.SALES, Role.ADMIN}),
    Permission.SEND: frozenset({Role.SALES, Role.ADMIN}),
    Permission.HAND_OVER: frozenset({Role.SALES, Role.ADMIN, Capacity.OPERATOR}),
    Permission.MAKE_TEXT_AGAIN: frozenset({Role.SALES, Role.ADMIN, Capacity.SIGNER}),
    Permission.COUNTERSIGN: frozenset({Role.SIGNATORY}),
    Permission.END_AGREEMENTS: frozenset({Role.SALES, Role.ADMIN, Capacity.OPERATOR}),
    Permission.SEE_ARCHIVE: frozenset({Role.ARCHIVE, Role.SALES, Role.SIGNATORY, Role.ADMIN}),
    Permission.SEE_EVIDENCE: frozenset({Role.ARCHIVE, Role.ADMIN}),
    Permission.EXPORT_ARCHIVE: frozenset({Role.ARCHIVE, Role.ADMIN, Capacity.OPERATOR}),
    Permission.MANAGE_PROFILE: frozenset({Role.ADMIN}),
    Permission.MANAGE_TEMPLATES: frozenset({Role.ADMIN, Capacity.OPERATOR}),
    Permission.MANAGE_PUBLIC_PAGE: frozenset({Role.ADMIN, Capacity.OPERATOR}),
    Permission.MANAGE_STAFF: frozenset({Role.ADMIN}),
    Permission.READ_STAFF_LOG: frozenset({Role.ADMIN}),
    Permission.SEE_OPERATIONS: frozenset({Role.ADMIN}),
    Permission.BEGIN_ALONE: frozenset({Capacity.APPLICANT}),
}


class Principal(ABC):
    """A new kind needs a class here and, if it needs permissions, a capacity in the table."""

    name: str

    @property
    @abstractmethod
    def actor(self) -> str:
        """The name in the log and with idempotency keys."""

    @property
    @abstractmethod
    def capacities(self) -> frozenset[Role | Capacity]:
        """The keys into the table of permissions."""

    def may(self, permission: Permission) -> bool:
        return bool(self.capacities & PERMISSIONS[permission])

    def with_name(self, **said: str) -> dict[str, str]:
        """Personal data for a log entry, without what is empty."""
        return {name: each for name, each in {"name": self.name, **said}.items() if each}


@dataclass(frozen=True)
class Staff(Principal):
    """A signed-in member of staff.

    With the printed ``first_password`` one may only choose another password.
    """

    id: str
    name: str
    email: str
    function: str
    roles: frozenset[Role]
    first_password: bool = False

    @property
    def actor(self) -> str:
        return f"staff:{self.id}"

    @property
    def capacities(self) -> frozenset[Role | Capacity]:
        return frozenset() if self.first_password else frozenset[Role | Capacity](self.roles)

    @property
    def language(self) -> Language:
        """The language of this person's pages."""
        return OURS


@dataclass(frozen=True)
class Signer(Principal):
    """A person who opened a signatory's link, and may do what that link allows."""

    id: str  # the signatory's
    name: str

    @property
    def actor(self) -> str:
        return f"signer:{self.id}"

    @property
    def capacities(self) -> frozenset[Role | Capacity]:
        """All other actions of a signer are authorised by the link itself."""
        return frozenset({Capacity.SIGNER})


@dataclass(frozen=True)
class Applicant(Principal):
    """Somebody who began on the public page and proved a mailbox there; has no account."""

    id: str  # the application's
    name: str

    @property
    def actor(self) -> str:
        return f"applicant:{self.id}"

    @property
    def capacities(self) -> frozenset[Role | Capacity]:
        return frozenset({Capacity.APPLICANT})


@dataclass(frozen=True)
class Operator(Principal):
    """Whoever runs a command on the machine itself; nobody asks for a name."""

    name: str = ""

    @property
    def actor(self) -> str:
        return "operator"

    @property
    def capacities(self) -> frozenset[Role | Capacity]:
        return frozenset({Capacity.OPERATOR})


@dataclass(frozen=True)
class System(Principal):
    """Jobs, scheduled work and commands about the machine. They have none of the permissions of
    people."""

    name: str = ""

    @property
    def actor(self) -> str:
        return "system"

    @property
    def capacities(self) -> frozenset[Role | Capacity]:
        """None: steps of jobs need no permission, because nobody else can start them."""
        return frozenset()


OPERATOR = Operator()
SYSTEM = System()


def require(principal: Principal, permission: Permission) -> None:
    """Raises NotAllowed unless ``principal`` holds the permission."""
    if not principal.may(permission):
        raise NotAllowed(ErrorCode.NOT_ALLOWED)
