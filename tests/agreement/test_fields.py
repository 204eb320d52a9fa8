"""Single values as people type them: the parsed value, or the code of the refusal."""

from __future__ import annotations

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.agreement.fields import (
    Checker,
    belgian_number,
    fold,
    kvk_number,
    same_person,
)
from service.agreement.pasted import clean
from service.error_words import words_by_field, words_of
from service.errors import Invalid

TODAY = date(2026, 11, 28)


def code(check: Checker) -> str:
    """The code of the only mistake, or ''."""
    assert len(check.errors) < 2
    return check.errors[0].code if check.errors else ""


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Jansen & Zn <test> BVBA", "Jansen & Zn <test> BVBA"),
        ("'t Hof van Ó Brien-Łódź", "'t Hof van Ó Brien-Łódź"),
        ("  Bakkerij   Peeters ", "Bakkerij Peeters"),
        ("Bakkerij\u00a0Peeters", "Bakkerij Peeters"),
        ("Cafe\u0301", "Café"),
        ("Peeters\tBV", "Peeters BV"),  # from a table
        ("Peeters\r\nBV", "Peeters BV"),  # over two lines of a letter
        ("Peeters\u2028BV", "Peeters BV"),
        ("\ufeffPeeters", "Peeters"),  # a byte order mark
        ("Peet\u200bers", "Peeters"),  # zero width
        ("Peet\u00aders", "Peeters"),  # soft hyphen
        ("\u200ePeeters\u200f", "Peeters"),  # direction marks
        ("Jan\u2011Pieter \u2212 Zonen", "Jan-Pieter - Zonen"),
        ("\uf0b7\tAllergieën", "Allergieën"),  # a bullet of Word
        ("• Allergieën", "Allergieën"),
        ("{{ 7 * 7 }} {% raw %}", "{{ 7 * 7 }} {% raw %}"),
        ("N" * 180, "N" * 180),
        ("N" * 200, "N" * 200),
    ],
)
def test_a_line_is_kept_as_typed_but_for_blanks_and_form(typed: str, kept: str) -> None:
    check = Checker()
    assert check.line("name", typed) == kept
    assert code(check) == ""


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ("", "required"),
        ("  \t ", "required"),
        (None, "required"),
        ("N" * 201, "length"),
        ("Peeters\u202eVB", "forbidden_characters"),  # bidi override
        ("Peeters\u2066x\u2069", "forbidden_characters"),  # bidi isolates
        ("Peeters\x00", "forbidden_characters"),
        ("Peeters\ud800", "forbidden_characters"),  # half a surrogate pair
        ("Peeters\ue000", "forbidden_characters"),  # private use
        ("Bakkerij 🥐", "unprintable"),
        ("面包店", "unprintable"),
    ],
)
def test_what_no_line_may_hold(typed: str | None, refusal: str) -> None:
    check = Checker()
    check.line("name", typed)
    assert code(check) == refusal


def test_the_refusal_names_the_characters_that_cannot_be_printed() -> None:
    check = Checker()
    check.line("name", "Bakkerij 🥐🍞")
    assert check.errors[0].values == {"characters": "🥐 🍞"}


@given(st.text(max_size=250))
def test_an_accepted_line_is_one_normal_line(typed: str) -> None:
    check = Checker()
    line = check.line("name", typed, required=False)
    if not check.errors:
        assert line == unicodedata.normalize("NFC", line) == line.strip()
        assert len(line) <= 200
        assert not any(unicodedata.category(each).startswith(("C", "Zl", "Zp")) for each in line)
        again = Checker()
        assert again.line("name", line, required=False) == line
        assert not again.errors


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ("Łucja van den Berg-Ó Brien", ""),
        ("Xi", ""),
        ("X", "length"),
        ("Jan <script>", "angle_brackets"),
        ("Jan\x00", "forbidden_characters"),
        ("J" * 201, "length"),
    ],
)
def test_a_persons_name(typed: str, refusal: str) -> None:
    check = Checker()
    check.person("name", typed)
    assert code(check) == refusal


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("an@peeters.example.com", "an@peeters.example.com"),
        ("An.Peeters@PEETERS.be ", "An.Peeters@peeters.be"),
        ("an+dpo@peeters.be", "an+dpo@peeters.be"),
        ("an@xn--caf-dma.be", "an@café.be"),
        ("an@café.be", "an@café.be"),
    ],
)
def test_an_email_address_comes_back_normal(typed: str, kept: str) -> None:
    check = Checker()
    assert check.email("email", typed) == kept
    assert code(check) == ""


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ("", "email_required"),
        ("an", "email_invalid"),
        ("an@", "email_invalid"),
        ("an@peeters", "email_invalid"),
        ("an peeters@peeters.be", "email_invalid"),
        ("an@peeters.be, jan@peeters.be", "email_invalid"),
        ("An <an@peeters.be>", "email_invalid"),
        ("an@peeters.be\r\nBcc: x@evil.be", "email_invalid"),
        ("an\r\n@peeters.be", "email_invalid"),
        ("an@peeters.be\x00", "email_invalid"),
        ("an\u202e@peeters.be", "email_invalid"),
        ("面包店@peeters.be", "email_accents"),
        ("info@面包店.be", "unprintable"),
        ("jân@peeters.be", "email_accents_meant"),
        ("o’brien@peeters.be", "email_accents_meant"),
        ("a" * 65 + "@peeters.be", "email_invalid"),
    ],
)
def test_what_is_no_address_we_can_use(typed: str, refusal: str) -> None:
    check = Checker()
    check.email("email", typed)
    assert code(check) == refusal


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("jân@café.be", "jan@café.be"),
        ("o’brien@peeters.be", "o'brien@peeters.be"),
        ("Łukasz.Ó`Brien@peeters.be", "Lukasz.O`Brien@peeters.be"),
    ],
)
def test_an_address_that_no_server_takes_is_refused_with_the_one_meant(
    typed: str, meant: str
) -> None:
    check = Checker()
    check.email("email", typed)
    assert check.errors[0].values == {"meant": meant}
    assert meant in words_of(check.errors[0])


@pytest.mark.parametrize(
    ("typed", "country", "shown"),
    [
        ("0475 12 34 56", "BE", "+32 475 12 34 56"),
        ("0475/12.34.56", "BE", "+32 475 12 34 56"),
        ("+32 (0)9 234 56 78", "BE", "+32 9 234 56 78"),
        ("09 234 56 78", "", "+32 9 234 56 78"),
        ("06 12345678", "NL", "+31 6 12345678"),
        ("0031 20 123 4567", "BE", "+31 20 123 4567"),
        ("", "BE", ""),
    ],
)
def test_a_telephone_number_is_shown_internationally(typed: str, country: str, shown: str) -> None:
    check = Checker()
    assert check.phone("phone", typed, country) == shown
    assert code(check) == ""


@pytest.mark.parametrize(
    "typed", ["12", "geen", "0475", "0475/12.34", "+999 123", "0475 12 34 56 78 90 12 34"]
)
def test_what_is_no_telephone_number(typed: str) -> None:
    check = Checker()
    check.phone("phone", typed, "BE")
    assert code(check) == "phone_invalid"


@pytest.mark.parametrize(
    ("typed", "country", "kept", "refusal"),
    [
        ("9000", "BE", "9000", ""),
        ("0900", "BE", "", "postcode_be"),
        ("90000", "BE", "", "postcode_be"),
        ("B-9000", "BE", "9000", ""),
        ("be 9000", "BE", "9000", ""),
        ("NL-1234 AB", "NL", "1234 AB", ""),
        ("９０００", "BE", "", "postcode_be"),
        ("1234ab", "NL", "1234 AB", ""),
        ("1234 AB", "NL", "1234 AB", ""),
        ("1234", "NL", "", "postcode_nl"),
        ("75001", "FR", "75001", ""),
        ("SW1A 1AA", "GB", "SW1A 1AA", ""),
        ("1234567890123", "FR", "", "length"),
        ("7500\u202e1", "FR", "", "forbidden_characters"),
        ("75001\x00", "FR", "", "forbidden_characters"),
        ("", "BE", "", "required"),
    ],
)
def test_a_postcode(typed: str, country: str, kept: str, refusal: str) -> None:
    check = Checker()
    found = check.postcode("postcode", typed, country)
    assert code(check) == refusal
    if not refusal:
        assert found == kept


@pytest.mark.parametrize(
    "typed", ["2024-03-02", "2/3/2024", "02/03/2024", "2-3-2024", "2.3.2024", " 2/3/2024 "]
)
def test_a_date_is_day_month_year(typed: str) -> None:
    check = Checker()
    assert check.day("main_date", typed, today=TODAY) == date(2024, 3, 2)
    assert code(check) == ""


@pytest.mark.parametrize(
    "typed",
    ["30/2/2024", "2/13/2024", "2-3-24", "gisteren", "2024-02-30", "２/3/2024", "0024-03-02"],
)
def test_what_is_no_date(typed: str) -> None:
    check = Checker()
    assert check.day("main_date", typed, today=TODAY) is None
    assert code(check) == "date_invalid"


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [("29/11/2027", ""), ("30/11/2027", "date_ahead"), ("2042-01-01", "date_ahead")],
)
def test_a_date_far_ahead_is_a_slip_of_the_keys(typed: str, refusal: str) -> None:
    check = Checker()
    check.day("main_date", typed, today=TODAY)
    assert code(check) == refusal


def test_no_date_is_no_mistake() -> None:
    check = Checker()
    assert check.day("main_date", "", today=TODAY) is None
    assert not check.errors


def test_all_mistakes_of_a_form_come_together() -> None:
    check = Checker()
    check.line("name", "")
    check.email("email", "x")
    with pytest.raises(Invalid) as wrong:
        check.raise_if_wrong()
    assert words_by_field(wrong.value) == {
        "name": "Vul dit in.",
        "email": "Dit e-mailadres klopt niet. Voorbeeld: naam@bedrijf.be",
    }


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("'t Hof van Ó Brien-Łódź", "t hof van o brien lodz"),
        ("Jansen & Zn <test>", "jansen zn test"),
        ("CAFÉ", "cafe"),
        ("Straße", "strasse"),
        ("Søren Æbler", "soren aebler"),
        ("İstanbul", "istanbul"),
        ("VO-2026-00042", "vo 2026 00042"),
        ("an@peeters.be", "an peeters be"),
        ("---", ""),
    ],
)
def test_searching_knows_no_accents_and_no_capitals(typed: str, folded: str) -> None:
    assert fold(typed) == folded


@given(st.text(max_size=60))
def test_folding_twice_changes_nothing_more(typed: str) -> None:
    once = fold(typed)
    assert fold(once) == once
    assert once == once.strip()
    assert "  " not in once


@given(st.text(alphabet="abcéèüñóÓłŁ XYZ-'", max_size=40))
def test_folding_ignores_case_and_normal_form(typed: str) -> None:
    assert fold(typed.upper()) == fold(typed.lower()) == fold(unicodedata.normalize("NFD", typed))


@given(st.text(max_size=60))
def test_cleaning_twice_changes_nothing_more(typed: str) -> None:
    assert clean(clean(typed)) == clean(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "0403.170.701",
        "BE0403170701",
        "TVA BE 0403.170.701",
        "KBO: 0403 170 701",
        "RPR Gent, afdeling Gent 0403.170.701",
        "BTW-nr. BE 403.170.701",
        "9000 Gent 0403.170.701",
        "ondernemingsnummer (0403170701)",
        "04 03 17 07 01",
        "403170701",
    ],
)
def test_a_belgian_number_is_found_in_what_stands_around_it(typed: str) -> None:
    assert belgian_number(typed) == "0403170701"


@pytest.mark.parametrize(
    "typed",
    ["", "geen", "0403.170.702", "0403170701 of 0863643458", "10403170701", "VO-2026-00012"],
)
def test_what_is_no_belgian_number(typed: str) -> None:
    assert belgian_number(typed) is None


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("12345678", "12345678"),
        ("KVK-nummer: 12 34 56 78", "12345678"),
        ("KvK nr. 12.345.678 te Utrecht", "12345678"),
        ("1234567", None),
        ("123456789", None),
        ("12345678 of 87654321", None),
        ("00000000", None),
    ],
)
def test_a_kvk_number(typed: str, number: str | None) -> None:
    assert kvk_number(typed) == number


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("an peeters", "An Peeters"),
        ("An  Peeters ", "An Peeters"),
        ("An\u00a0Peeters", "An Peeters"),
        ("Ó’Brien", "O'Brien"),
        ("Jose Garcia", "José García"),
        ("Anne Marie Claes", "Anne-Marie Claes"),
        ("mevr. An Peeters", "An Peeters"),
        ("de heer De Smet", "De Smet"),
        ("An Peeters", "Mevr. Dr. An Peeters"),
    ],
)
def test_a_name_is_the_same_to_a_reader(typed: str, name: str) -> None:
    assert same_person(typed, name)


@pytest.mark.parametrize("typed", ["", "An", "Peeters", "Ann Peeters", "mevr.", "Jan Peeters"])
def test_another_name(typed: str) -> None:
    assert not same_person(typed, "An Peeters")


def test_what_no_agreement_prints_may_hold_any_picture() -> None:
    check = Checker()
    assert check.text_area("message", " Dag An 🥐\r\n\r\n面包店 ") == "Dag An 🥐\n\n面包店"
    assert code(check) == ""
    check.text_area("message", "af\u202ezender")
    assert code(check) == "forbidden_characters"
