"""What a customer fills in on the public page, and what a list of customers says of that."""

from __future__ import annotations

import pytest
from bakery import SALES

from service.agreement.applying import (
    Applied,
    Known,
    Listed,
    Recognised,
    bare_mailbox,
    parse_applied,
    recognise,
)
from service.agreement.public_page import PublicPage, Usage, public_address, who_signs
from service.error_words import words_by_field
from service.errors import Invalid


def applied(**fields: str) -> Applied:
    return parse_applied({**SALES, **fields})


def line(**other: str) -> Listed:
    usual = {
        "name": "Bakkerij Peeters",
        "number": "0403170701",
        "mailbox": "an@peeters.example",
        "customer": "1001",
    }
    return Listed(4, **{**usual, **other})


@pytest.mark.parametrize(
    ("typed", "country", "kind", "number"),
    [
        ("0403.170.701", "BE", "be", "0403170701"),
        ("BE 0403 170 701", "BE", "be", "0403170701"),
        ("12345678", "NL", "nl", "12345678"),
    ],
)
def test_a_belgian_or_dutch_number(typed: str, country: str, kind: str, number: str) -> None:
    found = applied(number=typed)
    assert (found.country, found.number_type, found.number) == (country, kind, number)


def test_an_organisation_without_such_a_number() -> None:
    found = applied(number="", number_type="none")
    assert (found.number_type, found.number) == ("", "")


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"number": ""}, {"number"}),
        ({"number": "0403.170.702"}, {"number"}),
        ({"number": "0403.170.701", "number_type": "none"}, {"number"}),
        ({"name": "", "signatory_name": "", "signatory_email": "x"},
         {"name", "signatory_name", "signatory_email"}),
        ({"name": "a\u202eb"}, {"name"}),
        ({"customer": "9" * 41}, {"customer"}),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(fields: dict[str, str], wrong: set[str]) -> None:
    with pytest.raises(Invalid) as refused:
        applied(**fields)
    assert set(words_by_field(refused.value)) == wrong


@pytest.mark.parametrize(
    ("lines", "known"),
    [
        ([], Known.UNKNOWN),
        ([line()], Known.SAME),
        ([line(mailbox="AN@Peeters.example", name="BAKKERIJ PEETERS B.V.B.A.")], Known.SAME),
        ([line(name="Bakkerij Peeters & Zoon")], Known.DIFFERENT),
        ([line(mailbox="info@peeters.example")], Known.DIFFERENT),
        ([line(mailbox="info@peeters.example"), line()], Known.SAME),
        ([line(number="")], Known.SAME),
        ([line(number="", customer="1002")], Known.UNKNOWN),
        ([line(number="0863643458")], Known.UNKNOWN),  # the customer number of another
    ],
)
def test_the_best_line_of_a_list_counts(lines: list[Listed], known: Known) -> None:
    number = 0 if known is Known.UNKNOWN else 4
    found = recognise(applied(customer="1001"), lines, any_list=True)
    assert found == Recognised(known, number)


def test_without_a_list_nothing_is_said() -> None:
    assert recognise(applied(), [], any_list=False) == Recognised(Known.UNCHECKED)


def test_the_customer_number_has_the_digest_of_a_line() -> None:
    assert applied(customer="A 12").customer_key == applied(customer="a-12").customer_key
    assert applied().customer_key == ""


@pytest.mark.parametrize("written", ["An@Peeters.example", "an+1@peeters.example"])
def test_variants_of_an_address_are_one_mailbox(written: str) -> None:
    assert bare_mailbox(written) == "an@peeters.example"


def test_the_address_carries_the_customer_number() -> None:
    assert public_address("https://zegel.example") == "https://zegel.example/aanvragen"
    assert public_address("https://z.example", "A&1") == (
        "https://z.example/aanvragen?klantnummer=A%261"
    )


def test_before_anybody_sets_it_the_page_is_closed() -> None:
    assert not PublicPage().opened
    assert who_signs(PublicPage(countersigner_id="gone"), [], None) is None
    assert [Usage(asked, 2).full for asked in (1, 2, 3)] == [False, True, True]
