"""The initial contents of Bijlage 1: our suggestions, the processor's, and sales' own lines."""

from __future__ import annotations

import pytest

from service.agreement.annex import LISTS, MOST_ITEMS, Annex, Item, categories
from service.agreement.suggestions import parse_suggestions, suggestions, with_suggestions
from service.errors import Invalid
from service.texts import OURS, catalogue, table

OWN = {"support": {"personal_data": ("language", "gone"), "data_subjects": ()}}


def test_every_service_has_suggestions_of_ours_and_only_lines_that_exist() -> None:
    ours = table("suggestions", OURS)
    assert list(ours) == list(catalogue("services", OURS))
    for service, lists in suggestions(None).items():
        assert {name: len(lists[name]) for name in LISTS} == {
            name: len(ours[service][name]) for name in LISTS
        }
        assert all(lists.values())


def test_the_processor_decides_for_the_services_it_named() -> None:
    found = suggestions(OWN)
    assert found["support"] == {"personal_data": ("language",), "data_subjects": ()}
    assert found["tracking"] == suggestions(None)["tracking"]


def test_a_code_that_is_no_line_is_refused_at_its_place() -> None:
    with pytest.raises(Invalid) as wrong:
        parse_suggestions({"support.data_subjects": ["customers", "name"]})
    assert [(each.field, each.code) for each in wrong.value.errors] == [
        ("support.data_subjects", "choose")
    ]
    nothing = parse_suggestions({})
    assert suggestions(nothing) == nothing


def test_what_sales_put_there_stays_and_the_services_add_to_it() -> None:
    there = (
        Item("personal_data", "Allergieën", flag="own", entered_by="processor"),
        Item("personal_data", "Taal", "language", entered_by="processor"),
    )
    annex = with_suggestions(Annex(there), ["support", "tracking"], OWN)
    assert [item.code or item.label for item in annex.of("personal_data")] == [
        "contact",
        "language",
        "ip",
        "statistics",
        "Allergieën",
    ]
    assert {item.entered_by for item in annex.items} == {"processor"}
    assert [item.code for item in annex.of("data_subjects")] == ["customers", "subscribers"]


def test_a_full_list_gets_no_more() -> None:
    own = tuple(Item("data_subjects", f"Groep {n}", flag="own") for n in range(MOST_ITEMS - 1))
    annex = with_suggestions(Annex(own), catalogue("services", OURS), None)
    assert len(annex.of("data_subjects")) == MOST_ITEMS
    assert set(own) <= set(annex.items)
    assert len(annex.of("personal_data")) < len(categories("personal_data"))
