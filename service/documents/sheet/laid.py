"""Blocks divided into lines, which know their height and draw themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from service.documents.sheet.blocks import Paragraph, Run, SealPlace
from service.documents.sheet.faces import Measure
from service.documents.sheet.lines import Line, broken
from service.documents.sheet.page import Pages, SealField
from service.documents.sheet.structure import Element
from service.documents.sheet.styles import (
    BULLET,
    BULLET_INDENT,
    LEFT,
    SEAL_CLEARANCE,
    SEAL_HEIGHT,
    SEAL_WIDTH,
    STYLES,
    WIDTH,
    Style,
)

FEWEST_LINES = 2
"""No page begins or ends with a single line of a paragraph."""


class Laid(Protocol):
    """The interface of a block for ``layout``."""

    @property
    def before(self) -> float:
        """The space wanted above it."""

    @property
    def after(self) -> float:
        """The space wanted below it."""

    @property
    def keep_next(self) -> bool:
        """Whether the next block must be on the same page."""

    @property
    def height(self) -> float:
        """The height of the whole block."""

    @property
    def least(self) -> float:
        """The free height needed to begin there."""

    def put(self, pages: Pages, parent: Element) -> None:
        """Draw it on as many pages as needed, tagged under ``parent``."""


@dataclass
class LaidParagraph:
    """A paragraph, a heading, or the text of a bullet."""

    style: Style
    lines: list[Line]
    keep_next: bool
    x: float = LEFT

    @property
    def before(self) -> float:
        return self.style.before

    @property
    def after(self) -> float:
        return self.style.after

    @property
    def height(self) -> float:
        return len(self.lines) * self.style.lead

    @property
    def least(self) -> float:
        few = len(self.lines) < 2 * FEWEST_LINES
        return self.height if few else FEWEST_LINES * self.style.lead

    def put(self, pages: Pages, parent: Element) -> None:
        element = parent.add(self.style.role)
        rest = self.lines
        while rest:
            fitting = max(1, int(pages.room / self.style.lead + 1e-6))
            if fitting == len(rest) - 1 and fitting > FEWEST_LINES:
                fitting -= 1
            now, rest = rest[:fitting], rest[fitting:]
            pages.tagged(element, now, self.style, self.x)
            pages.y -= len(now) * self.style.lead
            if rest:
                pages.turn()


@dataclass
class LaidBullet(LaidParagraph):
    """A list item; ``layout`` combines adjacent ones."""

    def put(self, pages: Pages, parent: Element) -> None:
        item = parent.add("LI")
        pages.tagged(item.add("Lbl"), [(Run(BULLET),)], self.style, LEFT)
        super().put(pages, item)


@dataclass
class LaidSeal:
    """The field for the seal, and below it a rule with a caption."""

    caption: LaidParagraph
    keep_next: bool = False
    before: float = 0

    @property
    def after(self) -> float:
        return self.caption.after

    @property
    def height(self) -> float:
        return SEAL_HEIGHT + self.caption.before + self.caption.height

    @property
    def least(self) -> float:
        return self.height

    def put(self, pages: Pages, parent: Element) -> None:
        pages.y -= SEAL_HEIGHT
        bottom, top = pages.y + SEAL_CLEARANCE, pages.y + SEAL_HEIGHT - SEAL_CLEARANCE
        rect = (LEFT, bottom, LEFT + SEAL_WIDTH, top)
        pages.seal = SealField(len(pages.all) - 1, rect, parent.add("Form"))
        pages.page.rule(LEFT, pages.y, SEAL_WIDTH)
        pages.y -= self.caption.before
        self.caption.put(pages, parent)


def laid_paragraph(block: Paragraph, measure: Measure) -> LaidParagraph:
    style = STYLES[block.style]
    keep_next = block.keep_next or style.keep_next
    if block.style == "bullet":
        lines = broken(block.runs, style, WIDTH - BULLET_INDENT, measure)
        return LaidBullet(style, lines, keep_next, LEFT + BULLET_INDENT)
    return LaidParagraph(style, broken(block.runs, style, WIDTH, measure), keep_next)


def laid_seal(block: SealPlace, measure: Measure) -> LaidSeal:
    """The seal's place with its caption divided into lines."""
    return LaidSeal(laid_paragraph(block.caption, measure))
