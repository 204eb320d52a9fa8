"""The text of a PDF, as PDFium gives it."""

from __future__ import annotations

import pikepdf
import pypdfium2
import pytest

from service.documents.pdf_memory import save_pdf
from service.documents.pdf_text import HYPHEN_AT_LINE_END, PDFIUM, read_pdf_text

WORDS = (
    b"BT /F1 12 Tf 50 700 Td (Eerste regel) Tj 0 -20 Td (tweede\\055) Tj"
    b" 0 -20 Td (regel \\351) Tj ET"
)


def written(*contents: bytes) -> bytes:
    with pikepdf.new() as pdf:
        font = pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Font,
                Subtype=pikepdf.Name.Type1,
                BaseFont=pikepdf.Name.Helvetica,
                Encoding=pikepdf.Name.WinAnsiEncoding,
            )
        )
        for content in contents:
            page = pdf.add_blank_page()
            page.obj.Contents = pdf.make_stream(content)
            page.obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        return save_pdf(pdf)


def test_each_page_has_the_text_that_the_library_around_it_gives() -> None:
    pdf = written(WORDS, b"", WORDS)
    with PDFIUM, pypdfium2.PdfDocument(pdf) as document:
        expected = [
            document[number].get_textpage().get_text_range().translate(HYPHEN_AT_LINE_END)
            for number in range(len(document))
        ]
    assert read_pdf_text(pdf).pages == tuple(expected)
    assert "regel é" in expected[0]
    assert expected[1] == ""


def test_an_unreadable_file_is_refused() -> None:
    with pytest.raises(pypdfium2.PdfiumError):
        read_pdf_text(written(WORDS)[:200])
