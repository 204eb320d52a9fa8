"""The paragraph styles of a Word file: their built-in names, and what they inherit.

Word names the id of a style in the language of its user (``Kop1``); the name inside is English for
every built-in style (``heading 1``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from service.documents.own.source import STYLES, Source, value
from service.documents.template import W

CANONICAL = {"normal": "Normal", "title": "Title", "list bullet": "ListBullet"}
HEADING = re.compile(r"heading ([1-9])")
DEEPEST = 20  # of styles based on each other; more is a circle


class Styles:
    """The styles of a file by their ids."""

    def __init__(self, source: Source) -> None:
        root = source.parts.get(STYLES)
        found = [] if root is None else root.findall(f"{W}style")
        self.by_id: dict[str, Any] = {each.get(f"{W}styleId"): each for each in found}
        self.default = next(
            (
                each.get(f"{W}styleId")
                for each in found
                if each.get(f"{W}type") == "paragraph" and is_on_attribute(each, "default")
            ),
            "Normal",
        )

    def of(self, paragraph: Any) -> str:
        """The id of a paragraph's style."""
        return value(paragraph.find(f"{W}pPr/{W}pStyle")) or self.default

    def name(self, style: str) -> str:
        element = self.by_id.get(style)
        named = None if element is None else value(element.find(f"{W}name"))
        return (named or style).casefold()

    def chain(self, style: str) -> Iterator[Any]:
        """A style and those it is based on."""
        for _ in range(DEEPEST):
            element = self.by_id.get(style)
            if element is None:
                return
            yield element
            style = value(element.find(f"{W}basedOn")) or ""

    def inherited(self, style: str, path: str) -> Any:
        """The first of these elements in the style or those it is based on; None without."""
        parts = "/".join(W + each for each in path.split("/"))
        return next(
            (found for each in self.chain(style) if (found := each.find(parts)) is not None), None
        )

    def outline(self, style: str) -> int | None:
        """The level of a heading, from 0; None for another paragraph."""
        named = HEADING.fullmatch(self.name(style))
        if named:
            return int(named[1]) - 1
        level = value(self.inherited(style, "pPr/outlineLvl"))
        return int(level) if level and level.isdecimal() and int(level) < 9 else None

    def is_title(self, style: str) -> bool:
        return any(
            (value(each.find(f"{W}name")) or "").casefold() == "title" for each in self.chain(style)
        )

    def canonical(self) -> dict[str, str]:
        """The ids to change: built-in styles get the id that Word gives them in English."""
        renamed = {}
        for style in self.by_id:
            name = self.name(style)
            heading = HEADING.fullmatch(name)
            new = f"Heading{heading[1]}" if heading else CANONICAL.get(name, style)
            if new != style and new not in self.by_id:
                renamed[style] = new
        return renamed


def is_on_attribute(element: Any, name: str) -> bool:
    return element.get(f"{W}{name}") in ("1", "true", "on")
