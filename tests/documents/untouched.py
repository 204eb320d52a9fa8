"""A contract as a lawyer wrote it, before anybody thought of a template."""

from __future__ import annotations

import io
from typing import Any

from docx import Document
from docx.document import Document as Docx
from docx.enum.text import WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.shared import Mm

COMPANY, NUMBER, PERSON = "Wolkenhuis BV", "0123.456.749", "Annelies Verstraeten"
OWN = {
    "processor.name": COMPANY,
    "processor.enterprise_number": "BE 0123.456.749",
    "processor.representative.name": PERSON,
    "processor.representative.function": "bestuurder",
}
AMOUNT = "[bedrag]"


def untouched(
    *, headings: bool = True, company: str = COMPANY, number: str = NUMBER, person: str = PERSON
) -> bytes:
    """The Word file. Without ``headings`` bold lines stand where headings belong."""
    docx = Document()
    _heading(docx, "Verwerkersovereenkomst", "Title", styled=headings)
    docx.add_paragraph("Tussen:")
    customer = docx.add_paragraph("[naam ")
    customer.add_run("klant]").bold = True
    customer.add_run(", [rechtsvorm], met zetel te ……………………, ")
    customer.add_run("ingeschreven").bold = True
    customer.add_run(" onder het nummer ……………………, vertegenwoordigd door ………………………,")
    docx.add_paragraph(
        f"en {company}, KBO {number}, vertegenwoordigd door {person}, bestuurder, hierna "
        "“Wolkenhuis”. Een bestuurder van de klant blijft een bestuurder."
    )
    _heading(docx, "Artikel 1. Voorwerp", "Heading 1", styled=headings)
    docx.add_paragraph("Onze overeenkomst gesloten op ………… (hierna “de Hoofdovereenkomst”).")
    _heading(docx, "Artikel 2. Aansprakelijkheid", "Heading 1", styled=headings)
    docx.add_paragraph(f"Hoogstens {AMOUNT} euro. Meldingen gaan per e-mail aan ____________.")
    _signatures(docx, ["Voor de Klant [naam klant]", f"Voor {company}"])
    _heading(docx, "Bijlage A", "Heading 1", styled=headings)
    docx.add_paragraph(
        "De Klant neemt deze diensten af (schrappen wat niet past): hosting / back-up / andere: ………"
    )
    _heading(docx, "Soorten persoonsgegevens", "Heading 2", styled=headings)
    for item in ("naam en adres;", "accountgegevens;", "andere: ……………………"):
        docx.add_paragraph(item, style="List Bullet")
    _heading(docx, "Categorieën van betrokkenen", "Heading 2", styled=headings)
    for item in ("☐ bezoekers", "☐ leden", "☐ andere: ………………"):
        docx.add_paragraph(item)
    _heading(docx, "Bijzondere categorieën", "Heading 2", styled=headings)
    docx.add_paragraph("Ook gegevens van artikel 9, namelijk [omschrijving], worden verwerkt.")
    _heading(docx, "Contact", "Heading 2", styled=headings)
    docx.add_paragraph("Vragen gaan naar de functionaris …………………… (e-mail: ……………………).")
    _drawn(docx, "Functie van de vertegenwoordiger:")
    _signatures(docx, ["De Klant"], more=["Initialen: ………"])
    docx.sections[0].header.paragraphs[0].text = "Wolkenhuis - Vertrouwelijk"
    for language in docx.styles.element.iter(
        "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}lang"
    ):
        language.set(f"{language.tag[: -len('lang')]}val", "nl-BE")
    return saved(docx)


def saved(docx: Docx) -> bytes:
    buffer = io.BytesIO()
    docx.save(buffer)
    return buffer.getvalue()


def _heading(docx: Docx, words: str, style: str, *, styled: bool) -> None:
    if styled:
        docx.add_paragraph(words, style=style)
    else:
        docx.add_paragraph().add_run(words).bold = True


def _signatures(docx: Docx, heads: list[str], more: list[str] | None = None) -> Any:
    rows = [heads, *[[each] * len(heads) for each in more or ()]]
    for label in ("Naam: ………………", "Datum: ………………", "Handtekening:"):
        rows.append([label] * len(heads))
    table = docx.add_table(len(rows), len(heads))
    for row, cells in zip(table.rows, rows, strict=True):
        for cell, words in zip(row.cells, cells, strict=True):
            cell.text = words
    return table


def _drawn(docx: Docx, label: str) -> None:
    """A label and a line that Word draws, by a tab with a leader."""
    line = docx.add_paragraph(label)
    line.paragraph_format.tab_stops.add_tab_stop(Mm(150), WD_TAB_ALIGNMENT.LEFT, WD_TAB_LEADER.DOTS)
    line.runs[0].add_tab()
