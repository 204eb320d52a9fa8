"""The parties: what sales may leave open, and what the text requires."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from service.agreement.fields import Checker
from service.agreement.parties import (
    Controller,
    MainAgreement,
    countries,
    parse_controller,
    parse_main_agreement,
    parse_processor,
    parse_signatory,
)
from service.error_words import words_by_field
from service.errors import Invalid
from service.texts import OURS

WHOLE = {
    "name": "Bakkerij Peeters",
    "kind": "legal_entity",
    "legal_form": "BV",
    "country": "BE",
    "number": "0403.170.701",
    "street": "Molenstraat 3",
    "postcode": "2000",
    "city": "Antwerpen",
    "notices_email": "info@peeters.be",
}
PROCESSOR = {
    "name": "Christophe Zenner",
    "trade_name": "IT4Professionals",
    "enterprise_number": "BE 0863.643.458",
    "street": "Voorbeeldstraat 1",
    "postcode": "9000",
    "city": "Gent",
    "email": "info@it4professionals.be",
    "phone": "09 234 56 78",
    "representative_name": "Christophe Zenner",
    "representative_function": "Zaakvoerder",
}


def parse(form: dict[str, Any], *, complete: bool = True) -> tuple[Controller, dict[str, str]]:
    """The controller, and the first code per field."""
    check = Checker()
    controller = parse_controller(form, check, complete=complete)
    return controller, {error.field: error.code for error in check.errors}


def test_a_whole_organisation() -> None:
    controller, wrong = parse(WHOLE)
    assert wrong == {}
    assert controller.seat == "Molenstraat 3, 2000 Antwerpen, België"
    assert (controller.number, controller.number_type) == ("0403170701", "be")
    assert (controller.number_label(OURS), controller.shown_number) == (
        "Ondernemingsnummer",
        "0403.170.701",
    )


def test_sales_need_only_a_name() -> None:
    controller, wrong = parse({"name": "Bakkerij Peeters"}, complete=False)
    assert wrong == {}
    assert (controller.country, controller.seat, controller.number_label(OURS)) == ("BE", "", "")


def test_the_text_needs_the_rest() -> None:
    _, wrong = parse({"name": "Bakkerij Peeters"})
    assert wrong == {
        "number": "number_required",
        "street": "required",
        "city": "required",
        "postcode": "required",
        "notices_email": "email_required",
    }


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"kind": "club"}, {"kind": "choose"}),
        ({"country": "ZZ", "number_type": "be"}, {"country": "choose"}),
        ({"number_type": "fiscal"}, {"number_type": "choose"}),
        ({"number": "0403.170.702"}, {"number": "number_be"}),
        ({"number": "1234567", "number_type": "nl"}, {"number": "number_nl"}),
        ({"number_type": "none"}, {"number": "number_or_none"}),
        ({"name": "N" * 201}, {"name": "length"}),
        ({"name": "Peeters\u202e"}, {"name": "forbidden_characters"}),
        ({"legal_form": "x" * 61}, {"legal_form": "length"}),
        ({"notices_email": "x"}, {"notices_email": "email_invalid"}),
    ],
)
def test_each_mistake_lands_on_its_field(changed: dict[str, str], wrong: dict[str, str]) -> None:
    assert parse({**WHOLE, **changed})[1] == wrong


@pytest.mark.parametrize(
    ("country", "typed", "kind", "number"),
    [
        ("BE", "403170701", "be", "0403170701"),
        ("NL", "KVK 1234 5678", "nl", "12345678"),
        ("FR", "552 100 554", "other", "552 100 554"),
        ("FR", "BE 0403.170.701", "be", "0403170701"),  # a branch abroad
    ],
)
def test_the_kind_of_number_follows_the_country(
    country: str, typed: str, kind: str, number: str
) -> None:
    postcode = {"NL": "1234 AB", "FR": "75001"}.get(country, "2000")
    controller, wrong = parse(
        {**WHOLE, "country": country, "number": typed, "postcode": postcode, "number_type": ""}
    )
    assert wrong == {}
    assert (controller.number_type, controller.number) == (kind, number)


def test_an_informal_association_may_have_no_number() -> None:
    form = {**WHOLE, "kind": "unincorporated", "number": "", "number_type": "none"}
    controller, wrong = parse(form)
    assert wrong == {}
    assert (controller.number_type, controller.number, controller.number_label(OURS)) == (
        "none",
        "",
        "",
    )


def test_an_open_postcode_leaves_no_gap_in_the_seat() -> None:
    controller, wrong = parse({**WHOLE, "postcode": ""}, complete=False)
    assert wrong == {}
    assert controller.seat == "Molenstraat 3, Antwerpen, België"


def test_the_function_may_be_open_until_it_is_printed() -> None:
    form = {"signatory_name": "An Peeters", "signatory_email": "an@peeters.be"}
    check = Checker()
    parse_signatory(form, check, complete=False)
    assert not check.errors
    parse_signatory(form, check, complete=True)
    assert [error.field for error in check.errors] == ["signatory_function"]


def test_the_main_agreement_may_be_open() -> None:
    check = Checker()
    assert parse_main_agreement({}, check, today=date(2026, 11, 28)) == MainAgreement()
    assert not check.errors


def test_a_processor() -> None:
    processor = parse_processor(PROCESSOR)
    assert processor.enterprise_number == "0863643458"
    assert processor.shown_number == "0863.643.458"
    assert processor.known_as == "IT4Professionals"
    assert processor.phone == "+32 9 234 56 78"


@pytest.mark.parametrize("field", [name for name in PROCESSOR if name != "trade_name"])
def test_a_processor_leaves_nothing_open(field: str) -> None:
    with pytest.raises(Invalid) as wrong:
        parse_processor({**PROCESSOR, field: ""})
    assert list(words_by_field(wrong.value)) == [field]


def test_belgium_and_the_netherlands_come_first() -> None:
    assert list(countries())[:2] == ["BE", "NL"]


@pytest.mark.parametrize(
    ("name", "form", "whole"),
    [
        ("Bakkerij Peeters", "BV", "Bakkerij Peeters BV"),
        ("Bakkerij Peeters BV", "BV", "Bakkerij Peeters BV"),
        ("Bakkerij Peeters b.v.", "BV", "Bakkerij Peeters b.v."),
        ("Bakkerij Peeters bv", "B.V.", "Bakkerij Peeters bv"),
        ("Club ABV", "BV", "Club ABV BV"),
        ("BV", "BV", "BV BV"),
        ("Bakkerij Peeters", "", "Bakkerij Peeters"),
    ],
)
def test_the_legal_form_stands_behind_the_name_once(name: str, form: str, whole: str) -> None:
    assert Controller(name=name, legal_form=form).full_name == whole
