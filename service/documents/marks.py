"""From the captions in the PDF to the rectangles of its signature places."""

from __future__ import annotations

from collections.abc import Iterable

from service.documents.pdf_text import PdfText
from service.documents.template import Caption
from service.errors import GenerationFailed
from signatures.fields import PlaceOnPage

CLEARANCE = 2.5
"""Points between a caption and the field above it."""

CELL_PADDING = 10.8
"""Points that a column's cells keep free left and right together (Word's default)."""


def find_places(text: PdfText, captions: Iterable[Caption]) -> tuple[PlaceOnPage, ...]:
    """One rectangle per caption: above it, as high as its room and as wide as its column.

    Raises GenerationFailed ``caption_missing`` or ``caption_repeated``: a caption that a party
    smuggles in as its name must not move a signature.
    """
    places = []
    for caption in captions:
        occurrences = text.text.count(caption.text)
        found = text.found[caption.text]
        if not found or not occurrences:
            raise GenerationFailed("caption_missing", caption.text)
        if len(found) > 1 or occurrences > 1:
            raise GenerationFailed("caption_repeated", caption.text)
        left, _, _, top = found[0].box
        bottom = top + CLEARANCE
        rect = (
            round(left, 2),
            round(bottom, 2),
            round(left + caption.width - CELL_PADDING, 2),
            round(bottom + caption.height - 2 * CLEARANCE, 2),
        )
        places.append(PlaceOnPage(caption.place, found[0].page, rect, caption.tooltip))
    return tuple(places)
