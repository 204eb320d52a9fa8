"""About which page of Word a finding is on."""

from __future__ import annotations

import dataclasses
import io
from typing import Any

from docx import Document
from docx.enum.section import WD_SECTION
from docx.enum.text import WD_BREAK
from docx.oxml import OxmlElement

from service.documents.own.findings import Finding, Found
from service.documents.own.in_words import where
from service.documents.own.pages import Pages
from service.documents.own.source import Source
from service.texts import OURS

MAIN = "word/document.xml"


def began(run: Any) -> Any:
    """Word's mark that a page begins before the text of this run."""
    run._r.insert(0, OxmlElement("w:lastRenderedPageBreak"))
    return run


def text(*, laid_out: bool) -> Source:
    """A break of each kind, and one where a page was full."""
    docx = Document()
    docx.add_paragraph("Eerste: ……")
    full = docx.add_paragraph("Over ")
    if laid_out:
        began(full.add_run("twee bladzijden"))
    docx.add_paragraph("Tweede: ……").add_run().add_break(WD_BREAK.PAGE)
    third = docx.add_paragraph().add_run("Derde: ……")
    before = docx.add_paragraph()
    before.paragraph_format.page_break_before = True
    fourth = before.add_run("Vierde: ……")
    for run in (third, fourth) if laid_out else ():
        began(run)  # Word marks these pages too: they count once
    docx.add_section(WD_SECTION.NEW_PAGE)
    docx.add_paragraph("Vijfde: ……")
    docx.add_section(WD_SECTION.CONTINUOUS)
    row = docx.add_table(1, 2).rows[0]
    row.cells[0].text, row.cells[1].text = "Naam", "Rij: ……"
    docx.add_paragraph("Twee keer: ……").add_run().add_break(WD_BREAK.PAGE)
    docx.add_paragraph("Twee keer: ……")
    buffer = io.BytesIO()
    docx.save(buffer)
    return Source(buffer.getvalue())


def test_a_finding_says_about_the_page_where_word_had_it() -> None:
    pages = Pages(text(laid_out=True))

    def page(paragraph: str) -> int | None:
        return pages.placed(Finding(Found.OPEN_PLACE, MAIN, paragraph)).near_page

    words = ("Eerste", "Tweede", "Derde", "Vierde", "Vijfde", "Naam Rij")
    assert [page(f"{each}: ……") for each in words] == [1, 2, 3, 4, 5, 5]
    assert page("… twee bladzijden") == 1  # where the paragraph begins
    assert page("Twee keer: ……") is None  # nobody knows which of both
    assert page("Nergens") is None
    found = pages.placed(Finding(Found.OPEN_PLACE, MAIN, "Derde: ……"))
    assert where(found, OURS) == "tekst, bij “Derde: ……”, rond bladzijde 3"
    assert Finding.from_json(found.as_json()) == found
    sampled = dataclasses.replace(found, page=2)
    assert where(sampled, OURS) == "tekst, bladzijde 2 van het voorbeeld, bij “Derde: ……”"


def test_a_file_that_was_never_laid_out_has_no_pages() -> None:
    found = Finding(Found.OPEN_PLACE, MAIN, "Derde: ……")
    assert Pages(text(laid_out=False)).placed(found) == found
