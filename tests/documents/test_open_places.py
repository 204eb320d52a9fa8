"""Places left open in a contract are found where they are, with what is probably meant."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from docx.document import Document as Docx
from docx.enum.text import WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.shared import Mm

from service.documents.fonts import load_fonts
from service.documents.own import check
from service.documents.own.findings import Checked, Finding, Found
from service.documents.own.in_words import remedy, sides, where
from service.documents.own.open_places import find_open_places
from service.documents.own.source import Source
from service.texts import OURS
from tests.documents.foreign import contract, paragraph, replaced

OPEN = (Found.OPEN_PLACE, Found.OPEN_LABEL, Found.STRIKE_OUT)
Checking = Callable[..., Checked]


@pytest.fixture(scope="module")
def checked(templates_dir: Path) -> Checking:
    """The contract made ready, with changes."""
    fonts = load_fonts(templates_dir / "fonts")
    return lambda *changes: check.check(contract(*changes), fonts)


def left_open(found: Checked) -> list[Finding]:
    return [each for each in found.findings if each.code in OPEN]


MEANT = {
    "met zetel te ………………………, ": "{{ klant.zetel }}",
    "KBO-nummer ......": "{{ klant.nummer }}",
    "e-mail: ____": "{{ klant.email }}",
    "aan [naam klant] gericht": "{{ klant.naam }}",
    "vertegenwoordigd door . . . . . .": "{{ klant.vertegenwoordiger }}",
    "via [e-mailadres klant].": "{{ klant.email }}",
    "overeenkomst gesloten op ……": "{% als hoofdovereenkomst.datum %}",
    "namelijk [omschrijving, bv. gezondheidsgegevens].": "{% als gevoelige_gegevens %}",
    "de functionaris …… (e-mail: ……)": "{{ functionaris.email }}",
    "de contactpersoon ……": "{{ klant.vertegenwoordiger }}",
    "of [bedrag] euro": "Zegel vraagt geen bedrag",
    "binnen [aantal] volle dagen": "alleen het getal dat voor iedereen geldt (vraag uw jurist): "
    "“volle dagen” staat er al.",
    "op [adres van de website(s)]": "Zegel vraagt geen websites",
    "Initialen: ……": "Zegel vraagt geen initialen",
    "zetel van de verwerker: ……": "{{ verwerker.zetel }}",
    "diensten (schrappen wat niet past): a / b": "Bedoelt u de lijst diensten?",
    "Plaats: …": "",
    "De verwerker meldt dit per e-mail aan ……": "",
    "Vul in: […]": "",
}


GUESSED = {
    # the same value is never meant twice, nor where it stands already
    "gevestigd te [plaats van vestiging], aan de [straat van het kantoor]": [],
    "{{ klant.naam }}, ter attentie van [naam van wie het leest]": [],
    "ter attentie van [naam van wie het leest]": ["klant.naam"],
    # another's name, or what says nothing of its own
    "Contactpersoon: [naam], [functie van de contact]": [
        "klant.vertegenwoordiger",
        "klant.functie",
    ],
    "naam, adres, woonplaats, [aanvullen]": [],
    "gezondheidsgegevens, te weten: [maatregelen]": [],
    "aan [naam functionaris], [e-mail functionaris], [telefoon functionaris]": [
        "functionaris.naam",
        "functionaris.email",
        "functionaris.telefoon",
    ],
}


@pytest.mark.parametrize("words", GUESSED)
def test_only_what_can_be_meant_is_proposed(words: str) -> None:
    places = [each.finding.values for each in find_open_places(Source(contract(paragraph(words))))]
    assert [each["field"] for each in places if "field" in each] == GUESSED[words]


@pytest.fixture(scope="module")
def all_at_once(checked: Checking) -> dict[str, str]:
    """The remedies of each text, found in one file with all of them."""
    remedies: dict[str, str] = {}
    for each in left_open(checked(*map(paragraph, MEANT))):
        for words in MEANT:
            if " ".join(words.split()) == each.paragraph:
                remedies[words] = remedies.get(words, "") + remedy(each, OURS)
    return remedies


@pytest.mark.parametrize("words", MEANT)
def test_an_open_place_is_found_with_what_is_meant(words: str, all_at_once: dict[str, str]) -> None:
    assert MEANT[words] in all_at_once[words]


LITERALLY = {
    "A) Dit hoort zo. De klant vraagt het op grond van een overeenkomst gesloten op ………… (hierna "
    "“de Hoofdovereenkomst”).": "` gesloten op …` door `{% als hoofdovereenkomst.datum %} gesloten "
    "op {{ hoofdovereenkomst.datum }}{% einde als %}`",
    "7. Vragen gaan naar de functionaris ………… (e-mail: ……).": "`Vragen gaan naar de "
    "functionaris … (e-mail: …).` door `{% als functionaris %}Vragen gaan naar de functionaris "
    "{{ functionaris.naam }}{% als functionaris.email %} (e-mail: {{ functionaris.email }})"
    "{% einde als %}.{% einde als %}`",
    "De klant, [rechtsvorm], met zetel te Mol": "`, [rechtsvorm]` door `{% als klant.rechtsvorm %},"
    " {{ klant.rechtsvorm }}{% einde als %}`",
}


def test_a_remedy_says_what_to_replace_so_that_nothing_is_left_over(checked: Checking) -> None:
    """One remedy for each sentence. Typed literally, it is accepted and prints whole sentences."""
    found = left_open(checked(*map(paragraph, LITERALLY)))
    for each, (words, said) in zip(reversed(found), LITERALLY.items(), strict=True):
        assert said in remedy(each, OURS), words
    typed = [paragraph(said.split("`")[-2]) for said in LITERALLY.values()]
    assert checked(*typed).template


def test_words_that_look_like_one_are_left_alone(checked: Checking) -> None:
    fine = ("zie [1] en noot[a]", "enz. ... en zo verder", "(…) in een citaat", "[{{ kenmerk }}]")
    found = checked(*map(paragraph, fine))
    assert left_open(found) == []
    assert found.template


def test_the_place_says_where_in_a_long_paragraph(checked: Checking) -> None:
    long = "Een heel lange zin die eindeloos doorgaat. " * 9 + "Stuur het naar …… vandaag nog."
    (found,) = left_open(checked(paragraph(long)))
    assert "naar …… vandaag" in found.paragraph
    assert where(found, OURS).startswith("tekst, onder “Voorwerp”, bij “… ")
    assert not checked(paragraph(long)).template


def test_each_of_several_places_in_a_sentence_is_told_apart(checked: Checking) -> None:
    long = "Een heel lange zin die eindeloos doorgaat. " * 9
    words = "Hoogstens [getal] \u00a0per  jaar, [getal] per geval en … tot ……… per dag."
    found = left_open(checked(paragraph(words), paragraph(f"{long}Tot [x] of [x].")))
    assert [sides(each)[0][-11:] for each in found] == [
        "rgaat. Tot ",
        "Tot [x] of ",
        "Hoogstens ",
        " per jaar, ",
        "l en … tot ",
    ]
    assert len({each.key for each in found}) == len(found)


def test_a_cell_with_nothing_else_is_told_by_its_row() -> None:
    rows = (("Onderwerp", "Omschrijving"), ("Bewaartermijn", "[invullen], [reden]"))
    more = (("Plaats:", "Bij [plaats]"), ("[aspect]", "[invullen]"))

    def write(docx: Docx) -> None:
        table = docx.add_table(4, 2)
        for row, words in zip(table.rows, (*rows, *more), strict=True):
            for cell, each in zip(row.cells, words, strict=True):
                cell.text = each

    places = [each.finding for each in find_open_places(Source(contract(write)))]
    assert [sides(each)[0] for each in places] == [
        "Bewaartermijn: ",
        "Bewaartermijn: [invullen], ",
        "Bij ",
        "",
        "",
    ]


def line(docx: Docx) -> None:
    """A line that Word draws: a tab with dots, and underlined spaces."""
    for words in ("Naam", "Functie"):
        docx.paragraphs[4].insert_paragraph_before(words)
    docx.paragraphs[4].add_run("\t")
    stops = docx.paragraphs[4].paragraph_format.tab_stops
    stops.add_tab_stop(Mm(90), WD_TAB_ALIGNMENT.LEFT, WD_TAB_LEADER.DOTS)
    docx.paragraphs[5].add_run("      ").underline = True


def test_a_drawn_line_is_an_open_place(checked: Checking) -> None:
    assert len(left_open(checked(line))) == 2

    def priced(docx: Docx) -> None:
        line(docx)
        docx.paragraphs[4].add_run("10 euro")

    assert [each.paragraph for each in left_open(checked(priced))] == ["Naam"]


def test_a_cell_without_a_signature_is_found_for_the_right_party(checked: Checking) -> None:
    """The last table is that of the annex; the first column names the rows."""
    gone = replaced("{{ handtekening.bijlage_1 }}", "")
    (found,) = left_open(checked(gone, replaced("{{ datum.bijlage_1 }}", "-")))
    assert (found.code, found.heading) == (Found.OPEN_LABEL, "Betrokkenen")
    assert "{{ handtekening.bijlage_1 }}" in remedy(found, OURS)
    (found,) = left_open(checked(replaced("{{ datum.verwerker }}", "………")))
    assert "{{ datum.verwerker }}" in remedy(found, OURS)
