"""The processor's own templates: families, and the versions of each with their states.

An *imported* version is *checked* once a sample of it was made, or *faulty*. It can be *published*,
for new agreements, and *withdrawn* and published again. The newest published version of a family is
its current one.

The template that comes with Zegel is a family of one version without rows, and the default as long
as no other is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from service.error_codes import ErrorCode
from service.errors import Refused

INSTALLED = "zegel"  # instead of an id
LONGEST_NAME = 60


class TemplateState(StrEnum):
    IMPORTED = "imported"
    CHECKED = "checked"
    FAULTY = "faulty"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class TemplateStep(StrEnum):
    ACCEPT = "accept"
    REFUSE = "refuse"
    TRY_AGAIN = "try_again"
    PUBLISH = "publish"
    WITHDRAW = "withdraw"
    REMOVE = "remove"


TRANSITIONS: dict[TemplateStep, dict[TemplateState, TemplateState]] = {
    TemplateStep.ACCEPT: {TemplateState.IMPORTED: TemplateState.CHECKED},
    TemplateStep.REFUSE: {TemplateState.IMPORTED: TemplateState.FAULTY},
    TemplateStep.TRY_AGAIN: {TemplateState.FAULTY: TemplateState.IMPORTED},
    TemplateStep.PUBLISH: dict.fromkeys(
        (TemplateState.CHECKED, TemplateState.WITHDRAWN), TemplateState.PUBLISHED
    ),
    TemplateStep.WITHDRAW: {TemplateState.PUBLISHED: TemplateState.WITHDRAWN},
    # Deleted; it was never published.
    TemplateStep.REMOVE: {
        each: each for each in (TemplateState.IMPORTED, TemplateState.CHECKED, TemplateState.FAULTY)
    },
}


def next_state(step: TemplateStep, state: TemplateState) -> TemplateState:
    """Raises Refused."""
    if state not in TRANSITIONS[step]:
        raise Refused(ErrorCode.TEMPLATE_STATE)
    return TRANSITIONS[step][state]


def may(step: TemplateStep, state: TemplateState) -> bool:
    return state in TRANSITIONS[step]


@dataclass(frozen=True)
class Version:
    """One version of an own template, without its files.

    ``imported_by`` and the other people are ids of accounts, or None: the operator, or nobody yet.
    ``findings`` are those of ``service.documents.own`` as JSON. Instants are aware UTC.
    """

    id: str
    family_id: str
    name: str
    number: int
    sha256: str
    state: TemplateState
    file_name: str
    title: str
    places: tuple[str, ...]
    printed: tuple[str, ...]
    findings: tuple[Mapping[str, Any], ...]
    failure: str
    imported_at: datetime
    imported_by: str | None
    imported_by_name: str
    published_at: datetime | None
    published_by_name: str
    alone: bool
    withdrawn_at: datetime | None
    withdrawn_by_name: str

    @property
    def shown(self) -> str:
        """The name with the number, as lists and files call it."""
        return shown_version(self.name, self.number)

    def may(self, step: TemplateStep) -> bool:
        return may(step, self.state)


@dataclass(frozen=True)
class Choice:
    """What a new agreement may have: the current version of a family."""

    family_id: str
    name: str
    version: str
    sha256: str
    is_default: bool

    @property
    def shown(self) -> str:
        return shown_version(self.name, self.version)


@dataclass(frozen=True)
class Family:
    """A family with its versions, the newest first; ``current`` is None if none is published."""

    id: str
    name: str
    is_default: bool
    offered: bool
    versions: tuple[Version, ...]
    current: Choice | None

    @property
    def installed(self) -> bool:
        return self.id == INSTALLED


def shown_version(name: str, version: str | int) -> str:
    return f"{name} {version}"
