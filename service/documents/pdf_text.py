"""The text of a finished PDF."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import pypdfium2

PDFIUM = threading.Lock()
"""PDFium is one library for the whole process and not thread-safe."""

HYPHEN_AT_LINE_END = str.maketrans({"\ufffe": "-", "\x02": "-"})
"""PDFium marks a hyphen at a line's end as if the word continued without it."""


@dataclass(frozen=True)
class PdfText:
    """The text of each page, in writing order."""

    pages: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n".join(self.pages)


def read_pdf_text(pdf: bytes) -> PdfText:
    with PDFIUM:
        document = pypdfium2.PdfDocument(pdf)
        try:
            pages: list[str] = []
            for page in document:
                text_page = page.get_textpage()
                pages.append(text_page.get_text_range().translate(HYPHEN_AT_LINE_END))
                text_page.close()
                page.close()
        finally:
            document.close()
    return PdfText(tuple(pages))
