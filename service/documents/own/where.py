"""Where in a Word file something is, in words by which a person finds it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from service.documents.admission import MAIN_PART
from service.documents.own.findings import LONGEST_PLACE, shortened
from service.documents.own.paragraphs import text_of
from service.documents.own.source import Source, said
from service.documents.own.styles import Styles
from service.documents.template import W


class Spot(NamedTuple):
    """A paragraph, its part of the file, the heading above it and the main heading above that
    (both '' outside the text)."""

    part: str
    paragraph: Any
    heading: str
    chapter: str

    def around(self, start: int, end: int) -> str:
        """The text around these characters, as much of it as a person needs."""
        return around(text_of(self.paragraph), start, end)

    def begins(self, start: int, end: int) -> int:
        """Where in ``around`` these characters begin."""
        return begins(text_of(self.paragraph), start, end)

    @property
    def above(self) -> str | None:
        """The heading above; None outside the text, where there is none."""
        return self.heading if self.part == MAIN_PART else None

    @property
    def beginning(self) -> str:
        return shortened(text_of(self.paragraph))


class Above:
    """The heading above each paragraph, as the text is now."""

    def __init__(self, source: Source) -> None:
        self._headings = {each.paragraph: each.above for each in spots(source)}

    def heading(self, element: Any) -> str | None:
        """That of the paragraph with this element, as ``Spot.above``."""
        paragraph = next(element.iterancestors(f"{W}p"), None)
        return self._headings.get(element if paragraph is None else paragraph)


def spots(source: Source) -> Iterator[Spot]:
    """Each paragraph in the order of the text, with the last heading before it."""
    styles, heading, chapter = Styles(source), "", ""
    levels: dict[str, int | None] = {}  # a text has few styles and many paragraphs
    for part, paragraph in source.paragraphs():
        if part != MAIN_PART:
            yield Spot(part, paragraph, "", "")
            continue
        style = styles.of(paragraph)
        if style not in levels:
            levels[style] = styles.outline(style)
        level = levels[style]
        if level is not None and said(paragraph):
            heading = shortened(said(paragraph))
            chapter = heading if level == 0 else chapter
        yield Spot(part, paragraph, heading, chapter)


def headings(source: Source) -> dict[tuple[str, str], str]:
    """The heading above each paragraph by its part and beginning; '' if several have these."""
    found: dict[tuple[str, str], str] = {}
    for spot in spots(source):
        key = (spot.part, spot.beginning)
        same = found.setdefault(key, spot.heading) == spot.heading
        found[key] = spot.heading if same else ""
    return found


def around(text: str, start: int, end: int) -> str:
    """Words on both sides of a part of a text; the whole text if it is short."""
    first, last = _window(text, start, end)
    words = " ".join(text[first:last].split())
    return f"{'… ' if first > 0 else ''}{words}{' …' if last < len(text) else ''}"


def begins(text: str, start: int, end: int) -> int:
    """Where in ``around`` of them these characters begin."""
    first, _ = _window(text, start, end)
    before = text[first:start]
    words = " ".join(before.split())
    apart = bool(words) and before[-1].isspace()
    return (2 if first > 0 else 0) + len(words) + apart


def _window(text: str, start: int, end: int) -> tuple[int, int]:
    if len(text) <= LONGEST_PLACE * 2 and len(" ".join(text.split())) <= LONGEST_PLACE:
        return 0, len(text)
    room = max(LONGEST_PLACE - (end - start), 30)
    first = max(0, start - room * 2 // 3)
    last = min(len(text), max(end, start) + room - (start - first))
    last = min(last, first + LONGEST_PLACE * 2)
    if first > 0:
        first = text.find(" ", first, start) + 1 or first
    if last < len(text):
        last = max(text.rfind(" ", min(end, last), last), min(end, last))
    return first, last
