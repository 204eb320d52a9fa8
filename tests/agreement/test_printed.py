"""The data for printing: every key is present, even if values are open."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import Any

import pytest
from sample_agreements import agreement

from service.agreement.annex import Annex, Dpo
from service.agreement.parties import Controller, MainAgreement
from service.agreement.printed import context, preview_context

KEYS = {
    "reference",
    "revision",
    "template.version",
    *(
        f"processor.{key}"
        for key in ("name", "trade_name", "enterprise_number", "seat", "email", "phone")
    ),
    "processor.representative.name",
    "processor.representative.function",
    *(
        f"controller.{key}"
        for key in (
            "kind",
            "name",
            "legal_form",
            "trade_name",
            "country",
            "number_label",
            "number",
            "seat",
            "email",
        )
    ),
    "controller.representative.name",
    "controller.representative.function",
    "main_agreement.reference",
    "main_agreement.date",
    "services",
    "annex.personal_data",
    "annex.data_subjects",
    "annex.dpo.name",
    "annex.dpo.phone",
    "annex.dpo.email",
}


def keys(value: dict[str, Any], prefix: str = "") -> set[str]:
    """The dotted paths of all values."""
    found: set[str] = set()
    for key, inner in value.items():
        path = f"{prefix}{key}"
        found |= keys(inner, f"{path}.") if isinstance(inner, dict) else {path}
    return found


def test_a_whole_agreement_as_printed() -> None:
    printed = context(
        agreement(main_agreement=MainAgreement("HO-2024-17", date(2024, 3, 2))), "1.0"
    )
    assert keys(printed) == KEYS
    assert printed["main_agreement"] == {"reference": "HO-2024-17", "date": "2 maart 2024"}
    assert printed["controller"]["number"] == "0403.170.701"
    assert printed["annex"]["dpo"] == {"name": "Jan Maes", "phone": None, "email": "dpo@peeters.be"}
    assert [item["special"] for item in printed["annex"]["personal_data"]] == [False, True]
    assert printed["services"][0].startswith("opslag van gegevens")


@pytest.mark.parametrize("make", [context, preview_context])
def test_what_is_not_there_is_none_and_never_missing(make: Any) -> None:
    bare = agreement(
        controller=Controller(name="Bakkerij Peeters"),
        main_agreement=MainAgreement(),
        annex=Annex(),
    )
    printed = make(bare, "1.0")
    assert printed["main_agreement"] is None
    for key in ("legal_form", "trade_name"):
        assert printed["controller"][key] is None
    printed["main_agreement"] = {"reference": None, "date": None}
    printed["annex"]["dpo"] = dataclasses.asdict(Dpo(""))
    assert keys(printed) == KEYS


def test_no_number_has_no_label() -> None:
    printed = context(
        agreement(controller=Controller(name="Wandelclub", number_type="none")), "1.0"
    )["controller"]
    assert (printed["number_label"], printed["number"]) == (None, None)
    preview = preview_context(
        agreement(controller=Controller(name="Wandelclub", number_type="none")), "1.0"
    )["controller"]
    assert (preview["number_label"], preview["number"]) == (None, None)


def test_a_preview_says_what_is_still_open() -> None:
    printed = preview_context(
        agreement(controller=Controller(name="Bakkerij Peeters"), annex=Annex()), "1.0"
    )
    mark = "[door de verwerkingsverantwoordelijke in te vullen]"
    assert printed["controller"]["seat"] == printed["controller"]["number"] == mark
    assert printed["annex"]["personal_data"] == [{"label": mark, "special": False}]
    assert printed["annex"]["dpo"]["name"] == mark


def test_a_preview_of_a_whole_one_is_the_whole_one() -> None:
    assert preview_context(agreement(), "1.0") == context(agreement(), "1.0")
