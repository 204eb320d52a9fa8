"""The structure tree: the pages' meaning, in reading order (ISO 32000-1, 14.7)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


class Marked(NamedTuple):
    """Content on a page (from 0), by its number on that page."""

    page: int
    number: int


@dataclass(eq=False, slots=True)
class Element:
    """A structure element; ``attributes`` names one of ``ATTRIBUTES``."""

    role: str
    parent: Element | None
    attributes: str = ""
    kids: list[Element | Marked] = field(default_factory=list)

    def add(self, role: str, attributes: str = "") -> Element:
        """Append a new child element."""
        element = Element(role, self, attributes)
        self.kids.append(element)
        return element


ATTRIBUTES = {
    "column": "<</O/Table/Scope/Column>>",
    "row": "<</O/Table/Scope/Row>>",
    "list": "<</O/List/ListNumbering/Disc>>",
}
"""Shared by all elements that use them (ISO 32000-1, 14.8.5)."""
