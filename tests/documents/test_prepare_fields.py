"""Word's fields become words in a prepared contract; those that fetch something stay refused.

A field is written here as pairs: ``(BEGIN, "")``, ``("instr", " REF a ")``, ``("", "words")``.
"""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from docx import Document
from docx.document import Document as Docx
from docx.enum.text import WD_BREAK
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

from service.documents.admission import Unwanted, refusals
from service.documents.fields import BEGIN, END, SEPARATE, WITHIN
from service.documents.own.findings import STOPPING, Found, Severity
from service.documents.own.prepare.changes import Prepared, What, told
from service.documents.own.prepare.whole import prepare
from tests.documents.foreign import contract, paragraph
from tests.documents.test_admission import SMUGGLED, changed
from tests.documents.test_prepare import Checking, checked, texts
from tests.variants import some

__all__ = ["checked"]
Pieces = list[tuple[str, str]]
ERROR = "Fout! Verwijzingsbron niet gevonden."
SHOWN = {
    # of a reference the words stay
    ("REF _Ref1 \\r \\h", "4.2"): "4.2",
    ("ref klantnaam", "de Klant"): "de Klant",
    ("SEQ Tabel \\* ARABIC", "1"): "1",
    ('HYPERLINK "https://wolkenhuis.example"', "onze site"): "onze site",
    ("TITLE", "Ons model"): "Ons model",
    # what would not be true any more, or was never filled in, is open
    ("REF _Ref1 \\h", ERROR): "[verwijzing]",
    ("REF _Ref2 \\h", "Error: Reference source not found"): "[verwijzing]",
    ("PAGEREF _Ref1 \\h", "3"): "[bladzijde]",
    ("NUMPAGES", "8"): "[bladzijde]",
    ('DATE \\@ "d MMMM yyyy"', "3 mei 2024"): "[datum]",
    ("MERGEFIELD Postcode_stad", "«Postcode_stad»"): "[Postcode stad]",
    ("FORMTEXT", "\u2002\u2002\u2002"): "[…]",
}


def field(instruction: str, shown: str) -> Pieces:
    return [(BEGIN, ""), ("instr", f" {instruction} "), (SEPARATE, ""), ("", shown), (END, "")]


def write(line: Paragraph, pieces: Pieces) -> None:
    for kind, words in pieces:
        run = line.add_run("" if kind else words)
        if kind == "instr":
            run._r.append(OxmlElement("w:instrText"))
            run._r[-1].text = words
        elif kind:
            run._r.append(OxmlElement("w:fldChar"))
            run._r[-1].set(qn("w:fldCharType"), kind)


def line(*pieces: Pieces) -> Callable[[Docx], None]:
    """A paragraph in the middle of the text: words of ours, these, and a full stop."""

    def change(docx: Docx) -> None:
        added = docx.paragraphs[4].insert_paragraph_before("Zie ")
        for each in pieces:
            write(added, each)
        added.add_run(".")

    return change


@pytest.fixture(scope="module")
def after() -> dict[tuple[str, str], str]:
    """What became of each field; all in one file."""
    made = prepare(contract(*(line(field(*each)) for each in SHOWN)), {}, {})
    said = [each for each in texts(made.docx) if each.startswith("Zie ")]
    return dict(zip(reversed(SHOWN), said, strict=True))  # the last one stands first


@pytest.mark.parametrize("each", SHOWN)
def test_a_field_becomes_its_words_or_an_open_place(
    each: tuple[str, str], after: dict[tuple[str, str], str]
) -> None:
    assert after[each] == f"Zie {SHOWN[each]}."


def test_a_contract_with_only_references_needs_no_word(checked: Checking) -> None:
    docx = contract(
        line(field("REF a \\h", "Bijlage 1")), line(field("REF b \\r", "3")), with_contents
    )
    raw = checked(docx).findings
    assert {each.code for each in raw if each.severity is Severity.FAULT} == {Found.FIELD_WITHIN}
    assert not STOPPING & {each.code for each in raw}
    made = prepare(docx, {}, {})
    assert checked(made.docx).template
    (references,) = [
        each for each in told(made.changes) if each.change.what is What.CROSS_REFERENCE
    ]
    assert (references.times, references.before) == (2, ("Zie 3", "Zie Bijlage 1"))
    assert references.headings == ("Voorwerp",)


def with_contents(docx: Docx) -> None:
    """A table of contents on a page of its own, under the title."""
    at = docx.paragraphs[1]
    at.insert_paragraph_before().add_run().add_break(WD_BREAK.PAGE)
    at.insert_paragraph_before("Inhoud")
    first = at.insert_paragraph_before()
    write(first, [(BEGIN, ""), ("instr", ' TOC \\o "1-3" '), (SEPARATE, "")])
    for entry in (first, at.insert_paragraph_before(), at.insert_paragraph_before()):
        entry.add_run("Voorwerp")
        write(entry, field("PAGEREF _Toc1 \\h", "2"))
    write(entry, [(END, "")])
    entry.add_run("Versie 3")
    at.insert_paragraph_before().add_run().add_break(WD_BREAK.PAGE)


def test_contents_are_left_out_and_nothing_beside_them() -> None:
    before = contract()
    made = prepare(contract(with_contents), {}, {})
    (change,) = made.changes
    assert (change.what, change.before) == (
        What.CONTENTS,
        "Inhoud / Voorwerp2 / Voorwerp2 / Voorwerp2Versie 3",
    )
    assert sorted(texts(made.docx)) == sorted([*texts(before), "Versie 3"])
    assert not Document(io.BytesIO(made.docx)).element.xpath("//w:fldChar[ancestor::w:body]")


def test_two_breaks_around_contents_do_not_leave_an_empty_page() -> None:
    def alone(docx: Docx) -> None:
        with_contents(docx)
        docx.paragraphs[5].runs[-1].text = ""

    made = prepare(contract(alone), {}, {})
    breaks = Document(io.BytesIO(made.docx)).element.xpath("//w:br[@w:type='page']")
    assert len(breaks) == 1


def test_an_address_behind_words_is_told(checked: Checking) -> None:
    def change(docx: Docx) -> None:
        added = docx.paragraphs[4].insert_paragraph_before()
        for words in ("ons beleid", "www.wolkenhuis.example"):
            link = OxmlElement("w:hyperlink")
            address = "https://www.wolkenhuis.example/"
            key = docx.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
            link.set(qn("r:id"), key)
            link.append(added.add_run(words)._r)
            added._p.append(link)

    made = prepare(contract(change), {}, {})
    assert [(each.what, each.before) for each in made.changes] == [
        (What.LINK, "ons beleid (https://www.wolkenhuis.example/)")
    ]
    assert "ons beleidwww.wolkenhuis.example" in texts(made.docx)


def test_a_tracked_reference_is_left_for_word(checked: Checking) -> None:
    def change(docx: Docx) -> None:
        line(field("REF a", "3"))(docx)
        (mark,) = docx.element.xpath("//w:fldChar[@w:fldCharType='end'][ancestor::w:body]")
        tracked = OxmlElement("w:ins")
        mark.getparent().addprevious(tracked)
        tracked.append(mark.getparent())

    made = prepare(contract(change), {}, {})
    assert made.changes == ()
    codes = {each.code for each in checked(made.docx).findings}
    assert {Found.TRACKED, Found.FIELD_WITHIN} <= codes


FETCHING: dict[str, Pieces] = {
    "without a result": [(BEGIN, ""), ("instr", " LINK Excel.Sheet x "), (END, "")],
    "in a result": [
        (BEGIN, ""), ("instr", " REF a "), (SEPARATE, ""), *field("DATABASE \\d x", "x"), (END, ""),
    ],
    "in an instruction": [
        (BEGIN, ""), ("instr", " REF "), *field("INCLUDETEXT x", "x"), (SEPARATE, ""), ("", "x"),
        (END, ""),
    ],
    "in contents": [
        (BEGIN, ""), ("instr", " TOC "), (SEPARATE, ""), *field("RD x.docx", "x"), (END, ""),
    ],
    "never ended": [(BEGIN, ""), ("instr", " REF a "), (SEPARATE, ""), ("", "x")],
}  # fmt: skip


@pytest.mark.parametrize("spelling", some(sorted({*SMUGGLED} - WITHIN), one_in=8))
def test_a_field_that_reads_a_file_stays_refused(spelling: str) -> None:
    part = {"word/document.xml": (b"<w:sectPr", SMUGGLED[spelling].encode() + b"<w:sectPr")}
    given = changed(contract(paragraph("Ons Wolkenhuis")), part)
    made = prepare(given, {"processor.name": "Wolkenhuis"}, {})
    assert made == Prepared(given, ())
    assert Unwanted.FIELD in {each.what for each in refusals(given)}


@pytest.mark.parametrize("pieces", FETCHING.values(), ids=FETCHING)
def test_what_fetches_stays_refused(pieces: Pieces, checked: Checking) -> None:
    docx = contract(line(pieces), paragraph("Tot [aantal]."))
    found = [each for each in checked(docx).findings if each.code is Found.FIELD]
    assert found
    assert prepare(docx, {}, {}) == Prepared(docx, ())
    assert Unwanted.FIELD in {each.what for each in refusals(docx)}
