"""A contract that nobody touched becomes a template: what Zegel fills in, and what it leaves."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from docx import Document
from docx.document import Document as Docx

from service.cli.main import main
from service.documents.fill import CompiledTemplate
from service.documents.fonts import load_fonts
from service.documents.own.apart import make_ready
from service.documents.own.check import DATED, check
from service.documents.own.example import example
from service.documents.own.findings import Checked, Finding, Found, Severity
from service.documents.own.in_words import to_type
from service.documents.own.names import shown
from service.documents.own.prepare.changes import Prepared, What, told
from service.documents.own.prepare.whole import prepare
from service.documents.template import read_template
from service.texts import OURS
from tests.documents.foreign import contract, paragraph, replaced
from tests.documents.untouched import AMOUNT, OWN, saved, untouched

Checking = Callable[[bytes], Checked]


@pytest.fixture(scope="module")
def checked(templates_dir: Path) -> Checking:
    fonts = load_fonts(templates_dir / "fonts")
    return lambda docx: check(docx, fonts)


@pytest.fixture(scope="module", params=[True, False], ids=["headings", "bold lines"])
def made(request: pytest.FixtureRequest) -> Prepared:
    return prepare(untouched(headings=request.param), OWN, {})


def faults(found: Checked) -> list[Finding]:
    return [each for each in found.findings if each.severity is Severity.FAULT]


def texts(docx: bytes) -> list[str]:
    return [each.text for each in Document(io.BytesIO(docx)).paragraphs if each.text.strip()]


def test_only_what_a_person_must_decide_is_left(made: Prepared, checked: Checking) -> None:
    (amount,) = faults(checked(made.docx))
    assert (amount.code, amount.values["written"]) == (Found.OPEN_PLACE, AMOUNT)
    ready = make_ready(made.docx, {}, {amount.key: "5.000"})
    assert ready
    assert faults(ready.checked) == []
    assert ready.checked.places == (
        "controller_agreement",
        "processor_agreement",
        "controller_annex",
    )
    assert [each.what for each in ready.prepared.changes] == [What.ANSWER]
    assert "Hoogstens 5.000 euro. Meldingen gaan per e-mail aan {{ klant.email }}." in texts(
        ready.prepared.docx
    )


def test_each_sentence_reads_well_with_all_data_and_with_the_least(
    made: Prepared, checked: Checking
) -> None:
    (amount,) = faults(checked(made.docx))
    template = checked(prepare(made.docx, {}, {amount.key: "5.000"}).docx).template
    assert template
    compiled = CompiledTemplate(read_template(template))
    said = {}
    for complete in (True, False):
        context = example(complete=complete, version="1")
        said[complete] = texts(compiled.fill(context, dated=DATED))
    assert "Onze overeenkomst (hierna “de Hoofdovereenkomst”)." in said[False]
    assert "De Klant neemt deze diensten af: Voorbeeld, Voorbeeld, Voorbeeld." in said[True]
    assert "Niet van toepassing." in said[False]
    assert "Niet van toepassing." not in said[True]
    (officer,) = [each for each in said[True] if each.startswith("Vragen gaan naar")]
    assert officer == "Vragen gaan naar de functionaris Voorbeeld (e-mail: Voorbeeld)."
    assert not [each for each in said[False] if each.startswith("Vragen gaan naar")]
    assert not [each for each in said[True] if "bezoekers" in each]
    at = said[False].index("accountgegevens;")
    assert said[False][at - 1 : at + 2] == ["naam en adres;", "accountgegevens;", "Voorbeeld"]


def test_words_keep_their_looks(made: Prepared) -> None:
    (customer,) = [
        each for each in Document(io.BytesIO(made.docx)).paragraphs if "klant.naam" in each.text
    ][:1]
    assert customer.text == (
        "{{ klant.naam }}{% als klant.rechtsvorm %}, {{ klant.rechtsvorm }}{% einde als %}, met "
        "zetel te {{ klant.zetel }}{% als klant.nummer %}, ingeschreven onder het nummer "
        "{{ klant.nummer }}{% einde als %}, vertegenwoordigd door {{ klant.vertegenwoordiger }},"
    )
    assert [run.text for run in customer.runs if run.bold and run.text] == ["ingeschreven"]


def test_own_data_become_placeholders_and_other_words_stay(made: Prepared) -> None:
    assert (
        "en {{ verwerker.naam }}, KBO {{ verwerker.ondernemingsnummer }}, vertegenwoordigd door "
        "{{ verwerker.vertegenwoordiger }}, {{ verwerker.functie }}, hierna “Wolkenhuis”. Een "
        "bestuurder van de klant blijft een bestuurder."
    ) in texts(made.docx)


def test_the_command_does_the_same_and_says_what_is_left(tmp_path: Path) -> None:
    given, made = tmp_path / "contract.docx", tmp_path / "made.docx"
    given.write_bytes(untouched())
    own = [f"--own={shown(path)}={words}" for path, words in OWN.items()]
    told = _run(str(given), str(made), *own, "--json")
    assert told.exit_code == 1
    said = json.loads(told.stdout)
    assert [each["code"] for each in said["findings"] if each["severity"] == "fault"] == [
        Found.OPEN_PLACE
    ]
    assert made.read_bytes() == prepare(untouched(), OWN, {}).docx
    assert "Onder de titel kwam `Kenmerk {{ kenmerk }}`." in _run(str(given), str(made)).stdout


def test_the_command_refuses_what_it_cannot_do(tmp_path: Path) -> None:
    given, made = tmp_path / "contract.docx", tmp_path / "made.docx"
    given.write_bytes(b"no Word file")
    assert _run(str(given), str(made)).exit_code == 1
    assert not made.exists()
    given.write_bytes(untouched())
    told = _run(str(given), str(made), "--own=klant.naam=x")
    assert told.exit_code == 2
    assert "klant.naam kan niet met --own." in told.stderr
    assert not made.exists()


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["template", "prepare", *arguments], env={})


def test_an_owner_whose_company_has_the_same_name_is_told_apart() -> None:
    same = {"processor.name": "An Peeters", "processor.representative.name": "An Peeters"}
    words = "An Peeters, vertegenwoordigd door An Peeters, sluit af met An Peeters."
    (named, person, last) = prepare(contract(paragraph(words)), same, {}).changes
    assert named.after == last.after == "{{ verwerker.naam }}"
    assert person.after == "{{ verwerker.vertegenwoordiger }}"


def test_a_table_that_says_something_else_is_left(checked: Checking) -> None:
    docx = Document(io.BytesIO(untouched()))
    docx.tables[0].cell(1, 0).text = "De klant verklaart de overeenkomst gelezen te hebben."
    made = prepare(saved(docx), OWN, {})
    assert len([each for each in made.changes if each.what is What.SIGNATURES]) == 1
    found = faults(checked(made.docx))
    assert {each.values.get("field") for each in found} >= {
        "handtekening.klant",
        "handtekening.verwerker",
    }
    assert not [each for each in found if each.answerable and each.values["written"] != AMOUNT]
    first = Document(io.BytesIO(made.docx)).tables[0]
    assert first.cell(1, 0).text == "De klant verklaart de overeenkomst gelezen te hebben."


def test_a_template_without_faults_is_only_given_its_own_data() -> None:
    ready = contract()
    assert prepare(ready, {}, {}) == Prepared(ready, ())
    named = contract(paragraph("Wij zijn Wolkenhuis BV."))
    (change,) = prepare(named, OWN, {}).changes
    assert (change.what, change.before, change.after) == (
        What.OWN,
        "Wolkenhuis BV",
        "{{ verwerker.naam }}",
    )


def _lists_of(docx: Docx) -> None:
    docx.add_paragraph("Volgende diensten: ……………")
    docx.add_paragraph("Betrokkenen: [soorten betrokkenen] van de Klant.")


def test_a_list_in_a_sentence_leaves_the_words_around() -> None:
    made = prepare(contract(_lists_of), {}, {})
    assert texts(made.docx)[-2:] == [
        "Volgende diensten: {{ diensten }}",
        "Betrokkenen: {{ betrokkenen }} van de Klant.",
    ]


def test_points_to_choose_go_and_fixed_ones_stay(made: Prepared) -> None:
    assert [each.before for each in made.changes if each.what is What.ITEMS] == [
        "☐ bezoekers / ☐ leden / ☐ andere: …"
    ]
    assert [each.before for each in made.changes if each.what is What.REST] == ["andere: …"]


@pytest.mark.parametrize(
    ("line", "rest", "gone"),
    [
        ("Volgende gegevens:", "andere, namelijk ………", ["andere, namelijk ………"]),
        ("Volgende gegevens:", "andere dan die van klanten: ………", []),
        ("Schrap wat niet past in deze gegevens:", "andere: …", ["naam; / andere: …"]),
    ],
)
def test_a_list_says_whether_its_points_are_for_all(line: str, rest: str, gone: list[str]) -> None:
    def write(docx: Docx) -> None:
        docx.add_paragraph("Soorten persoonsgegevens", style="Heading 2")
        docx.add_paragraph(line)
        for item in ("naam;", rest):
            docx.add_paragraph(item, style="List Bullet")

    made = prepare(contract(write), {}, {})
    assert [each.before for each in made.changes] == gone
    assert ("naam;" in texts(made.docx)) is (gone != ["naam; / andere: …"])


def test_a_number_that_is_not_ours_stays() -> None:
    docx = contract(paragraph("Ons dossier 0123.456.7491 of 0123 456 749."))
    assert [each.before for each in prepare(docx, OWN, {}).changes] == ["0123 456 749"]


def test_a_header_keeps_its_picture_and_its_words_go_to_the_footer(made: Prepared) -> None:
    section = Document(io.BytesIO(made.docx)).sections[0]
    assert [each.text for each in section.header.paragraphs] == [""]
    assert [each.text for each in section.footer.paragraphs] == [
        "Wolkenhuis - Vertrouwelijk",
        "Pagina ",
    ]


def test_answers_are_for_their_place_only(checked: Checking) -> None:
    docx = contract(replaced("artikel 3 overeen", "[bedrag] overeen"), paragraph("Tot [aantal]."))
    keys = {each.values["written"]: each.key for each in faults(checked(docx))}
    made = prepare(docx, {}, {keys["[aantal]"]: "30 {{ kenmerk }}", "unknown": "x"})
    assert "Tot 30 {{ kenmerk }}." in texts(made.docx)
    assert [each.values["written"] for each in faults(checked(made.docx))] == ["[bedrag]"]


def test_an_answer_ends_the_sentence_whose_dots_did_and_not_a_label(checked: Checking) -> None:
    words = ("1.3 De gegevens worden gewist binnen de termijn van ………", "Termijn: ………")
    docx = contract(*map(paragraph, words))
    answers = {each.key: "30 dagen" for each in faults(checked(docx))}
    said = texts(prepare(docx, {}, answers).docx)
    assert "1.3 De gegevens worden gewist binnen de termijn van 30 dagen." in said
    assert "Termijn: 30 dagen" in said


def test_plain_changes_are_told_once_with_all_places(made: Prepared) -> None:
    plain = {each.change.after: each.times for each in told(made.changes) if each.times > 1}
    assert plain["{{ klant.naam }}"] == 2
    weighty = [each for each in told(made.changes) if each.change.what in (What.ITEMS, What.REST)]
    assert [each.times for each in weighty] == [1, 1]


def test_a_line_that_announces_the_list_of_its_heading_keeps_it() -> None:
    def write(docx: Docx) -> None:
        docx.add_paragraph("Soorten persoonsgegevens", style="Heading 2")
        docx.add_paragraph("De verwerking heeft betrekking op de volgende gegevens:")
        for item in ("naam en adres;", "andere: ………………"):
            docx.add_paragraph(item, style="List Bullet")

    (change,) = prepare(contract(write), {}, {}).changes
    assert (change.what, change.before) == (What.REST, "andere: …")


def test_words_that_only_say_when_a_paragraph_applies_go_with_the_condition() -> None:
    words = "Enkel indien van toepassing: ook data van artikel 9 of 10 van de AVG, namelijk "
    for asked in ("[omschrijving]", "[omschrijving, bv. gezondheidsgegevens]"):
        (change,) = prepare(contract(paragraph(f"{words}{asked}.")), {}, {}).changes
        assert change.after == (
            "{% als gevoelige_gegevens %} Ook data van artikel 9 of 10 van de AVG, namelijk "
            "{{ gevoelige_gegevens }}. {% einde als %}"
        )


@pytest.mark.parametrize("advice", ["guarded_clause", "guarded_sentence", "guarded_long"])
def test_a_field_of_the_page_is_asked_only_what_fits_in_it(advice: str) -> None:
    values = {
        "advice": advice,
        "field": "klant.nummer",
        "guard": "g",
        "gone": "Alles.",
        "whole": "w",
    }
    told = to_type(Finding(Found.OPEN_PLACE, values={"written": "…", **values}), OURS)
    assert told.endswith("in Word in een voorwaarde. Of typ hier iets dat voor elke klant geldt.")
    assert "Vervang" not in told
