"""Documents made from a contract that was never made for Zegel, with the whole real pipeline."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from docx.document import Document as Docx
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from PIL import Image

from service.agreement.template_version import TemplateVersion
from service.cli.main import main
from service.documents.fonts import load_fonts
from service.documents.own.check import check
from service.documents.own.findings import Finding, Found, Severity
from service.documents.own.in_words import message
from service.documents.own.sample import make_sample
from service.documents.pdf_text import read_pdf_text
from service.documents.produce import DocumentMaker
from service.texts import OURS
from tests.conformance.opened import Opened
from tests.conformance.rules import broken
from tests.documents.foreign import contract
from tests.documents.samples import hard, ordinary, shortest
from tests.variants import some

DATED = datetime(2026, 3, 1, tzinfo=UTC)
DRAWN = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
DUTCH = {"Heading1": "Kop1", "Heading2": "Kop2", "Title": "Titel", "ListBullet": "Opsomming"}

REFERRING = ("w:styleId", *(f"w:{each} w:val" for each in ("pStyle", "basedOn", "next", "link")))


def like_word(docx: Docx) -> None:
    """What Word files have besides plain text: a logo, borders, links, controls, numbers."""
    table = docx.tables[0]
    table.style = "Table Grid"
    for cell in table.rows[0].cells:
        shade = f'<w:shd {nsdecls("w")} w:val="clear" w:fill="D9E2F3"/>'
        cell._tc.get_or_add_tcPr().append(parse_xml(shade))
    only = "{% als gevoelige_gegevens %}Gevoelig: {{ gevoelige_gegevens }}.{% einde als %}"
    docx.paragraphs[9].insert_paragraph_before(only)
    for words in ("Ten eerste", "Ten tweede"):
        docx.paragraphs[6].insert_paragraph_before(words, style="List Number")
    line = docx.paragraphs[9].insert_paragraph_before("Zie ")._p
    address = docx.part.relate_to(
        "https://example.org/", RELATIONSHIP_TYPE.HYPERLINK, is_external=True
    )
    for markup in (
        f'<w:hyperlink {nsdecls("w", "r")} r:id="{address}"><w:r><w:t>ons</w:t></w:r>'
        "</w:hyperlink>",
        f"<w:sdt {nsdecls('w')}><w:sdtPr/><w:sdtContent><w:r>"
        "<w:t>, {{ klant.naam }}</w:t></w:r></w:sdtContent></w:sdt>",
        f"<w:r {nsdecls('w')}><w:t>, e</w:t><w:noBreakHyphen/><w:t>mail</w:t><w:tab/></w:r>",
    ):
        line.append(parse_xml(markup))
    block = (
        f"<w:sdt {nsdecls('w')}><w:sdtPr/><w:sdtContent><w:p><w:r><w:t>Een “blok”</w:t></w:r></w:p>"
        "</w:sdtContent></w:sdt>"
    )
    line.addprevious(parse_xml(block))
    picture = io.BytesIO()
    Image.new("RGB", (40, 20), "red").save(picture, "PNG")
    picture.seek(0)
    header = docx.sections[0].header
    header.paragraphs[0].add_run().add_picture(picture)
    for drawn in header._element.iter(DRAWN):
        drawn.set("descr", "Logo")


def in_dutch(docx: bytes) -> bytes:
    """The same file as a Dutch Word writes it: its styles have Dutch ids."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx)) as old, zipfile.ZipFile(result, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name.startswith("word/") and name.endswith(".xml"):
                for english, dutch in DUTCH.items():
                    for attribute in REFERRING:
                        before, after = f'{attribute}="{english}"', f'{attribute}="{dutch}"'
                        part = part.replace(before.encode(), after.encode())
            new.writestr(name, part)
    return result.getvalue()


@pytest.fixture(scope="module")
def template(templates_dir: Path) -> TemplateVersion:
    found = check(in_dutch(contract(like_word)), load_fonts(templates_dir / "fonts"), "2.0")
    assert {each.severity for each in found.findings} == {Severity.WARNING}
    assert found.template
    return found.template


def made(maker: DocumentMaker, template: TemplateVersion, context: dict[str, Any]) -> Any:
    places = [each.key for each in template.places]
    context["template"]["version"] = template.version
    return maker.agreement(template, context, fields=places, dated=DATED)


@pytest.mark.parametrize("context", some([ordinary, shortest, hard]))
def test_its_documents_are_accessible_and_have_their_places(
    document_maker: DocumentMaker, template: TemplateVersion, context: Any
) -> None:
    document = made(document_maker, template, context())
    assert broken(Opened(document.pdf)) == {}
    assert [each.place for each in document.places] == [
        "controller_agreement",
        "processor_agreement",
        "controller_annex",
    ]
    for place in document.places:
        left, bottom, right, top = place.rect
        assert right - left > 120
        assert top - bottom > 85


def test_its_reading_view_has_headings_lists_and_tables(
    document_maker: DocumentMaker, template: TemplateVersion
) -> None:
    html = made(document_maker, template, ordinary()).reading_html
    assert html.startswith("<h2>Overeenkomst gegevensverwerking</h2>")
    assert re.findall(r"<h3[^>]*>([^<]+)", html)[0] == "Voorwerp"
    assert re.findall(r"<h4>([^<]+)", html) == ["Persoonsgegevens", "Betrokkenen"]
    assert "<li>Gezondheidsgegevens (bijzonder)</li>" in html
    assert "<p>Gevoelig: Gezondheidsgegevens.</p>" in html
    assert html.count("<thead>") == 2
    assert "Zie ons, Bakkerij Peeters, e-mail" in html


def test_an_example_says_so_on_every_page(
    document_maker: DocumentMaker, template: TemplateVersion
) -> None:
    context = ordinary()
    context["template"]["version"] = "2.0"
    document = document_maker.agreement(template, context, fields=(), dated=DATED, preview=True)
    pages = read_pdf_text(document.pdf).pages
    assert len(pages) > 1
    assert all("VOORBEELD, niet om te ondertekenen" in " ".join(page.split()) for page in pages)
    assert "VOORBEELD" not in "".join(
        read_pdf_text(made(document_maker, template, ordinary()).pdf).pages
    )


def test_a_sample_shows_each_value_by_its_name(
    document_maker: DocumentMaker, template: TemplateVersion
) -> None:
    sample = make_sample(document_maker, template)
    assert sample.findings == ()
    for words in (
        "[verwerker.naam]",
        "[hoofdovereenkomst.datum]",
        "[persoonsgegevens1](bijzonder)",
    ):
        assert any(words in page for page in sample.pages), words
    least = ["".join(each.split()) for each in read_pdf_text(sample.least_pdf).pages]
    assert all("VOORBEELD,nietomteondertekenen" in page for page in least)
    assert "Geenfunctionaris." in "".join(least)
    assert "[functionaris.naam]" not in "".join(least)
    place = Finding(Found.BORDER, "word/document.xml", "Functionaris: {{ functionaris.naam }}")
    assert [each.page for each in sample.placed([place])] == [len(sample.pages)]


def test_a_file_whose_pdf_says_something_else_has_no_sample(
    document_maker: DocumentMaker, templates_dir: Path
) -> None:
    def begins_at_five(docx: Docx) -> None:
        docx.paragraphs[6].insert_paragraph_before("Ten vijfde", style="List Number")
        five = (
            f'<w:lvlOverride {nsdecls("w")} w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride>'
        )
        for number in docx.part.numbering_part.element.findall(qn("w:num")):
            number.append(parse_xml(five))

    found = check(contract(begins_at_five), load_fonts(templates_dir / "fonts"))
    assert found.template
    sample = make_sample(document_maker, found.template)
    assert sample.pdf == b""
    assert [each.code for each in sample.findings] == [Found.NOT_MADE]
    said = message(sample.findings[0], OURS)
    assert "de PDF zegt iets anders dan de leesweergave" in said
    assert "5.Tenvijfde" in said


def test_the_command_keeps_the_sample(tmp_path: Path) -> None:
    file, sample = tmp_path / "contract.docx", tmp_path / "voorbeeld.pdf"
    file.write_bytes(contract())
    arguments = ["template", "check", str(file), "--sample", str(sample)]
    told = CliRunner().invoke(main, arguments, env={})
    assert told.exit_code == 0, told.output
    place = "tekst, bladzijde 1 van het voorbeeld, bij “Overeenkomst gegevensverwerking”"
    assert place in told.output
    pages = read_pdf_text(sample.read_bytes()).pages
    assert all("VOORBEELD" in page for page in pages)
