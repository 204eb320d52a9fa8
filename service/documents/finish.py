"""From the office's PDF and the filled Word file to the finished document.

Without the office, so that a second process can do it too (``finisher``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from service.documents.check import check_format, check_text
from service.documents.docx_blocks import read_blocks
from service.documents.metadata import Metadata
from service.documents.normalise import Attachment, normalise
from service.documents.pdf_text import read_pdf_text
from service.documents.reading_view import reading_view
from service.documents.template import Mark
from signatures.acts.prepare_fields import PlaceOnPage


@dataclass(frozen=True)
class Converted:
    """What the office made of a filled Word file, and what belongs in and on it."""

    pdf: bytes
    docx: bytes
    context: Mapping[str, Any]
    metadata: Metadata
    attachment: Attachment | None
    marks: tuple[Mark, ...]
    order: tuple[str, ...]
    """The fields in signing order; none in a preview."""

    fonts: frozenset[str]


@dataclass(frozen=True)
class Finished:
    """The finished file, what a page shows of it, and the places of its empty fields."""

    pdf: bytes
    sha256: str
    pages: int
    reading_html: str
    places: tuple[PlaceOnPage, ...]


def finish(converted: Converted) -> Finished:
    """The finished document. Raises GenerationFailed when its text, its places or its format are
    wrong."""
    blocks = read_blocks(converted.docx)
    text = read_pdf_text(converted.pdf)
    check_text(text, converted.docx, blocks, converted.context)
    normalised = normalise(
        converted.pdf,
        converted.metadata,
        converted.attachment,
        converted.marks,
        converted.order,
    )
    check_format(normalised.pdf, converted.fonts)
    return Finished(
        pdf=normalised.pdf,
        sha256=hashlib.sha256(normalised.pdf).hexdigest(),
        pages=len(text.pages),
        reading_html=reading_view(blocks),
        places=normalised.places,
    )
