"""What the columns of a list hold, by headings in three languages and by contents."""

from __future__ import annotations

import pytest

from service.agreement.bulk.columns import Columns, guess, known_targets, shape_of, target_of
from service.agreement.bulk.listing import listing_of
from service.spreadsheets.read import read_pasted
from service.texts import OURS, table

A_ROW = ("Bakkerij Peeters BV", "0403.170.701", "An Peeters", "an@peeters.example", "België")


@pytest.mark.parametrize(
    ("headings", "targets"),
    [
        (
            "Klantnr.|Bedrijfsnaam|BTW-nummer|Voornaam|Achternaam|E-mailadres|Functie",
            "customer name number first_name last_name signatory_email signatory_function",
        ),
        (
            "Société|N° d'entreprise|Nom du signataire|Courriel|Fonction|Code postal|Localité|Pays",
            "name number signatory_name signatory_email signatory_function postcode city country",
        ),
        (
            "Company name|VAT number|Contact person|E-mail address|Job title|Zip code|City|Country",
            "name number signatory_name signatory_email signatory_function postcode city country",
        ),
        (
            "Naam|Voornaam|Naam|E-mail (contactpersoon)|Straat|Huisnr|Bus|Postcode en gemeente",
            "name first_name last_name signatory_email street house_number box place",
        ),
        (
            "Klant|Contactpersoon|E-mail|Algemeen e-mailadres|Contractdatum|Opmerkingen|FG naam",
            "name signatory_name signatory_email notices_email main_date  dpo_name",
        ),
    ],
)
def test_headings_are_known_in_dutch_french_and_english(headings: str, targets: str) -> None:
    cells = headings.split("|")
    found = guess([cells, [""] * len(cells)])
    assert found == Columns(tuple(targets.split(" ")), heading=0)


def test_a_list_without_headings_is_known_by_its_contents() -> None:
    found = guess([A_ROW, ("Zaak NV", "0863643458", "Jan Claes", "jan@zaak.example", "NL")])
    assert found == Columns(("name", "number", "", "signatory_email", "country"))
    assert found.missing() == ("signatory_name",)


def test_a_column_of_addresses_is_one_whatever_its_heading_says() -> None:
    found = guess([("Bedrijf", "Contact"), ("Zaak", "an@zaak.example"), ("X", "jan@x.example")])
    assert found.targets == ("name", "signatory_email")


def test_titles_above_and_totals_below_are_no_customers() -> None:
    table = read_pasted(
        "Klanten 2026\t\t\n\t\t\nNaam\tContactpersoon\tE-mail\n"
        "A\tAn A\ta@x.example\nNaam\tContactpersoon\tE-mail\nTotaal BV\tJan\tb@x.example\n"
        "\nTotaal\t2\t\nAantal klanten\t\t2"
    )
    listing = listing_of(table.rows)
    assert listing.headings == ("Naam", "Contactpersoon", "E-mail")
    assert [row.number for row in listing.rows] == [4, 6]
    assert listing.left_out == (5, 8, 9)


def test_a_list_is_known_again_by_its_headings() -> None:
    shape = shape_of(("Naam", "E-mail"))
    assert shape == shape_of(("NAAM ", "e mail", "Probleem", ""))
    assert shape != shape_of(("Naam", "E-mail", "Land"))
    assert shape_of(("", "", "")) != shape_of(("", ""))  # no headings: only the width is known
    assert shape_of(("", "")) == shape_of(("", "", "Probleem"))


def test_every_heading_of_the_catalogue_leads_to_its_own_target() -> None:
    listed = table("import_headings", OURS)["headings"]
    assert set(known_targets()) == set(listed)
    wrong = {
        (name, target, target_of(name))
        for target, names in listed.items()
        for name in names
        if target_of(name) != target
    }
    assert wrong == set()
