"""Draws text and rules on pages, each text under its tag."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from service.documents.sheet.lines import Line
from service.documents.sheet.structure import Element, Marked
from service.documents.sheet.styles import BOTTOM, FOOTER, RULE, STYLES, TOP, Style

REGULAR, BOLD = "F1", "F2"
"""The names of the two fonts on every page."""


@dataclass
class Page:
    """One page: its drawing, and the element that owns each marked part."""

    drawing: list[str] = field(default_factory=list)
    owners: list[Element] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)
    shown: dict[str, list[str]] = field(default_factory=lambda: {REGULAR: [], BOLD: []})
    font: tuple[str, float] = ("", 0)
    colour: str = ""

    def text(self, lines: Iterable[Line], style: Style, x: float, top: float) -> None:
        """Draw lines below each other, with the upper edge at ``top``."""
        y = top - style.drop
        self.drawing.append("BT")
        if style.colour != self.colour:
            self.drawing.append(f"{style.colour} rg")
            self.colour = style.colour
        for line in lines:
            self.drawing.append(f"1 0 0 1 {x:.2f} {y:.2f} Tm")
            for run in line:
                self._show(run.text, BOLD if run.bold else REGULAR, style.size)
            y -= style.lead
        self.drawing.append("ET")

    def _show(self, text: str, font: str, size: float) -> None:
        if (font, size) != self.font:
            self.drawing.append(f"/{font} {size:g} Tf")
            self.font = (font, size)
        self.shown[font].append(text)
        # a character's code is its Unicode number: see fonts.py
        self.drawing.append(f"<{text.encode('utf-16-be').hex()}> Tj")

    def rule(self, x: float, y: float, width: float, colour: str = RULE) -> None:
        """A thin horizontal line, without meaning and so outside all tags."""
        self.rules.append(f"{colour} RG {x:.2f} {y:.2f} m {x + width:.2f} {y:.2f} l S")

    def finished(self, footer: Sequence[tuple[float, Line]]) -> bytes:
        """The drawing, with rules and footer as artifacts (14.8.2.2)."""
        self.drawing += ["/Artifact BMC", "0.6 w", *self.rules, "EMC"]
        self.drawing.append("/Artifact <</Type/Pagination/Subtype/Footer>> BDC")
        style = STYLES["footer"]
        for x, line in footer:
            self.text([line], style, x, FOOTER + style.drop)
        self.drawing.append("EMC")
        return "\n".join(self.drawing).encode("ascii")


@dataclass(frozen=True)
class SealField:
    """The position of the service's seal: page (from 0), left, bottom, right, top; and its tag."""

    page: int
    rect: tuple[float, float, float, float]
    element: Element


class Pages:
    """The pages so far; ``y`` is the height on the last."""

    def __init__(self) -> None:
        self.all: list[Page] = []
        self.seal: SealField | None = None
        self.turn()

    def turn(self) -> None:
        self.all.append(Page())
        self.y = TOP

    @property
    def page(self) -> Page:
        return self.all[-1]

    @property
    def room(self) -> float:
        """The free height on the last page."""
        return self.y - BOTTOM

    @property
    def at_top(self) -> bool:
        """Whether the last page is still empty."""
        return self.y == TOP

    def tagged(self, element: Element, lines: Sequence[Line], style: Style, x: float) -> None:
        """Draw an element's lines at the current height."""
        page = self.page
        number = len(page.owners)
        page.owners.append(element)
        element.kids.append(Marked(len(self.all) - 1, number))
        page.drawing.append(f"/{element.role} <</MCID {number}>> BDC")
        page.text(lines, style, x, self.y)
        page.drawing.append("EMC")

    def untagged(self, lines: Sequence[Line], style: Style, x: float) -> None:
        """Draw what only repeats what is tagged elsewhere."""
        self.page.drawing.append("/Artifact BMC")
        self.page.text(lines, style, x, self.y)
        self.page.drawing.append("EMC")


HEIGHT_OF_A_PAGE = TOP - BOTTOM
