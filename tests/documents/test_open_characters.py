"""Which characters of a contract are a place to fill in, and which are only its text."""

from __future__ import annotations

import pytest

from service.documents.own.open_characters import asks, ends_in_number, opened
from service.documents.own.open_places import find_open_places
from service.documents.own.prepare.whole import prepare
from service.documents.own.source import Source
from tests.documents.foreign import contract, paragraph
from tests.documents.test_prepare import texts

OPEN = {
    "duurt XX maanden": ["XX"],
    "duurt xx maanden, tot XX/XX/20XX": ["xx", "XX/XX/20XX"],
    "na … dagen of X (…) weken": ["…", "X", "…"],
    "binnen ........ uur": ["........"],
    "binnen [aantal] dagen, aan <naam> of < naam klant >": ["[aantal]", "<naam>", "< naam klant >"],
    "hoogstens [●] %, [*] of [   ]": ["[●]", "[*]", "[   ]"],
    "een boete van € ..., of €XXX": ["...", "XXX"],
    "te … en van ● tot __": ["…", "●", "__"],
    "1. …, met zetel": ["…"],
    "vanaf …../…../20…. of __/__/____": ["…../…../20….", "__/__/____"],
    "?? maanden, {aantal dagen}": ["??", "{aantal dagen}"],
    "binnen [24/48] uur, na [30] dagen, van [7] en [#] of [500], [/]": [
        "[24/48]",
        "[30]",
        "[7]",
        "[#]",
        "[500]",
        "[/]",
    ],
    "de heer/mevrouw* A, ja / nee *, ja*/nee* en dhr./mevr.* X": [
        "heer/mevrouw*",
        "ja / nee *",
        "ja*/nee*",
        "dhr./mevr.*",
    ],
    f"[optioneel: {'woord ' * 60}]": [f"[optioneel: {'woord ' * 60}]"],
    # text
    "Boek XX en artikel XX.225 van boeken XIX en XX": [],
    "naam, adres, … enz. ...": [],
    "van (…) tot (...), zie [1] en wij zeggen... dat": [],
    "{% als x %}{{ klant.naam }}": [],
    "zie [1] en [2, 3], [ ] of [☐], [#########], [#######, ########] en en/of": [],
    "Windows XP, 2 x per jaar, info@xxx.be": [],
}


@pytest.mark.parametrize("words", OPEN)
def test_a_place_is_told_from_text(words: str) -> None:
    found = [each[0].strip() for each in opened().finditer(words) if asks(each)]
    assert found == OPEN[words]


def test_what_has_a_unit_is_asked_and_never_filled_in() -> None:
    words = "De Klant is … dagen bereikbaar, tegen XX euro, vanaf op [datum] af."
    docx = contract(paragraph(words))
    places = [each.finding for each in find_open_places(Source(docx))]
    assert [each.values["advice"] for each in places] == [
        "term_unit",
        "amount_unit",
        "date_in_words",
    ]
    assert [each.values.get("unit") for each in places] == ["dagen", "euro", None]
    assert all(each.answerable for each in places)
    assert words in texts(prepare(docx, {}, {}).docx)
    keys = [each.key for each in places]
    made = prepare(docx, {}, dict(zip(keys, ("30", "85", "1 mei 2027"), strict=True)))
    assert "De Klant is 30 dagen bereikbaar, tegen 85 euro, vanaf op 1 mei 2027 af." in texts(
        made.docx
    )


@pytest.mark.parametrize(
    ("words", "number"),
    {
        "30": True,
        "dertig (30)": True,
        "ten hoogste tweeëntwintig": True,
        "48 (achtenveertig)": True,
        "25.000,-": True,
        "1 250,50": True,
        "anderhalf": True,
        "het bedrag uit de Hoofdovereenkomst": False,
        "30 werkdagen": False,
        "enkele": False,
        "B30": False,
        "dertig (volle)": False,
        "alleen": False,
    }.items(),
)
def test_a_unit_can_only_follow_a_number(words: str, number: bool) -> None:
    assert ends_in_number(words) is number


def test_a_currency_before_a_place_is_its_unit_and_a_term_without_one_is_told() -> None:
    docx = contract(paragraph("Boete van € [bedrag] per keer; bewaartermijn: [aantal te kiezen]."))
    places = [each.finding.values for each in find_open_places(Source(docx))]
    assert [(each["advice"], each.get("unit")) for each in places] == [
        ("amount_unit", "€"),
        ("term", None),
    ]


def test_where_and_when_a_contract_is_signed_is_asked_in_words() -> None:
    docx = contract(paragraph("Aldus opgemaakt te ………… op …………, in tweevoud."))
    places = [each.finding for each in find_open_places(Source(docx))]
    assert [each.values["advice"] for each in places] == ["town", "date_in_words"]
    assert len({each.key for each in places}) == 2


def test_a_single_mark_that_says_what_it_is_for_is_filled_in() -> None:
    docx = contract(paragraph("1. …, met zetel te …, hierna de Klant;"))
    assert "1. {{ klant.naam }}, met zetel te {{ klant.zetel }}, hierna de Klant;" in texts(
        prepare(docx, {}, {}).docx
    )


def test_brackets_that_only_say_that_they_are_open_are_asked_once() -> None:
    places = find_open_places(Source(contract(paragraph("Ook [aan te vullen] of […]."))))
    assert [each.finding.values["written"] for each in places] == ["[aan te vullen]", "[…]"]
