"""The text of a finished PDF."""

from __future__ import annotations

import ctypes
import threading
from codecs import decode
from dataclasses import dataclass
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

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
    """By PDFium's own functions: the objects around them take a tenth of the time.

    Raises pypdfium2.PdfiumError for a file or page that PDFium cannot read.
    """
    with PDFIUM:
        document = _opened(pdfium.FPDF_LoadMemDocument64(pdf, len(pdf), None))
        try:
            numbers = range(pdfium.FPDF_GetPageCount(document))
            pages = tuple(_page_text(document, number) for number in numbers)
        finally:
            pdfium.FPDF_CloseDocument(document)
    return PdfText(pages)


def _page_text(document: Any, number: int) -> str:
    page = _opened(pdfium.FPDF_LoadPage(document, number))
    try:
        text_page = _opened(pdfium.FPDFText_LoadPage(page))
        try:
            return _characters(text_page).translate(HYPHEN_AT_LINE_END)
        finally:
            pdfium.FPDFText_ClosePage(text_page)
    finally:
        pdfium.FPDF_ClosePage(page)


def _characters(text_page: Any) -> str:
    count = pdfium.FPDFText_CountChars(text_page)
    if count < 0:
        raise pypdfium2.PdfiumError("no characters")
    units = (ctypes.c_ushort * (count + 1))()  # UTF-16, with a zero at the end
    written = pdfium.FPDFText_GetText(text_page, 0, count, units)
    return decode(memoryview(units)[: max(0, written - 1)], "utf-16-le", errors="ignore")


def _opened(handle: Any) -> Any:
    if not handle:
        raise pypdfium2.PdfiumError("PDFium does not read this")
    return handle
