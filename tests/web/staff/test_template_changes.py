"""What Zegel changed in a contract, in short on its page: nothing to judge may be missing."""

from __future__ import annotations

import pytest

from service.documents.own.prepare.changes import Change, What, told
from service.documents.own.prepare.whole import prepare
from service.web.staff.template_changes import GROUPS, Group, groups, plain, readable
from tests.documents.untouched import OWN, untouched


@pytest.fixture(scope="module")
def changes() -> tuple[Change, ...]:
    return prepare(untouched(), OWN, {}).changes


def titled(found: list[Group], words: str) -> Group:
    (group,) = [each for each in found if words in each.title]
    return group


def test_changes_of_a_kind_are_told_together(changes: tuple[Change, ...]) -> None:
    found = groups(told(changes))
    assert titled(found, "Per klant gekozen").lines == [
        "Bijlage A (lijst diensten): hosting\xa0· back-up\xa0· andere",
        "Categorieën van betrokkenen: bezoekers\xa0· leden\xa0· andere",
    ]
    assert titled(found, "toevoegt").lines == [
        "Soorten persoonsgegevens: in plaats van “andere: …”"
    ]
    assert titled(found, "bijzondere").lines == [
        "“Ook gegevens van artikel 9, namelijk [gevoelige_gegevens], worden verwerkt.” (onder "
        "“Bijzondere categorieën”), anders “Niet van toepassing.”"
    ]
    assert titled(found, "Valt weg").lines[0] == "“, [klant.rechtsvorm]”"
    assert titled(found, "Tabellen om te tekenen").lines == [
        "Artikel 2. Aansprakelijkheid",
        "Contact, zonder initialen",
    ]


def test_each_word_that_went_or_came_is_on_the_page(changes: tuple[Change, ...]) -> None:
    """In the lines, or in full below them or among the plain ones."""
    found, all_told = groups(told(changes)), told(changes)
    full = [each for group in found for each in group.full] + plain(all_told)
    lines = " ".join(line for group in found for line in group.lines)
    for each in all_told:
        in_full = (each.change.before, each.change.after) in [(f.before, f.after) for f in full]
        whole = readable(each.change.before or each.change.after) in lines
        assert in_full or whole, each


def test_a_kind_without_a_group_is_told_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(GROUPS, What.REFERENCE)
    change = Change(What.REFERENCE, "", "Kenmerk {{ kenmerk }}")
    (group,) = groups(told([change]))
    (full,) = group.full
    assert (group.title, group.lines) == ("", ())
    assert full.said == 'Onder de titel kwam <code class="code">Kenmerk {{ kenmerk }}</code>.'


def test_long_points_and_texts_are_told_by_their_ends() -> None:
    points = [
        "☐ leden, abonnees en ontvangers van de nieuwsbrief;",
        "[ ] contactgegevens (naam, adres);",
        *(f"punt {number}" for number in range(12)),
    ]
    long = " ".join(f"woord{number}" for number in range(20))
    items = Change(What.ITEMS, " / ".join(points), "{% voor regel in betrokkenen %} {{ regel }}")
    gone = Change(What.CONDITION, "…", f"{{% als functionaris %}} {long} {{% einde als %}}", "Kop")
    otherwise = Change(What.SENSITIVE, "…", "{% als x %}{{ x }}{% anders %}Geen.{% einde als %}")
    (listed,), (only,), (left_out,) = (
        each.lines for each in groups(told([gone, items, otherwise]))
    )
    assert listed.startswith(
        "Aan het begin (lijst betrokkenen): leden, abonnees en ontvangers…\xa0· "
        "contactgegevens (…)\xa0· punt 0\xa0· "
    )
    assert listed.endswith("punt 9\xa0· nog 2")
    assert only == "“[x]”, anders “Geen.”"
    assert left_out == (
        "“woord0 woord1 woord2 woord3 woord4 woord5 … "
        "woord14 woord15 woord16 woord17 woord18 woord19” (onder “Kop”)"
    )


def test_what_asked_for_a_choice_is_no_point_and_equal_lines_are_told_once() -> None:
    choice = Change(
        What.CHOICE,
        "Wij verwerken gegevens van: klanten, leden, andere: … (schrappen wat niet past).",
        "Wij verwerken gegevens van: {{ betrokkenen }}.",
        "Betrokkenen",
    )
    only = Change(
        What.CONDITION, "nr. …", "{% als klant.nummer %}nr. {{ klant.nummer }}{% einde als %}"
    )
    (listed,), (left_out,) = (each.lines for each in groups(told([choice, only, only])))
    assert listed == "Betrokkenen: klanten\xa0· leden\xa0· andere"
    assert left_out == "“nr. [klant.nummer]”, 2 keer"


def test_what_word_filled_in_by_itself_is_told_in_short() -> None:
    changes = [
        Change(What.CONTENTS, "Artikel 1. Voorwerp / Artikel 2. Duur", ""),
        Change(What.CROSS_REFERENCE, "zie artikel 4.2", ""),
        Change(What.FIELD, "op 3 mei 2024", "op [datum]", "Duur"),
        Change(What.CROSS_REFERENCE, "in artikel 5", ""),
    ]
    assert [each.lines for each in groups(told(changes))] == [
        ["“op 3 mei 2024” werd “op [datum]” (onder “Duur”)"],
        ["“zie artikel 4.2”\xa0· “in artikel 5”"],
        ["“Artikel 1. Voorwerp / Artikel 2. Duur”"],
    ]


def test_half_a_placeholder_at_the_end_of_a_fragment_is_left_out() -> None:
    assert readable("… naam }} sluit met {{ klant.naam }} (e-mail: {{ …") == (
        "… sluit met [klant.naam] (e-mail: …"
    )
