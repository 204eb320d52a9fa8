"""A table divided into lines: rows stay whole if possible, pages repeat the head."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

from service.documents.sheet.blocks import Paragraph, Row, Table
from service.documents.sheet.faces import Measure
from service.documents.sheet.lines import Line, broken
from service.documents.sheet.page import HEIGHT_OF_A_PAGE, Pages
from service.documents.sheet.structure import Element
from service.documents.sheet.styles import (
    AFTER_TABLE,
    CELL_ABOVE,
    CELL_RIGHT,
    CELL_UNDER,
    FAINT_RULE,
    LEFT,
    MM,
    RULE,
    STYLES,
    Style,
)

LEAD = STYLES["cell"].lead
"""The line height in every kind of cell."""

PADDING = CELL_ABOVE + CELL_UNDER
FEWEST_LINES = 4
"""Lines of a split row on the page where it begins."""

MOST_OF_A_PAGE = 0.8
"""A table up to this fraction of a page is kept whole, unless it is a flowing one."""


@dataclass(slots=True)
class LaidCell:
    style: Style
    x: float
    lines: list[Line]


@dataclass(slots=True)
class LaidRow:
    """A row; its longest cell determines its height."""

    cells: list[LaidCell]

    @property
    def height(self) -> float:
        """Including the space above and below its lines."""
        return max(len(cell.lines) for cell in self.cells) * LEAD + PADDING

    def part(self, start: int, end: int) -> LaidRow:
        return LaidRow([LaidCell(cell.style, cell.x, cell.lines[start:end]) for cell in self.cells])

    @property
    def least(self) -> float:
        """The free height needed to begin there."""
        whole = self.height
        return whole if whole <= HEIGHT_OF_A_PAGE / 2 else FEWEST_LINES * LEAD + PADDING


class LaidTable:
    """A table; the first row is its head."""

    before = 0.0
    after = AFTER_TABLE
    keep_next = False

    def __init__(self, table: Table, measure: Measure) -> None:
        """Break every cell into lines."""
        widths = [width * MM for width in table.widths_mm]
        left = [LEFT, *(LEFT + width for width in accumulate(widths))]
        self._width = sum(widths)
        self._head, *self._rows = [_laid_row(row, left, widths, measure) for row in table.rows]
        self._flowing = table.flowing

    @property
    def height(self) -> float:
        return sum(row.height for row in self._rows) + self._head.height

    @property
    def least(self) -> float:
        """The free height needed to begin there: for all, or for the head and one row."""
        if not self._flowing and self.height <= MOST_OF_A_PAGE * HEIGHT_OF_A_PAGE:
            return self.height
        return self._head.height + self._rows[0].least

    def put(self, pages: Pages, parent: Element) -> None:
        """Draw it on as many pages as needed, tagged under ``parent``."""
        table = parent.add("Table")
        row = table.add("TR")
        elements = [row.add("TH", "column") for _ in self._head.cells]
        _draw(self._head, elements, len(self._head.cells[0].lines), pages)
        self._rule(pages, strong=True)
        for laid in self._rows:
            if pages.room < laid.least:
                self._turn(pages)
            self._put_row(laid, table.add("TR"), pages)

    def _put_row(self, row: LaidRow, element: Element, pages: Pages) -> None:
        heads = [element.add("TH", "row"), *(element.add("TD") for _ in row.cells[1:])]
        done, count = 0, max(len(cell.lines) for cell in row.cells)
        while done < count:
            fitting = max(1, int((pages.room - PADDING) / LEAD + 1e-6))
            part = row if fitting >= count else row.part(done, done + fitting)
            _draw(part, heads, min(fitting, count - done), pages)
            self._rule(pages, strong=False)
            done += fitting
            if done < count:
                self._turn(pages)

    def _turn(self, pages: Pages) -> None:
        """Begin a page, which repeats the head without tagging it."""
        pages.turn()
        _draw(self._head, None, len(self._head.cells[0].lines), pages)
        self._rule(pages, strong=True)

    def _rule(self, pages: Pages, *, strong: bool) -> None:
        pages.page.rule(LEFT, pages.y, self._width, RULE if strong else FAINT_RULE)


def _laid_row(row: Row, left: list[float], widths: list[float], measure: Measure) -> LaidRow:
    return LaidRow(
        [
            _laid_cell(cell, x, width, measure)
            for cell, x, width in zip(row.cells, left[:-1], widths, strict=True)
        ]
    )


def _laid_cell(cell: Paragraph, x: float, width: float, measure: Measure) -> LaidCell:
    style = STYLES[cell.style]
    return LaidCell(style, x, broken(cell.runs, style, width - CELL_RIGHT, measure))


def _draw(row: LaidRow, elements: list[Element] | None, lines: int, pages: Pages) -> None:
    pages.y -= CELL_ABOVE
    for number, cell in enumerate(row.cells):
        if not cell.lines:
            continue
        if elements is None:
            pages.untagged(cell.lines, cell.style, cell.x)
        else:
            pages.tagged(elements[number], cell.lines, cell.style, cell.x)
    pages.y -= lines * LEAD + CELL_UNDER
