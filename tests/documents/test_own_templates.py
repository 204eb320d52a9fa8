"""What is found in a Word file of the processor, and where; hostile files are refused unread."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from docx.document import Document as Docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from service.cli.main import main
from service.documents.builder.package import docx_path
from service.documents.fonts import ShippedFonts, load_fonts
from service.documents.own import apart, check, names
from service.documents.own.findings import WARNINGS, Checked, Found, Severity
from service.documents.placeholders import Placeholder
from service.documents.template import DocumentTemplate
from service.texts import OURS, catalogue
from tests.documents.foreign import Change, contract, paragraph, replaced
from tests.documents.test_admission import SMUGGLED, changed, with_relationship
from tests.variants import some


@pytest.fixture(scope="module")
def fonts(templates_dir: Path) -> ShippedFonts:
    return load_fonts(templates_dir / "fonts")


@pytest.fixture
def checked(fonts: ShippedFonts) -> Callable[..., Checked]:
    """A contract with changes, checked in this process."""
    return lambda *changes: check.check(contract(*changes), fonts)


def faults(found: Checked) -> list[tuple[Found, str]]:
    return [(each.code, each.paragraph) for each in found.findings if each.code not in WARNINGS]


def xml(markup: str) -> Change:
    """Markup at the end of a paragraph in the middle."""
    return lambda docx: docx.paragraphs[4]._p.append(parse_xml(markup.replace(">", W_NS, 1)))


W_NS = f" {nsdecls('w')}>"
TEXT = "<w:r><w:t>woorden</w:t></w:r>"


def test_a_contract_made_ready_is_a_template(checked: Callable[..., Checked]) -> None:
    found = checked()
    assert faults(found) == []
    assert found.title == "Overeenkomst gegevensverwerking"
    assert found.places == ("controller_agreement", "processor_agreement", "controller_annex")
    assert found.template
    assert 'title = "Overeenkomst gegevensverwerking {{ reference }}"' in found.template.declaration
    assert found.template.docx == (checked().template or found.template).docx


def test_our_own_text_is_a_template_too(
    templates_dir: Path, fonts: ShippedFonts, agreement_template: DocumentTemplate
) -> None:
    ours = docx_path(templates_dir / "agreement").read_bytes()
    found = check.check(ours, fonts, "1.1")
    assert found.findings == ()
    assert found.places == tuple(mark.place for mark in agreement_template.marks)
    assert set(agreement_template.placeholders) <= set(map(Placeholder.parse, names.VALUES))
    again = check.check(found.template.docx if found.template else b"", fonts)
    assert (again.findings, again.places) == ((), found.places)


def test_the_file_to_begin_with_is_a_template(fonts: ShippedFonts, tmp_path: Path) -> None:
    told = zegel("starter", tmp_path / "begin.docx")
    assert told.exit_code == 0, told.output
    found = check.check((tmp_path / "begin.docx").read_bytes(), fonts)
    assert found.findings == ()
    outer = {path for path in names.DECLARED if "[]" not in path}
    groups = {path for path in outer if any(each.startswith(f"{path}.") for each in outer)}
    parts = {"annex.special", "annex.criminal"}  # of annex.sensitive
    shown_otherwise = {"preview", "revision", "template.version", *groups, *parts}
    printed = {path.partition("[]")[0] for path in found.printed}
    assert outer - shown_otherwise <= printed


def no_header(docx: Docx) -> None:
    row = docx.tables[0].rows[0]._tr.get_or_add_trPr()
    row.remove(row.find(qn("w:tblHeader")))


def restyled(old: str, new: str) -> Change:
    def change(docx: Docx) -> None:
        for each in docx.paragraphs:
            if each.style.name == old:
                each.style = docx.styles[new]

    return change


def narrow(docx: Docx) -> None:
    for cell in docx.tables[0].columns[1].cells:
        cell._tc.tcPr.find(qn("w:tcW")).set(qn("w:w"), "900")


def moved_date(docx: Docx) -> None:
    table = docx.tables[0]._tbl
    table.insert(table.index(table.tr_lst[1]), table.tr_lst[2])


GIVEN = "{{ datum.verwerker }}"
SIGNED = "{{ handtekening.verwerker }}"
WRONG: dict[str, tuple[Change, Found, str]] = {
    "a misspelt name": (paragraph("Aan {{ verwerker.naem }}"), Found.UNKNOWN, "Aan {{"),
    "no end": (paragraph("Hier {{ kenmerk"), Found.UNCLOSED, "Hier {{ kenmerk"),
    "a call": (paragraph("{{ kenmerk() }}"), Found.EXPRESSION, "{{ kenmerk()"),
    "a way out of the sandbox": (
        paragraph("{{ kenmerk.__class__.__mro__ }}"),
        Found.UNKNOWN,
        "{{ kenmerk.__class__",
    ),
    "a product": (paragraph("{{ 'a' * 999999999 }}"), Found.EXPRESSION, "{{ 'a' * 9"),
    "an inclusion": (paragraph("{% include '/etc/passwd' %}"), Found.STATEMENT, "{% include"),
    "a variable": (paragraph("{% set a = 1 %}"), Found.STATEMENT, "{% set"),
    "a list in a list": (
        paragraph("{% voor a in diensten %}{% voor b in diensten %}{% endfor %}{% endfor %}"),
        Found.NESTED_LOOP,
        "{% voor a",
    ),
    "no end of a condition": (
        paragraph("{% als hoofdovereenkomst %}"),
        Found.UNBALANCED,
        "{% als hoofd",
    ),
    "a value that may be absent": (
        paragraph("Van {{ hoofdovereenkomst.kenmerk }}"),
        Found.UNGUARDED,
        "Van {{",
    ),
    "a whole party": (paragraph("{{ verwerker }}"), Found.PRINTS_MANY, "{{ verwerker }}"),
    "a required value": (replaced("{{ kenmerk }}", "VO-1"), Found.VALUE_MISSING, ""),
    "no place": (replaced(SIGNED, "x"), Found.PLACE_MISSING, GIVEN),
    "a place twice": (replaced(GIVEN, SIGNED), Found.PLACE_REPEATED, SIGNED),
    "a place between words": (paragraph(SIGNED), Found.PLACE_REPEATED, SIGNED),
    "words beside a place": (replaced(SIGNED, f"Voor: {SIGNED}"), Found.PLACE_NOT_ALONE, "Voor:"),
    "a place that does not exist": (
        replaced(SIGNED, "{{ handtekening.verwerkr }}"),
        Found.PLACE_UNKNOWN,
        "{{ handtekening.verwerkr }}",
    ),
    "no date": (replaced(GIVEN, "…"), Found.DATE_MISSING, SIGNED),
    "a date elsewhere": (moved_date, Found.DATE_NOT_ABOVE, "{{ datum.verw"),
    "a narrow place": (narrow, Found.PLACE_NARROW, "{{ handtekening.verwerkingsv"),
    "a change": (xml(f"<w:ins>{TEXT}</w:ins>"), Found.TRACKED, "De partijen"),
    "hidden text": (
        xml("<w:r><w:rPr><w:vanish/></w:rPr><w:t>x</w:t></w:r>"),
        Found.HIDDEN,
        "",
    ),
    "capitals": (xml("<w:r><w:rPr><w:caps/></w:rPr><w:t>x</w:t></w:r>"), Found.CAPITALS, ""),
    "a footnote": (xml('<w:r><w:footnoteReference w:id="1"/></w:r>'), Found.FOOTNOTE, ""),
    "a header with words": (
        lambda docx: setattr(docx.sections[0].header.paragraphs[0], "text", "Vertrouwelijk"),
        Found.HEADER_TEXT,
        "Vertrouwelijk",
    ),
    "no footer": (
        lambda docx: setattr(docx.sections[0].footer, "is_linked_to_previous", True),
        Found.FOOTER_MISSING,
        "",
    ),
    "no title": (restyled("Title", "Normal"), Found.TITLE_MISSING, ""),
    "no headings": (restyled("Heading 1", "Normal"), Found.HEADING_SKIPS, "Persoonsgegevens"),
    "no header row": (no_header, Found.TABLE_HEADER, "Partij"),
    "a strange character": (paragraph("Zie ☎"), Found.CHARACTER, "Zie"),
    "a field": (
        xml('<w:fldSimple w:instr=" TOC "><w:r><w:t>1</w:t></w:r></w:fldSimple>'),
        Found.FIELD_WITHIN,
        "De partijen",
    ),
}


@pytest.mark.parametrize("name", some(WRONG))
def test_a_mistake_is_found_where_it_is(name: str, checked: Callable[..., Checked]) -> None:
    change, code, place = WRONG[name]
    found = checked(change)
    assert found.template is None
    at = [where for each, where in faults(found) if each is code]
    assert any(each.startswith(place) or place in each for each in at), faults(found)


def test_a_name_is_suggested(checked: Callable[..., Checked]) -> None:
    found = checked(paragraph("Aan {{ verwerker.naem }}"))
    assert [each.values["nearest"] for each in found.findings if each.code is Found.UNKNOWN] == [
        "verwerker.naam"
    ]


def test_what_changes_is_said(checked: Callable[..., Checked]) -> None:
    found = checked(paragraph(""), restyled("List Bullet", "List Number"))
    warned = {each.code for each in found.findings if each.severity is Severity.WARNING}
    assert {Found.FONT, Found.BORDER, Found.EMPTY_PARAGRAPHS, Found.VALUE_NOT_PRINTED} == warned


def test_a_statement_in_one_paragraph_may_not_end_in_another(
    checked: Callable[..., Checked],
) -> None:
    crossing = [paragraph("woorden {% einde als %}"), paragraph("{% als functionaris %} woorden")]
    assert Found.CROSSES in {code for code, _ in faults(checked(*crossing))}


HIDDEN = (
    "{% for a in services %}{% for b in services %}{% endfor %}{% endfor %}",
    "{{ ''.__class__ }}",
    "{% set a = 1 %}",
)


@pytest.mark.parametrize("statement", HIDDEN)
def test_a_statement_where_no_reader_looks_is_refused(
    checked: Callable[..., Checked], statement: str
) -> None:
    hidden = xml(f'<w:r w:rsidR="{statement}"><w:t>x</w:t></w:r>')
    found = checked(hidden)
    assert [code for code, _ in faults(found)] == [Found.NOT_FILLED]
    assert found.findings[0].values["detail"] == "a statement outside the text"


@pytest.mark.parametrize("kind", ["image", "attachedTemplate", "oleObject", "aFChunk", "frame"])
def test_what_points_outside_is_refused_unread(fonts: ShippedFonts, kind: str) -> None:
    hostile = with_relationship(contract(), kind, "http://127.0.0.1:9/x")
    found = check.check(hostile, fonts)
    assert [each.code for each in found.findings] == [Found.EXTERNAL]
    assert found.findings[0].part == "word/_rels/document.xml.rels"


@pytest.mark.parametrize("spelling", some(SMUGGLED, one_in=8))
def test_a_field_is_refused_however_it_is_spelt(fonts: ShippedFonts, spelling: str) -> None:
    part = {"word/document.xml": (b"<w:sectPr", SMUGGLED[spelling].encode() + b"<w:sectPr")}
    found = check.check(changed(contract(), part), fonts)
    assert {Found.FIELD, Found.FIELD_WITHIN} & {each.code for each in found.findings}
    assert found.template is None


@pytest.mark.parametrize(
    ("name", "content"),
    [("word/vbaProject.bin", b"x"), ("word/embeddings/oleObject1.bin", b"x")],
)
def test_a_macro_or_object_is_refused(fonts: ShippedFonts, name: str, content: bytes) -> None:
    found = check.check(changed(contract(), {}, {name: content}), fonts)
    assert [each.code for each in found.findings] == [Found.PART]


def test_a_bomb_is_refused_by_a_process_of_its_own() -> None:
    bomb = io.BytesIO(contract())
    with zipfile.ZipFile(bomb, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/media/zeros.png", bytes(60 << 20))
    assert [each.code for each in apart.examine(bomb.getvalue()).findings] == [Found.TOO_LARGE]
    assert [each.code for each in apart.examine(b"PK").findings] == [Found.NO_WORD_FILE]


def test_a_process_that_passes_its_limits_says_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(apart, "_CHILD", "service.documents.own.nothing")
    assert [each.code for each in apart.examine(contract()).findings] == [Found.NOT_EXAMINED]


def test_every_finding_has_words() -> None:
    words = catalogue("template_findings", OURS)
    assert {f"{code}.{kind}" for code in Found for kind in ("message", "remedy")} <= set(words)
    kinds = {key.partition(".")[0] for key in words} - {
        *("part", "severity", "where", "advice", "asked", "why_not_made"),
    }
    assert kinds == {code.value for code in Found}
    asked = {key.removeprefix("asked.") for key in words if key.startswith("asked.")}
    assert {f"advice.{each}" for each in asked - {"nothing", Found.SIGNATORY}} <= set(words)


def test_every_value_has_a_dutch_name_of_its_own() -> None:
    paths = {each.path.partition("[]")[0] for each in map(Placeholder.parse, names.VALUES)}
    assert set(names.listed("values")) == paths
    given = [name for each in names.listed("values").values() for name in each]
    assert len(given) == len(set(given))


def zegel(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["template", *map(str, arguments)], env={})


def test_the_command_says_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "contract.docx"
    file.write_bytes(contract(paragraph("Aan {{ verwerker.naem }}")))
    told = zegel("check", file)
    assert told.exit_code == 1, told.output
    for words in (
        "Fout: Het invulveld verwerker.naem bestaat niet.",
        "  Waar: tekst, onder “Voorwerp”, bij “Aan {{ verwerker.naem }}”",
        "  Wat te doen: Bedoelt u `verwerker.naam`?",
        "Plaats: Verwerker, onder de overeenkomst (handtekening.verwerker)",
        "contract.docx kan nog geen sjabloon zijn (1 fout, ",
    ):
        assert words in told.output


def test_the_command_tells_programs_the_same(tmp_path: Path) -> None:
    file = tmp_path / "contract.docx"
    file.write_bytes(contract())
    told = zegel("check", file, "--json")
    assert told.exit_code == 0, told.output
    values = json.loads(told.output)
    assert values["ready"] is True
    assert {each["severity"] for each in values["findings"]} == {"warning"}
    assert [each["place"] for each in values["places"]] == [
        "controller_agreement",
        "processor_agreement",
        "controller_annex",
    ]


def test_the_names_can_be_listed() -> None:
    told = zegel("names")
    assert told.exit_code == 0
    assert all(names.shown(path) in told.output for path in names.DECLARED if "[]" not in path)
