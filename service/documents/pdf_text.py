"""The text of a finished PDF, and the positions of given words on its pages."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

import pypdfium2

PDFIUM = threading.Lock()
"""PDFium is one library for the whole process and not thread-safe."""

HYPHEN_AT_LINE_END = str.maketrans({"\ufffe": "-", "\x02": "-"})
"""PDFium marks a hyphen at a line's end as if the word continued without it."""


@dataclass(frozen=True)
class Found:
    """Text found on a page (counted from 0); its box is left, bottom, right, top in points."""

    page: int
    box: tuple[float, float, float, float]


@dataclass(frozen=True)
class PdfText:
    """The text of each page in the order it was written, and the positions of the searched
    words."""

    pages: tuple[str, ...]
    found: dict[str, tuple[Found, ...]]

    @property
    def text(self) -> str:
        return "\n".join(self.pages)


def read_pdf_text(pdf: bytes, searched: Sequence[str] = ()) -> PdfText:
    """Read all text once and find every occurrence of ``searched``."""
    with PDFIUM:
        document = pypdfium2.PdfDocument(pdf)
        try:
            pages: list[str] = []
            found: dict[str, list[Found]] = {text: [] for text in searched}
            for number in range(len(document)):
                page = document[number]
                text_page = page.get_textpage()
                pages.append(text_page.get_text_range().translate(HYPHEN_AT_LINE_END))
                for text in searched:
                    if text in pages[-1]:
                        found[text] += _search(text_page, text, number)
                text_page.close()
                page.close()
        finally:
            document.close()
    return PdfText(tuple(pages), {text: tuple(places) for text, places in found.items()})


def _search(text_page: pypdfium2.PdfTextPage, text: str, page: int) -> list[Found]:
    searcher = text_page.search(text, match_case=True)
    places = []
    while occurrence := searcher.get_next():
        start, count = occurrence
        boxes = [text_page.get_charbox(start + offset) for offset in range(count)]
        places.append(
            Found(
                page,
                (
                    min(box[0] for box in boxes),
                    min(box[1] for box in boxes),
                    max(box[2] for box in boxes),
                    max(box[3] for box in boxes),
                ),
            )
        )
    searcher.close()
    return places
