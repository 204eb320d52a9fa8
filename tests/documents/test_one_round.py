"""All mistakes are told in the first round, each with a remedy that works when typed literally."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from docx.document import Document as Docx
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from service.documents.docx_blocks import read_blocks
from service.documents.fill import CompiledTemplate
from service.documents.fonts import load_fonts
from service.documents.own import check, names
from service.documents.own.example import example
from service.documents.own.findings import Checked, Found
from service.documents.own.in_words import remedy
from service.documents.reading_view import reading_view
from service.documents.template import read_part, read_template
from service.documents.values import filled_with
from service.texts import OURS
from tests.documents.foreign import contract, paragraph, replaced

Checking = Callable[..., Checked]


@pytest.fixture(scope="module")
def checked(templates_dir: Path) -> Checking:
    fonts = load_fonts(templates_dir / "fonts")
    return lambda *changes: check.check(contract(*changes), fonts)


def codes(found: Checked) -> list[Found]:
    return [each.code for each in found.findings]


def remedies(found: Checked, code: Found) -> list[str]:
    return [remedy(each, OURS) for each in found.findings if each.code is code]


def test_a_table_with_labels_in_its_cells_is_told_at_once(checked: Checking) -> None:
    labelled = [
        replaced(f"{{{{ {mark}.{who} }}}}", f"{label}: {{{{ {mark}.{who} }}}}")
        for mark, label in (("datum", "Datum"), ("handtekening", "Handtekening"))
        for who in ("verwerker", "verwerkingsverantwoordelijke", "bijlage_1")
    ]
    assert codes(checked(*labelled)).count(Found.PLACE_NOT_ALONE) == 6


def test_a_second_signature_has_a_place_under_the_annex(checked: Checking) -> None:
    theirs, ours = "bijlage_1", "verwerker"
    again = [replaced(f"{{{{ {mark}.{theirs} }}}}", f"{{{{ {mark}.{ours} }}}}")
             for mark in ("datum", "handtekening")]  # fmt: skip
    told = remedies(checked(*again), Found.PLACE_REPEATED)
    literal = [re.findall(r"{{.*?}}", each)[0] for each in told]
    assert literal == [
        "{{ handtekening.verwerker_bijlage_1 }}",
        "{{ datum.verwerker_bijlage_1 }}",
    ]
    mended = checked(*(replaced(f"{{{{ {mark}.{theirs} }}}}", f"{{{{ {mark}.{ours}_bijlage_1 }}}}")
                       for mark in ("datum", "handtekening")))  # fmt: skip
    assert mended.places == ("controller_agreement", "processor_agreement", "processor_annex")
    assert mended.template


def test_what_may_be_absent_takes_its_words_with_it(checked: Checking) -> None:
    words = "Aan ons, of telefonisch op het nummer {{ functionaris.telefoon }}."
    (told,) = remedies(checked(paragraph(words)), Found.UNGUARDED)
    literal = (
        "{% als functionaris.telefoon %}, of telefonisch op het nummer "
        "{{ functionaris.telefoon }}{% einde als %}"
    )
    assert literal in told
    assert checked(paragraph(f"Aan ons{literal}.")).template


def test_what_is_not_understood_is_not_missing_as_well(checked: Checking) -> None:
    wrong = checked(
        replaced("{{ kenmerk }}", "{{ kenmrk }}"),
        replaced("{% als functionaris %}Functionaris: {{ functionaris.naam }}", "{% als "
                 "functionaris.telefoon %}{{ functionaris.naam }}{{ klant.naem }}"),
    )  # fmt: skip
    assert codes(wrong)[:2] == [Found.UNKNOWN, Found.UNKNOWN]
    assert Found.VALUE_MISSING not in codes(wrong)
    said = [each.values["name"] for each in wrong.findings if each.code is Found.VALUE_NOT_PRINTED]
    assert "functionaris.naam" not in said


@pytest.mark.parametrize(
    "words", ["{% als persoonsgegevens %}x{% einde als %}", "{% als niet klant.naam %}x{% endif %}"]
)
def test_a_condition_that_always_holds_is_a_mistake(words: str, checked: Checking) -> None:
    found = checked(paragraph(words))
    assert codes(found)[0] is Found.ALWAYS_THERE


def test_a_part_of_a_list_outside_it_is_explained(checked: Checking) -> None:
    (told,) = remedies(
        checked(paragraph("{% als regel.bijzonder %}x{% einde als %}")), Found.OUTSIDE_LOOP
    )
    assert "{% als gevoelige_gegevens %}" in told


def copied(docx: Docx) -> None:
    """A table of another file, whose style did not come with it."""
    for cell in docx.tables[0].rows[0].cells:
        style = OxmlElement("w:pStyle")
        style.set(qn("w:val"), "Elsewhere")
        cell.paragraphs[0]._p.get_or_add_pPr().insert(0, style)


def test_a_style_that_the_file_does_not_have_is_left_out(checked: Checking) -> None:
    """With it the office would set the cells of the table below each other."""
    template = checked(copied).template
    assert template
    assert b"Elsewhere" not in read_part(template.docx, "word/document.xml")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("klant.emial", "klant.email"),
        ("klant.e-mail", "klant.email"),
        ("klant.telefoon", "functionaris.telefoon"),
        ("handtekening.verwerkr", "handtekening.verwerker"),
        ("klant.schoenmaat", ""),
    ],
)
def test_what_is_suggested_could_be_meant(typed: str, meant: str) -> None:
    assert names.nearest(typed) == meant


SENSITIVE = (
    "{% als gevoelige_gegevens %}Ook {{ gevoelige_gegevens }}, waarvan artikel 9: "
    "{% als bijzondere_gegevens %}{{ bijzondere_gegevens }}{% anders %}niets{% einde als %}."
    "{% einde als %} Diensten: {{ diensten }}; over {{ betrokkenen }}; {{ klant.email }}."
)
CRIMINAL = "Strafrechtelijke veroordelingen en strafbare feiten"


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        ((("Gezondheid", True), (CRIMINAL, False)), f"Ook Gezondheid, {CRIMINAL}, waarvan "
         "artikel 9: Gezondheid. Diensten: a, b; over x, y; info@peeters.example."),
        (((CRIMINAL, False),), f"Ook {CRIMINAL}, waarvan artikel 9: niets. Diensten:"),
        ((("Naam", False),), " Diensten: a, b;"),
    ],
)  # fmt: skip
def test_a_paragraph_only_for_sensitive_data(
    kept: tuple[tuple[str, bool], ...], said: str, checked: Checking
) -> None:
    template = checked(paragraph(SENSITIVE)).template
    assert template
    context = example(complete=True, version=template.version)
    context["services"] = ["a", "b"]
    context["controller"]["email"] = "info@peeters.example"
    context["annex"] = {
        "personal_data": [{"label": label, "special": special} for label, special in kept],
        "data_subjects": [{"label": each, "special": False} for each in "xy"],
        "dpo": None,
    }
    values = filled_with(context, preview=False)
    filled = CompiledTemplate(read_template(template)).fill(values, dated=datetime.now(UTC))
    assert said in reading_view(read_blocks(filled))
