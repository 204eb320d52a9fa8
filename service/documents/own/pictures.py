"""The pages of a sample as pictures, to look at beside those of another version."""

from __future__ import annotations

import io

import pypdfium2

from service.documents.pdf_text import PDFIUM

WIDTH = 700  # pixels; on a desk two pages stand side by side
GREYS = 16
MOST_PAGES = 60
"""The pages of a longer text are in the PDF."""


def page_pictures(pdf: bytes) -> tuple[bytes, ...]:
    """A PNG in shades of grey of each page."""
    with PDFIUM:
        document = pypdfium2.PdfDocument(pdf)
        try:
            return tuple(_picture(document[at]) for at in range(min(len(document), MOST_PAGES)))
        finally:
            document.close()


def _picture(page: pypdfium2.PdfPage) -> bytes:
    drawn = page.render(scale=WIDTH / page.get_width(), grayscale=True).to_pil()
    page.close()
    png = io.BytesIO()
    drawn.quantize(GREYS).save(png, "PNG", optimize=True)
    return png.getvalue()
