"""The look of a sheet: A4 and one small table of styles. Lengths are in points."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

MM = 72 / 25.4
PAGE_WIDTH, PAGE_HEIGHT = 595.28, 841.89
LEFT = 25 * MM
WIDTH = 160 * MM
TOP = PAGE_HEIGHT - 23 * MM
BOTTOM = 24 * MM
FOOTER = 12 * MM
"""Height of the footer's baseline."""

INK = "0.102 0.122 0.169"
MUTED = "0.357 0.392 0.447"
RULE = "0.722 0.745 0.784"
FAINT_RULE = "0.882 0.898 0.918"

ASCENT, DESCENT, LINE = 0.75, 0.25, 2500 / 2048
"""Metrics of the shipped fonts, as fractions of the size: above the baseline, below it, between
lines."""

CELL_ABOVE, CELL_UNDER, CELL_RIGHT = 2.2, 2.8, 8.5
"""Padding of a table's cell; none on the left, so that all text starts at one margin."""

SEAL_WIDTH, SEAL_HEIGHT, SEAL_CLEARANCE = 80 * MM, 25 * MM, 2.5


@dataclass(frozen=True)
class Style:
    """The look of a paragraph; ``line`` is a multiple of ``LINE``."""

    size: float = 10.5
    bold: bool = False
    colour: str = INK
    before: float = 0
    after: float = 6
    line: float = 1.12
    role: str = "P"
    keep_next: bool = False
    even: bool = False
    """Whether a word too long for a line is cut into equal parts, as for a digest."""

    beside: float = 0
    """The size of the text beside it, whose baseline it shares."""

    @cached_property
    def lead(self) -> float:
        return self.size * LINE * self.line

    @cached_property
    def drop(self) -> float:
        """The distance from the top of a line to its baseline."""
        size = self.beside or self.size
        return (self.lead - (ASCENT + DESCENT) * size) / 2 + ASCENT * size


STYLES = {
    "title": Style(size=23, bold=True, after=14, line=1.0, role="H1", keep_next=True),
    "section": Style(size=12.5, bold=True, before=19, after=5, line=1.0, role="H2", keep_next=True),
    "subheading": Style(
        size=11.5, bold=True, before=15, after=4, line=1.0, role="H3", keep_next=True
    ),
    "paragraph": Style(),
    "closing": Style(before=15),
    "statements": Style(before=10, after=3),
    "bullet": Style(role="LBody"),
    "small": Style(size=8.5, colour=MUTED, before=7, after=5, line=1.05),
    "seal": Style(size=8, colour=MUTED, before=3, line=1.0),
    "footer": Style(size=8, colour=MUTED, line=1.0),
    "cell": Style(size=10, line=1.05),
    "cell_head": Style(size=10, bold=True, line=1.05),
    "cell_label": Style(size=9.5, colour=MUTED, line=1.105, beside=10),
    "cell_digest": Style(size=8.5, line=1.235, even=True, beside=10),
}
"""All kinds of cell have the same line height, so that a row has common baselines."""

BULLET = "•"
BULLET_INDENT = 5 * MM
AFTER_TABLE = 8
