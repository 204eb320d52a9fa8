"""Zegel fills in only what the contract itself says: a wrong value is worse than an open place."""

from __future__ import annotations

import io
from typing import Any

import pytest
from docx import Document
from docx.document import Document as Docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement

from service.documents.own.open_places import find_open_places
from service.documents.own.prepare.changes import What
from service.documents.own.prepare.whole import prepare
from service.documents.own.source import Source
from tests.documents.foreign import contract, paragraph
from tests.documents.test_prepare import texts
from tests.documents.untouched import OWN, saved, untouched

NUMBER = "{% als klant.nummer %}"
CASES = {
    # what the words say
    "1. ……………, met zetel te ……………, hierna de Klant;": "1. {{ klant.naam }}, met zetel te "
    "{{ klant.zetel }}, hierna de Klant;",
    "2. ……………, met zetel te ……………, hierna de Leverancier;": "2. {{ verwerker.naam }}, met zetel "
    "te {{ verwerker.zetel }}, hierna de Leverancier;",
    "Door [NAAM] vertegenwoordigd door [NAAM], [FUNCTIE].": "Door [NAAM] vertegenwoordigd door "
    "{{ klant.vertegenwoordiger }}, {{ klant.functie }}.",
    "Een contract met nummer [nummer] (ons dossier).": "Een contract{% als "
    "hoofdovereenkomst.kenmerk %} met nummer {{ hoofdovereenkomst.kenmerk }}{% einde als %} (ons "
    "dossier).",
    "Met zetel te <adres> en met ondernemingsnummer <ondernemingsnummer>, genaamd X.": "Met zetel "
    f"te {{{{ klant.zetel }}}}{NUMBER} en met ondernemingsnummer {{{{ klant.nummer }}}}"
    "{% einde als %}, genaamd X.",
    "De heer A, met ondernemingsnummer ……………… (“Klant”) tekent.": f"De heer A{NUMBER}, met "
    "ondernemingsnummer {{ klant.nummer }}{% einde als %} (“Klant”) tekent.",
    "Met zetel te Klik of tik om tekst in te voeren., hierna X, vertegenwoordigd door Klik of tik "
    "om tekst in te voeren.": "Met zetel te {{ klant.zetel }}, hierna X, vertegenwoordigd door "
    "{{ klant.vertegenwoordiger }}",
    "Doeleinden: ………… en persoonsgegevens: [soorten persoonsgegevens].": "Doeleinden: "
    "{{ diensten }} en persoonsgegevens: {{ persoonsgegevens }}.",
    "Tussen: ………… (naam), ………… (adres), hierna de klant": "Tussen: {{ klant.naam }} (naam), "
    "{{ klant.zetel }} (adres), hierna de klant",
    "Wij hebben op ………… een dienstencontract gesloten.": "Wij hebben{% als "
    "hoofdovereenkomst.datum %} op {{ hoofdovereenkomst.datum }}{% einde als %} een "
    "dienstencontract gesloten.",
    "De overeenkomst d.d. [datum] met nummer [nummer].": "De overeenkomst{% als "
    "hoofdovereenkomst.datum %} d.d. {{ hoofdovereenkomst.datum }}{% einde als %}{% als "
    "hoofdovereenkomst.kenmerk %} met nummer {{ hoofdovereenkomst.kenmerk }}{% einde als %}.",
    "Een contract (ref. [referentie]) gesloten.": "Een contract{% als hoofdovereenkomst.kenmerk %} "
    "(ref. {{ hoofdovereenkomst.kenmerk }}){% einde als %} gesloten.",
    "De Klant, met zetel te «adres_klant», leest Boek XX en «de Klant».": "De Klant, met zetel te "
    "{{ klant.zetel }}, leest Boek XX en «de Klant».",
    "Aan de Klant op [e-mailadres klant].": "Aan de Klant op {{ klant.email }}.",
    "Het gaat om volgende personen: klanten / leden / andere: …… (schrappen wat niet past).": (
        "Het gaat om volgende personen: {{ betrokkenen }}."
    ),
    "Ondernemingsnummer van de klant: …………": "Ondernemingsnummer van de klant: {% als klant.nummer "
    "%}{{ klant.nummer }}{% einde als %}",
    # what a person must decide
    "Ondernemingsnummer van de leverancier: ………….": None,
    "Gevestigd te [plaats], aan de [straat en nummer].": None,
    "Gevestigd te ………………, kantoorhoudende te ………………": "Gevestigd te {{ klant.zetel }}, "
    "kantoorhoudende te ………………",
    "Bijstand bij verzoeken van betrokkenen binnen [...] dagen.": None,
    "Contact voor datalekken bij de Leverancier: [naam], [e-mail].": None,
    "Facturen gaan naar het adres …………, rekening …………": None,
    "Deze verwerkersovereenkomst is gesloten op …………….": None,
    "Maatregelen voor gezondheidsgegevens, te weten: [maatregelen].": None,
    "De Verwerker meldt aan de functionaris ………… binnen een dag.": None,
    "Wij melden [naam functionaris] op [e-mail functionaris] en [telefoon functionaris] alles.": (
        None
    ),
    "De persoonsgegevens worden (schrappen wat niet past): gewist / teruggegeven": None,
    "Van wie: klanten ☐ patiënten ☐ betrokkenen ☐ anders: ……": None,
    "De Verwerker meldt dit per e-mail aan ……………": None,
    "Wij, de klant, op naam van [naam].": None,
}


@pytest.fixture(scope="module")
def after() -> dict[str, str]:
    """What became of each sentence; all in one file, each under its own line."""

    def write(docx: Docx) -> None:
        for number, words in enumerate(CASES):
            docx.add_paragraph(f"Regel {number}.")
            docx.add_paragraph(words)

    made = texts(prepare(contract(write), {}, {}).docx)
    return {words: made[made.index(f"Regel {number}.") + 1] for number, words in enumerate(CASES)}


@pytest.mark.parametrize("words", CASES)
def test_only_what_the_words_say_is_filled_in(words: str, after: dict[str, str]) -> None:
    assert after[words] == (CASES[words] or words)


def test_columns_of_other_people_are_not_the_customers() -> None:
    def write(docx: Docx) -> None:
        rows = [["Naam", "Adres", "Doel"], ["[…]", "[…]", "[…]"]]
        table = docx.add_table(2, 3)
        for row, words in zip(table.rows, rows, strict=True):
            for cell, each in zip(row.cells, words, strict=True):
                cell.text = each

    made = prepare(contract(write), {}, {})
    assert not [each for each in made.changes if each.what is What.VALUE]


def test_a_list_is_that_of_its_own_heading_or_line() -> None:
    def write(docx: Docx) -> None:
        docx.add_heading("Beveiliging van persoonsgegevens", 1)
        for item in ("toegangscontrole", "andere: ………………"):
            docx.add_paragraph(item, style="List Bullet")
        docx.add_paragraph("Categorieën van betrokkenen:")
        for item in ("☐ leden", "☐ andere: …"):
            docx.add_paragraph(item)

    made = prepare(contract(write), {}, {})
    (items,) = [each for each in made.changes if each.what is What.ITEMS]
    assert items.before == "☐ leden / ☐ andere: …"
    assert "toegangscontrole" in texts(made.docx)


def test_a_cell_for_special_categories_says_so_without_them() -> None:
    def write(docx: Docx) -> None:
        row = docx.add_table(2, 2).rows[1].cells
        row[0].text, row[1].text = "Bijzondere persoonsgegevens", "[invullen indien van toepassing]"

    made = Document(io.BytesIO(prepare(contract(write), {}, {}).docx))
    assert made.tables[-1].cell(1, 1).text == (
        "{% als gevoelige_gegevens %}{{ gevoelige_gegevens }}{% anders %}Niet van toepassing."
        "{% einde als %}"
    )


def test_a_comment_keeps_its_table_and_list() -> None:
    docx = Document(io.BytesIO(untouched()))
    for words in (docx.tables[0].cell(1, 0).paragraphs[0], _named(docx, "accountgegevens;")):
        words._p.append(OxmlElement("w:commentReference"))
    made = prepare(saved(docx), OWN, {})
    kept = [each.what for each in made.changes if "accountgegevens" in each.before]
    assert kept == []
    assert len([each for each in made.changes if each.what is What.SIGNATURES]) == 1


def _named(docx: Docx, words: str) -> Any:
    return next(each for each in docx.paragraphs if each.text == words)


def test_a_table_with_another_signatory_is_left() -> None:
    docx = Document(io.BytesIO(untouched()))
    docx.tables[0].cell(1, 1).text = "Naam: Piet Jansen"
    made = prepare(saved(docx), OWN, {})
    assert Document(io.BytesIO(made.docx)).tables[0].cell(1, 1).text == "Naam: Piet Jansen"


def test_a_witness_does_not_sign_for_the_processor() -> None:
    docx = Document(io.BytesIO(untouched()))
    docx.tables[0].cell(0, 1).text = "Getuige"
    made = prepare(saved(docx), OWN, {})
    assert Document(io.BytesIO(made.docx)).tables[0].cell(3, 1).text == "Handtekening:"


def test_an_answer_replaces_only_its_place() -> None:
    docx = contract(paragraph("De Klant, een [rechtsvorm] naar recht, tekent."))
    (place,) = find_open_places(Source(docx))
    made = prepare(docx, {}, {place.finding.key: "vzw"})
    assert "De Klant, een vzw naar recht, tekent." in texts(made.docx)


def test_the_title_is_the_line_that_names_the_agreement() -> None:
    docx = Document(io.BytesIO(untouched(headings=False)))
    docx.paragraphs[0].insert_paragraph_before("Wolkenhuis BV - versie 3")
    (title,) = [each for each in prepare(saved(docx), OWN, {}).changes if each.what is What.TITLE]
    assert title.after == "Verwerkersovereenkomst"


@pytest.mark.parametrize(
    ("style", "words", "place"),
    [
        ("Subtitle", "Bij hosting", 2),
        ("centred", "Bij hosting", 2),
        ("centred", "TUSSEN:", 1),
        ("Normal", "Bij hosting", 1),
    ],
)
def test_the_reference_comes_below_the_subtitle(style: str, words: str, place: int) -> None:
    docx = Document()
    docx.add_paragraph("Verwerkersovereenkomst", style="Title")
    line = docx.add_paragraph(words, style="Normal" if style == "centred" else style)
    if style == "centred":
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    docx.add_paragraph("Tussen [naam klant] en ons.")
    assert texts(prepare(saved(docx), OWN, {}).docx)[place] == "Kenmerk {{ kenmerk }}"


def test_words_of_a_header_come_back_on_every_page() -> None:
    docx = Document(io.BytesIO(untouched()))
    section = docx.sections[0]
    section.different_first_page_header_footer = True
    section.footer.paragraphs[0].text = "Onze voettekst"
    made = Document(io.BytesIO(prepare(saved(docx), OWN, {}).docx)).sections[0]
    for footer in (made.footer, made.first_page_footer):
        assert "Wolkenhuis - Vertrouwelijk" in [each.text for each in footer.paragraphs]


def test_the_person_of_a_company_with_the_same_name() -> None:
    same = {"processor.name": "An Peeters", "processor.representative.name": "An Peeters"}
    words = "An Peeters, vertegenwoordigd door haar zaakvoerder An Peeters."
    changes = prepare(contract(paragraph(words)), same, {}).changes
    assert [each.after for each in changes] == [
        "{{ verwerker.naam }}",
        "{{ verwerker.vertegenwoordiger }}",
    ]
