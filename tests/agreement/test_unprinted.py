"""Printed values are parsed back, and printing them again gives the same text."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest
from sample_agreements import agreement

from service.agreement.annex import Annex, Item, categories
from service.agreement.model import Agreement
from service.agreement.parties import Controller, MainAgreement
from service.agreement.printed import context
from service.agreement.unprinted import (
    annex_in,
    controller_in,
    main_agreement_in,
    processor_in,
    services_in,
    signatory_in,
)

WHERE = {"street": "Rue du Four, bus 3", "city": "Sint-Jans-Molenbeek", "postcode": "1080"}
PARIS = {"street": "Rue du Four 3", "city": "Paris Cedex", "postcode": "75001"}
HEALTH = next(each for each in categories("personal_data") if each.flag == "special")
ITEMS = (
    Item("personal_data", HEALTH.label, HEALTH.code, HEALTH.flag, "processor"),
    Item("personal_data", "Allergieën van klanten", "", "own"),
    Item("data_subjects", "Klanten", "customers"),
)
CONTROLLERS = {
    "a company": agreement().controller,
    "a trade name": Controller(
        "Peeters", trade_name="De Molen", number_type="be", number="0403170701", **WHERE
    ),
    "without a number": Controller("An", kind="natural_person", number_type="none", **WHERE),
    "in the Netherlands": Controller(
        "Jansen",
        legal_form="BV",
        country="NL",
        number_type="nl",
        number="01234567",
        street="Kade 1",
        postcode="1012 AB",
        city="Den Haag",
    ),
    "in France": Controller(
        "Dupont",
        country="FR",
        number_type="other",
        number="RCS 12",
        **PARIS,
    ),
}


@pytest.mark.parametrize("controller", CONTROLLERS.values(), ids=CONTROLLERS)
def test_all_that_was_printed_comes_back(controller: Controller) -> None:
    one = agreement(
        controller=controller,
        main_agreement=MainAgreement("HO-2024-17", date(2024, 3, 2)),
        annex=dataclasses.replace(agreement().annex, items=ITEMS),
    )
    assert _read_back(one) == one


def test_what_was_left_out_is_left_out() -> None:
    bare = agreement(main_agreement=MainAgreement(), annex=Annex(ITEMS, "no"))
    assert _read_back(bare) == bare


def test_a_form_within_the_name_and_words_of_former_catalogues_print_the_same() -> None:
    """They can no longer be distinguished, and this breaks nothing."""
    one = agreement(controller=Controller("Peeters bv", legal_form="BV", number_type="none"))
    assert controller_in(context(one, "1.0")).legal_form == ""
    printed = context(one, "1.0")
    assert context(_read_back(one), "1.0") == printed
    printed["services"] = ["iets van vroeger", *printed["services"]]
    printed["controller"]["number_label"] = "Handelsregister"
    assert services_in(printed) == one.services
    assert controller_in(printed).number_type == "other"


def _read_back(one: Agreement) -> Agreement:
    printed = context(one, "1.0")
    entered = [
        {"list": each.list, "label": each.label, "entered_by": each.entered_by}
        for each in one.annex.items
    ]
    return dataclasses.replace(
        one,
        controller=controller_in(printed),
        processor=processor_in(printed),
        signatory=signatory_in(printed, one.signatory.email),
        main_agreement=main_agreement_in(printed),
        services=services_in(printed),
        annex=annex_in(printed, entered),
    )
