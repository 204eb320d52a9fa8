"""Places blocks on pages, keeping together what belongs together."""

from __future__ import annotations

from collections.abc import Sequence

from service.documents.sheet.blocks import Block, SealPlace, Table
from service.documents.sheet.faces import Measure
from service.documents.sheet.laid import Laid, LaidBullet, laid_paragraph, laid_seal
from service.documents.sheet.page import Pages
from service.documents.sheet.structure import Element
from service.documents.sheet.table import LaidTable


def on_pages(blocks: Sequence[Block], measure: Measure) -> tuple[Pages, Element]:
    """The pages of a sheet, and its tags' root."""
    document = Element("Document", None)
    pages = Pages()
    laid = [_laid(block, measure) for block in blocks]
    above: Laid | None = None
    holder = document
    for number, block in enumerate(laid):
        gap = _gap(above, block)
        if pages.at_top or pages.room < gap + _needed(laid, number):
            if not pages.at_top:
                pages.turn()
            gap = 0.0
        pages.y -= gap
        if not isinstance(block, LaidBullet):
            holder = document
        elif not isinstance(above, LaidBullet):
            holder = document.add("L", "list")
        block.put(pages, holder)
        above = block
    return pages, document


def _laid(block: Block, measure: Measure) -> Laid:
    if isinstance(block, Table):
        return LaidTable(block, measure)
    if isinstance(block, SealPlace):
        return laid_seal(block, measure)
    return laid_paragraph(block, measure)


def _gap(above: Laid | None, block: Laid) -> float:
    """The space between two blocks: the larger wish; none between list items."""
    if above is None or (isinstance(above, LaidBullet) and isinstance(block, LaidBullet)):
        return 0.0
    return max(above.after, block.before)


def _needed(laid: Sequence[Laid], number: int) -> float:
    """The free height to begin this block, with those it must stay with."""
    block = laid[number]
    if not block.keep_next or number + 1 == len(laid):
        return block.least
    return block.height + _gap(block, laid[number + 1]) + _needed(laid, number + 1)
