"""What sales must enter: enough to send, and everything for a pre-signed offer."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from service.agreement.drafting import Draft, Input, draft
from service.agreement.states import Order
from service.errors import Invalid

LEAST = {
    "name": "Bakkerij Peeters",
    "signatory_name": "An Peeters",
    "signatory_email": "an@peeters.be",
}
WHOLE = {
    **LEAST,
    "number": "0403.170.701",
    "street": "Molenstraat 3",
    "postcode": "2000",
    "city": "Antwerpen",
    "notices_email": "info@peeters.be",
    "signatory_function": "Bestuurder",
    "dpo_answer": "no",
    "order": "processor_first",
}
TODAY = date(2026, 11, 28)
LISTS: dict[str, Any] = {
    "chosen": {"personal_data": ["name"], "data_subjects": ["customers"]},
}


def made(fields: dict[str, Any], **lists: Any) -> Draft:
    """A draft with one service."""
    return draft(Input(fields, services=["support"], **lists), default_days=30, today=TODAY)


def mistakes(fields: dict[str, Any], **lists: Any) -> dict[str, str]:
    """The first code per field."""
    with pytest.raises(Invalid) as wrong:
        made(fields, **lists)
    codes: dict[str, str] = {}
    for error in wrong.value.errors:
        codes.setdefault(error.field, error.code)
    return codes


def test_a_name_and_a_person_are_enough() -> None:
    found = made(LEAST)
    assert found.order is Order.CONTROLLER_FIRST
    assert found.link_days == 30
    assert not found.annex.complete


def test_services_come_in_the_order_of_the_text() -> None:
    given = Input(LEAST, services=["support", "web_design", "hacked", "cloud_storage"])
    assert draft(given, default_days=30, today=TODAY).services == (
        "cloud_storage",
        "web_design",
        "support",
    )


def test_a_service_is_needed() -> None:
    with pytest.raises(Invalid) as wrong:
        draft(Input(LEAST), default_days=30, today=TODAY)
    assert [error.field for error in wrong.value.errors] == ["services"]


@pytest.mark.parametrize("days", ["1", "180", 45, " 30 "])
def test_a_term_in_days(days: Any) -> None:
    assert made({**LEAST, "link_days": days}).link_days == int(days)


@pytest.mark.parametrize("days", ["0", "181", "-3", "1.5", "３", "dertig", True])
def test_a_term_out_of_range(days: Any) -> None:
    assert mistakes({**LEAST, "link_days": days}) == {"link_days": "days_range"}


def test_a_message_may_have_lines() -> None:
    assert made({**LEAST, "message": "Dag An,\r\n\r\nhier is ze.\r\n"}).message == (
        "Dag An,\n\nhier is ze."
    )


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("x" * 2001, "length"),
        ("x" * 1500 + "\n" + "y" * 1500, "length"),
        ("\x07", "forbidden_characters"),
    ],
)
def test_a_message_has_bounds(message: str, code: str) -> None:
    assert mistakes({**LEAST, "message": message}) == {"message": code}


def test_an_unknown_order_is_refused() -> None:
    assert mistakes({**LEAST, "order": "both"}) == {"order": "choose"}


def test_a_pre_signed_offer_that_is_complete() -> None:
    found = made(WHOLE, **LISTS)
    assert found.order is Order.PROCESSOR_FIRST
    assert found.annex.complete
    assert {item.entered_by for item in found.annex.items} == {"processor"}


@pytest.mark.parametrize(
    ("missing", "code"),
    [
        ("number", "number_required"),
        ("street", "required"),
        ("postcode", "required"),
        ("city", "required"),
        ("notices_email", "email_required"),
        ("signatory_function", "required"),
        ("dpo_answer", "yes_or_no"),
    ],
)
def test_a_pre_signed_offer_leaves_nothing_open(missing: str, code: str) -> None:
    found = mistakes({**WHOLE, missing: ""}, **LISTS)
    assert found == {missing: code, "order": "annex_not_complete"}


@pytest.mark.parametrize("empty", ["personal_data", "data_subjects"])
def test_a_pre_signed_offer_has_both_lists(empty: str) -> None:
    chosen = {**LISTS["chosen"], empty: []}
    found = mistakes(WHOLE, chosen=chosen)
    assert found == {empty: f"{empty}_empty", "order": "annex_not_complete"}


def test_input_with_half_a_character_is_compared_before_it_is_refused() -> None:
    odd = Input({"name": "Peeters\ud800"})
    assert odd.sha256 == Input({"name": "Peeters\ud800"}).sha256
    assert odd.sha256 != Input({"name": "Peeters"}).sha256
