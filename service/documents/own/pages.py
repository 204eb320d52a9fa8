"""On which page of Word a paragraph stood when the file was last saved there.

A Word file has no pages. Word leaves a mark where a page began (``w:lastRenderedPageBreak``,
ECMA-376 part 1, 17.3.3.13), beside the breaks that a person made, and those of a new section or of
a paragraph that begins a page (17.3.3.1, 17.6.22 and 17.3.1.23). Other programs break lines
elsewhere, so the number only helps to find the place. A file without such marks was not laid out,
and gets no numbers.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from service.documents.admission import MAIN_PART
from service.documents.check import compact
from service.documents.own.findings import Finding
from service.documents.own.paragraphs import text_of
from service.documents.own.source import Source, is_on, value
from service.documents.own.styles import Styles
from service.documents.own.where import spots
from service.documents.template import W

LAID_OUT, BREAK, SECTION = f"{W}lastRenderedPageBreak", f"{W}br", f"{W}sectPr"
CONTENT = (f"{W}t", f"{W}drawing", f"{W}pict")
SAME_PAGE = ("continuous", "nextColumn")
APART = "\0"  # no character of a Word file


class Pages:
    """The paragraphs and rows of a text with their pages, as the file was given."""

    def __init__(self, source: Source) -> None:
        began = dict(_began(source))
        self._pages: list[int] = []
        self._headings: list[str] = []
        self._starts: list[int] = []
        words, length = [], 0
        for heading, element, text in _pieces(source) if began else ():
            self._pages.append(began[element])
            self._headings.append(heading)
            self._starts.append(length)
            words.append(compact(text))
            length += len(words[-1]) + len(APART)
        self._words = APART.join(words)

    def placed(self, finding: Finding) -> Finding:
        """The finding with its page; without one if its words stand on several pages, or none."""
        words = compact(finding.paragraph.strip("… "))
        if finding.part != MAIN_PART or not words:
            return finding
        found: set[int] = set()
        at = self._words.find(words)
        while at >= 0 and len(found) < 2:
            number = bisect_right(self._starts, at) - 1
            if finding.heading in ("", self._headings[number]):
                found.add(self._pages[number])
            at = self._words.find(words, at + len(words))
        return replace(finding, near_page=found.pop()) if len(found) == 1 else finding


def _pieces(source: Source) -> Iterator[tuple[str, Any, str]]:
    """Each paragraph with the heading above it and its text, and each row of a table by the text of
    all its cells, as findings quote them."""
    rows = set()
    for spot in spots(source):
        if spot.part != MAIN_PART:
            continue
        yield spot.heading, spot.paragraph, text_of(spot.paragraph)
        row = next(spot.paragraph.iterancestors(f"{W}tr"), None)
        if row is not None and row not in rows:
            rows.add(row)
            yield spot.heading, spot.paragraph, "".join(map(text_of, row.iter(f"{W}p")))


def _began(source: Source) -> Iterator[tuple[Any, int]]:
    """Each paragraph with the page where its text begins; nothing if Word left no marks."""
    document = source.document
    if next(document.iter(LAID_OUT), None) is None:
        return
    styles, page = Styles(source), 1
    forced, started = False, False  # whether a break was made, or something printed, just before
    # A section says how it begins; its properties stand in its last paragraph.
    kinds = [value(each.find(f"{W}type")) for each in document.iter(SECTION)]
    sections = iter(kinds[1:])
    by_style: dict[str, bool] = {}  # a text has few styles and many paragraphs
    for paragraph in document.iter(f"{W}p"):
        if _begins_page(paragraph, styles, by_style) and started and not forced:
            page, forced = page + 1, True
        first = None
        for element in paragraph.iter(LAID_OUT, BREAK, *CONTENT):
            if element.tag in CONTENT:
                first = first or page
                forced, started = False, True
            elif element.tag == LAID_OUT:
                # Word marks the page after a break that a person made, too.
                page, forced = page + (not forced), False
            elif value(element, "type") == "page":
                page, forced, started = page + 1, True, True
        yield paragraph, first or page
        if paragraph.find(f"{W}pPr/{SECTION}") is not None and next(sections, "") not in SAME_PAGE:
            page, forced, started = page + 1, True, True


def _begins_page(paragraph: Any, styles: Styles, by_style: dict[str, bool]) -> bool:
    own = paragraph.find(f"{W}pPr/{W}pageBreakBefore")
    if own is not None:
        return is_on(own)
    style = styles.of(paragraph)
    if style not in by_style:
        by_style[style] = is_on(styles.inherited(style, "pPr/pageBreakBefore"))
    return by_style[style]
