"""A contract that was never made for Zegel: a plain Word file with its own styles and fonts.

Made ready by a secretary: placeholders where names were, two lists, a signature table with a date
above each signature, an annex with a second signature.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from docx import Document
from docx.document import Document as Docx
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm

ARTICLES = (
    "Voorwerp",
    "Definities",
    "Instructies",
    "Vertrouwelijkheid",
    "Beveiliging",
    "Subverwerkers",
    "Doorgifte",
    "Bijstand",
    "Inbreuken",
    "Audit",
    "Aansprakelijkheid",
    "Duur",
    "Teruggave",
    "Toepasselijk recht",
)
CONTROLLER, PROCESSOR = "verwerkingsverantwoordelijke", "verwerker"
Change = Callable[[Docx], Any]


def contract(*changes: Change) -> bytes:
    """The Word file, with changes made to it before it is saved."""
    docx = Document()
    _language(docx)
    docx.add_paragraph("Overeenkomst gegevensverwerking", style="Title")
    docx.add_paragraph("Kenmerk {{ kenmerk }}")
    parties = docx.add_paragraph("Tussen {{ verwerker.naam }}, met nummer ")
    parties.add_run("{{ verwerker.onder")  # Word splits words over runs as it likes
    parties.add_run("nemingsnummer }}").bold = True
    parties.add_run(" en {{ klant.naam }}{% als klant.rechtsvorm %}, {{ klant.rechtsvorm }}")
    parties.add_run("{% einde als %}, {% als klant.nummer %}{{ klant.soort_nummer }} ")
    parties.add_run("{{ klant.nummer }}{% anders %}zonder nummer{% einde als %}, gevestigd te ")
    parties.add_run("{{ klant.zetel }}.")
    for number, heading in enumerate(ARTICLES, 1):
        docx.add_paragraph(f"{heading}", style="Heading 1")
        docx.add_paragraph(f"De partijen komen artikel {number} overeen zoals het hier staat.")
        if number == 1:
            docx.add_paragraph("{% voor dienst in diensten %}")
            docx.add_paragraph("{{ dienst }}", style="List Bullet")
            docx.add_paragraph("{% einde voor %}")
            docx.add_paragraph("{% als hoofdovereenkomst.datum %}")
            docx.add_paragraph("De hoofdovereenkomst is van {{ hoofdovereenkomst.datum }}.")
            docx.add_paragraph("{% einde als %}")
    signatures(docx, CONTROLLER, PROCESSOR)
    docx.add_paragraph("Bijlage 1", style="Heading 1").paragraph_format.page_break_before = True
    docx.add_paragraph("Persoonsgegevens", style="Heading 2")
    listed(docx, "persoonsgegevens", "gegeven")
    docx.add_paragraph("Betrokkenen", style="Heading 2")
    listed(docx, "betrokkenen", "betrokkene")
    docx.add_paragraph(
        "{% als functionaris %}Functionaris: {{ functionaris.naam }}{% anders %}Geen functionaris."
        "{% einde als %}"
    )
    signatures(docx, "bijlage_1")
    _footer(docx)
    for change in changes:
        change(docx)
    buffer = io.BytesIO()
    docx.save(buffer)
    return buffer.getvalue()


def listed(docx: Docx, name: str, variable: str) -> None:
    """A list with an item for each of the values with this name."""
    docx.add_paragraph(f"{{% voor {variable} in {name} %}}")
    docx.add_paragraph(
        f"{{{{ {variable} }}}}{{% als {variable}.bijzonder %}} (bijzonder){{% einde als %}}",
        style="List Bullet",
    )
    docx.add_paragraph("{% einde voor %}")


def signatures(docx: Docx, *places: str) -> None:
    """A table with the names, the dates and below them the signatures."""
    table = docx.add_table(4, len(places) + 1)
    who = {PROCESSOR: "verwerker"}
    rows = (
        ("Partij", [place.capitalize() for place in places]),
        ("Naam", [f"{{{{ {who.get(each, CONTROLLER)}.vertegenwoordiger }}}}" for each in places]),
        ("Datum", [f"{{{{ datum.{each} }}}}" for each in places]),
        ("Handtekening", [f"{{{{ handtekening.{each} }}}}" for each in places]),
    )
    for row, (label, cells) in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, (label, *cells), strict=True):
            cell.width = Mm(160 / (len(places) + 1))
            cell.text = text
    repeat_header(table.rows[0])


def repeat_header(row: Any) -> None:
    """What the button *Veldnamenrijen herhalen* does."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def paragraph(words: str) -> Change:
    """A paragraph in the middle of the text."""
    return lambda docx: docx.paragraphs[4].insert_paragraph_before(words)


def replaced(old: str, new: str) -> Change:
    """Other words in every run and cell that has these."""

    def change(docx: Docx) -> None:
        found = [each for each in docx.element.body.iter(qn("w:t")) if old in (each.text or "")]
        assert found
        for text in found:
            text.text = text.text.replace(old, new)

    return change


def _language(docx: Docx) -> None:
    for each in docx.styles.element.iter(qn("w:lang")):
        each.set(qn("w:val"), "nl-NL")


def _footer(docx: Docx) -> None:
    """*Pagina 1 van 2* as Word writes it: fields over several runs."""
    line = docx.sections[0].footer.paragraphs[0]
    for words, field in (("Pagina ", "PAGE"), (" van ", "NUMPAGES")):
        line.add_run(words)
        for kind in ("begin", field, "separate", "1", "end"):
            run = line.add_run()
            if kind == field:
                part = OxmlElement("w:instrText")
                part.text = f" {field} \\* MERGEFORMAT "
            elif kind == "1":
                run.text = "1"
                continue
            else:
                part = OxmlElement("w:fldChar")
                part.set(qn("w:fldCharType"), kind)
            run._r.append(part)
