"""How full the pages of an agreement are: every page but a part's last is full."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pypdfium2
import pytest
from usual import FIELDS

from service.documents.pdf_text import PDFIUM
from service.documents.produce import DocumentMaker
from service.wiring.build import installed_template
from tests.documents.samples import full, hard, ordinary
from tests.variants import some

TEMPLATE = installed_template()
DATED = datetime(2026, 3, 2, 13, 5, tzinfo=UTC)
FOOTER = 60  # points from the bottom; below is the footer
ROOM = 842 - 2 * 70  # between the margins of a page
FULL = 0.6  # a whole block of signatures may not fit any more
BULLET = "•"
# The number of items of each list in Bijlage 1. Before lists were kept together, the first and the
# fourth left an item alone.
SIZES = [(41, 41), (25, 25), (30, 30), (4, 39), (35, 35), (4, 40)]
LAST_OF_AGREEMENT, FIRST_OF_ANNEX = "Aldus overeengekomen", "Bijlage 1: Specificatie"


def pages(pdf: bytes) -> list[tuple[str, float]]:
    """The text of each page, and the fraction of its height that the text covers."""
    found = []
    with PDFIUM:
        document = pypdfium2.PdfDocument(pdf)
        try:
            for page in document:
                text = page.get_textpage()
                boxes = [text.get_rect(index) for index in range(text.count_rects())]
                body = [box for box in boxes if box[1] > FOOTER]
                reach = max(box[3] for box in body) - min(box[1] for box in body)
                found.append((text.get_text_range(), reach / ROOM))
        finally:
            document.close()
    return found


@pytest.mark.parametrize("order", ["controller_first", "processor_first"])
@pytest.mark.parametrize("context", [ordinary, hard, lambda: full("Wijkwerking ")])
def test_no_page_but_the_last_of_a_part_is_half_empty(
    document_maker: DocumentMaker, context: Callable[[], dict[str, Any]], order: str
) -> None:
    made = document_maker.agreement(TEMPLATE, context(), fields=FIELDS[order], dated=DATED)
    found = pages(made.pdf)
    annex = max(at for at, (text, _) in enumerate(found) if FIRST_OF_ANNEX in text)
    assert any(LAST_OF_AGREEMENT in text for text, _ in found[annex - 1 : annex])
    half_empty = {
        at + 1: round(reach, 2)
        for at, (_, reach) in enumerate(found)
        if at not in (annex - 1, len(found) - 1) and reach < FULL
    }
    assert half_empty == {}


@pytest.mark.parametrize(("data", "subjects"), some(SIZES))
def test_no_bullet_stands_alone(document_maker: DocumentMaker, data: int, subjects: int) -> None:
    context = ordinary()
    for name, size in (("personal_data", data), ("data_subjects", subjects)):
        context["annex"][name] = [
            {"label": f"Soort {number}", "special": False} for number in range(size)
        ]
    made = document_maker.agreement(
        TEMPLATE, context, fields=FIELDS["controller_first"], dated=DATED
    )
    found = [
        [line.strip() for line in text.splitlines() if line.strip() and "Pagina" not in line]
        for text, _ in pages(made.pdf)
    ]
    for before, after in itertools.pairwise(found):
        assert not before[-1].endswith(":"), before  # its list is on the next page
        if after[0].startswith(BULLET):
            near = (*before[-2:], *after[:2])
            assert all(line.startswith(BULLET) for line in near), near
