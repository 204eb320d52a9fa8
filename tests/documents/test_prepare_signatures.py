"""Where a contract is signed by hand becomes a table to sign, if it says for whom each block is."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from docx import Document
from docx.document import Document as Docx
from docx.oxml import OxmlElement

from service.documents.own.findings import Found
from service.documents.own.prepare.changes import What
from service.documents.own.prepare.whole import prepare
from tests.documents.test_prepare import Checking, checked, texts
from tests.documents.untouched import COMPANY, OWN, PERSON, saved

__all__ = ["checked"]
Writing = Callable[[Docx], None]
THEIRS = ("Naam: ………", "Functie: ………", "Datum: ………", "Handtekening: ………")
OURS = (f"Naam: {PERSON}", "Functie: bestuurder", "Datum: ………", "Handtekening: ………")


def lines(*words: str) -> Writing:
    return lambda docx: [docx.add_paragraph(each) for each in words] and None


def side_by_side(left: list[str], right: list[str]) -> Writing:
    return lines(*("\t\t\t".join(each) for each in zip(left, right, strict=True)))


def rows(*cells: list[str]) -> Writing:
    """A table; lines of a cell are apart."""

    def write(docx: Docx) -> None:
        table = docx.add_table(len(cells), len(cells[0]))
        for row, words in zip(table.rows, cells, strict=True):
            for cell, each in zip(row.cells, words, strict=True):
                cell.text = each

    return write


def signed(*writing: Writing, under: str = "Ondertekening") -> bytes:
    """A contract that ends with these places to sign."""
    docx = Document()
    docx.add_paragraph("Verwerkersovereenkomst", style="Title")
    docx.add_paragraph("[naam klant], met zetel te …………, hierna “de Vereniging”, en")
    docx.add_paragraph(f"{COMPANY}, KBO 0123.456.749, vertegenwoordigd door {PERSON}, bestuurder,")
    docx.add_paragraph("hierna te noemen: “Wolkenhuis”.")
    docx.add_paragraph(under, style="Heading 1")
    for each in writing:
        each(docx)
    return saved(docx)


def tables(docx: bytes) -> list[list[list[str]]]:
    return [
        [[cell.text for cell in row.cells] for row in table.rows]
        for table in Document(io.BytesIO(docx)).tables
    ]


FORMS = {
    "below each other": lines("Voor de Vereniging:", *THEIRS, "", "Voor Wolkenhuis:", *OURS),
    "beside each other": side_by_side(
        ["Voor de Vereniging", *THEIRS, "__________"], ["Voor Wolkenhuis", *OURS, "__________"]
    ),
    "rows": rows(
        ["Partij", "Naam en functie", "Datum", "Handtekening"],
        ["Voor de Vereniging", "………", "………", ""],
        ["Voor Wolkenhuis", f"{PERSON}, bestuurder", "", "………"],
    ),
    "rows apart": rows(
        ["", "Naam", "Functie", "Datum", "Handtekening"],
        ["Voor de Vereniging", "[naam]", "[functie]", "", ""],
        ["Voor Wolkenhuis", PERSON, "bestuurder", "", ""],
    ),
    "cells": rows(
        ["\n".join(("Voor de Vereniging", *THEIRS)), "\n".join(("Voor Wolkenhuis", *OURS))]
    ),
    "lines of one paragraph": lines(
        "\n".join(("Voor de Vereniging", *THEIRS)), "\n".join(("Voor Wolkenhuis", *OURS))
    ),
    "without labels": lines(
        "Voor de Vereniging",
        "Naam: ……",
        "Functie: ……",
        "Datum: …../…../20….",
        "Handtekening (voorafgegaan door “gelezen en goedgekeurd”):",
        "Voor Wolkenhuis",
        PERSON,
        "Bestuurder",
        "_________",
    ),
    "a column between": rows(
        ["Voor de Vereniging", "", "Voor Wolkenhuis"],
        ["Naam", "", PERSON],
        ["Functie", "", "bestuurder"],
        ["Handtekening", "", ""],
    ),
    "a column of labels": rows(
        ["", "Voor de Vereniging", "Voor Wolkenhuis"],
        ["Naam", "", PERSON],
        ["Functie", "", "bestuurder"],
        ["Datum", "", ""],
        ["Handtekening", "", ""],
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_becomes_the_table_to_sign(form: str) -> None:
    made = prepare(signed(FORMS[form]), OWN, {})
    assert tables(made.docx) == [
        [
            ["Partij", "Voor de Vereniging", "Voor Wolkenhuis"],
            ["Naam", "{{ klant.vertegenwoordiger }}", "{{ verwerker.vertegenwoordiger }}"],
            ["Functie", "{{ klant.functie }}", "{{ verwerker.functie }}"],
            ["Datum", "{{ datum.klant }}", "{{ datum.verwerker }}"],
            ["Handtekening", "{{ handtekening.klant }}", "{{ handtekening.verwerker }}"],
        ]
    ]
    assert texts(made.docx)[-1] == "Ondertekening"
    (change,) = [each for each in made.changes if each.what is What.SIGNATURES]
    assert "Voor de Vereniging" in change.before


def test_a_head_stays_as_bold_as_it_was() -> None:
    def write(docx: Docx) -> None:
        table = docx.add_table(3, 2)
        for cell, head in zip(
            table.rows[0].cells, ("Voor de Klant", "Voor Wolkenhuis"), strict=True
        ):
            cell.paragraphs[0].add_run(head).bold = True
            cell.paragraphs[0].add_run("\n").add_text(COMPANY if "Wolk" in head else "[naam klant]")
        for row, words in zip(table.rows[1:], ("Naam: ………", "Handtekening:"), strict=True):
            for cell in row.cells:
                cell.text = words

    (table,) = Document(io.BytesIO(prepare(signed(write), OWN, {}).docx)).tables
    heads = [[each.runs[0].bold for each in cell.paragraphs] for cell in table.rows[0].cells]
    assert heads == [[None], [True, None], [True, None]]


def test_a_line_for_each_party_is_enough() -> None:
    made = prepare(signed(lines("Voor de klant: ______", "Voor de verwerker: ______")), OWN, {})
    (table,) = tables(made.docx)
    assert table[0] == ["Partij", "Voor de klant", "Voor de verwerker"]
    assert table[-1][1:] == ["{{ handtekening.klant }}", "{{ handtekening.verwerker }}"]


def test_a_place_is_written_once() -> None:
    both = lines("De klant", *THEIRS, "De verwerker", *OURS)
    docx = signed(both, lines("Ook dit."), both)
    made = prepare(docx, OWN, {})
    assert len(tables(made.docx)) == 1
    assert texts(made.docx).count("De klant") == 1


def test_the_only_place_to_sign_is_that_of_the_agreement_after_its_annexes_too() -> None:
    both = lines("De klant", *THEIRS, "De verwerker", *OURS)
    made = prepare(signed(both, under="Bijlage 2"), OWN, {})
    assert "{{ handtekening.klant }}" in tables(made.docx)[0][-1]


UNSURE = lines("Partij 1", *THEIRS, "Partij 2", *THEIRS)


def test_who_signs_is_asked_and_nothing_is_written_before(checked: Checking) -> None:
    made = prepare(signed(UNSURE), OWN, {})
    assert texts(made.docx)[-10:] == ["Partij 1", *THEIRS, "Partij 2", *THEIRS]
    findings = checked(made.docx).findings
    asked = {each.values["written"]: each for each in findings if each.code is Found.SIGNATORY}
    assert set(asked) == {"Partij 1", "Partij 2"}
    assert all(each.answerable for each in asked.values())
    codes = {each.code for each in findings}
    assert not codes & {Found.OPEN_PLACE, Found.OPEN_LABEL, Found.PLACE_MISSING}
    keys = [asked[each].key for each in ("Partij 1", "Partij 2")]
    for wrong in (("controller", "controller"), ("controller", ""), ("processor", "getuige")):
        answers = dict(zip(keys, wrong, strict=True))
        assert tables(prepare(made.docx, {}, answers).docx) == []
    answered = prepare(made.docx, {}, dict(zip(keys, ("processor", "controller"), strict=True)))
    (table,) = tables(answered.docx)
    assert table[0] == ["Partij", "Partij 1", "Partij 2"]
    assert table[-1][1:] == ["{{ handtekening.verwerker }}", "{{ handtekening.klant }}"]
    assert table[1][1:] == [
        "{{ verwerker.vertegenwoordiger }}",
        "{{ klant.vertegenwoordiger }}",
    ]


def test_equal_blocks_without_a_head_are_asked_apart(checked: Checking) -> None:
    made = prepare(signed(lines(*THEIRS, *THEIRS)), OWN, {})
    asked = [each for each in checked(made.docx).findings if each.code is Found.SIGNATORY]
    assert len({each.key for each in asked}) == 2


def commented(docx: Docx) -> None:
    docx.paragraphs[-1]._p.append(OxmlElement("w:commentReference"))


LEFT = {
    "a sentence between": [lines("De klant", "De klant las dit.", *THEIRS)],
    "our name for theirs": [lines("De klant", *OURS)],
    "another's name": [lines("Voor ons", "Naam: Piet Jansen", *THEIRS[1:])],
    "a comment": [lines("De klant", *THEIRS), commented],
    "no signature": [lines("De klant", *THEIRS[:3])],
    "a list of who was there": [rows(["Naam", "Handtekening"], ["", ""], ["", ""])],
    "both parties in one": [lines("De klant en de verwerker", *THEIRS)],
}


@pytest.mark.parametrize("case", LEFT)
def test_what_is_not_wholly_understood_is_left(case: str, checked: Checking) -> None:
    made = prepare(signed(*LEFT[case]), OWN, {})
    assert not [each for each in made.changes if each.what is What.SIGNATURES]
    codes = {each.code for each in checked(made.docx).findings}
    asked = ("both parties in one", "a sentence between")
    assert (Found.SIGNATORY in codes) == (case in asked)
    assert "{{ handtekening" not in Document(io.BytesIO(made.docx)).element.xml


def test_a_witness_does_not_keep_the_parties_from_signing(checked: Checking) -> None:
    block = ("De klant", *THEIRS, "De verwerker", *OURS, "Getuige", *THEIRS)
    made = prepare(signed(lines(*block)), OWN, {})
    assert tables(made.docx)[0][0] == ["Partij", "De klant", "De verwerker"]
    assert texts(made.docx)[-5:] == ["Getuige", *THEIRS]
    asked = [each for each in checked(made.docx).findings if each.code is Found.SIGNATORY]
    assert [each.values["written"] for each in asked] == ["Getuige"]
