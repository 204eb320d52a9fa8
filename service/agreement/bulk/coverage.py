"""Which customers of a list have an agreement: the question of an auditor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from service.agreement.states import State


class Cover(StrEnum):
    """The best that a customer has. ``ENDED``: without result, or no longer in force; ``DRAFT``:
    not sent."""

    IN_FORCE = "in_force"
    ASKED = "asked"
    DRAFT = "draft"
    ENDED = "ended"
    NEVER = "never"


WITHOUT = (Cover.ENDED, Cover.NEVER)
"""Those for whom another agreement can be made."""


class Match(StrEnum):
    """How an agreement was recognised as that of a row, from the surest: made of this row, the same
    enterprise number, made of the same customer's row in such a list, or the same name where one of
    both has no number."""

    ROW = "row"
    NUMBER = "number"
    CUSTOMER = "customer"
    NAME = "name"


@dataclass(frozen=True)
class Covered:
    """One row of the list, with its best agreement; without one the last four are empty."""

    row: int
    cells: tuple[str, ...]
    organisation: str
    number: str
    customer: str
    cover: Cover
    match: Match | None = None
    reference: str = ""
    state: State | None = None
    effective_date: date | None = None
