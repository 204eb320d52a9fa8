"""A row becomes the input of one agreement, with what a spreadsheet did to its values undone."""

from __future__ import annotations

from typing import Any

import pytest

from service.agreement.bulk.columns import Columns
from service.agreement.bulk.options import Options, People
from service.agreement.bulk.rows import Given, given_in
from service.agreement.permissions import Role, Staff
from service.error_codes import FieldCode

ELS = Staff("1", "Els Maes", "els@it4.example", "Zaakvoerder", frozenset(Role))
JAN = Staff("2", "Jan Claes", "jan@it4.example", "", frozenset({Role.SALES}))
PEOPLE = People(able=[ELS], sellers=[ELS, JAN])


def given(options: Options = Options(), **cells: str) -> Given:  # noqa: B008 (immutable)
    return given_in(tuple(cells.values()), Columns(tuple(cells)), options, PEOPLE)


@pytest.mark.parametrize(
    ("cells", "fields"),
    [
        ({"number": "863643458.0"}, {"number": "863643458"}),
        ({"number": "8,63643458E+08"}, {"number": "863643458"}),
        ({"number": "0863.643.458"}, {"number": "0863.643.458"}),
        ({"number": "1234567", "country": "Nederland"}, {"number": "01234567", "country": "NL"}),
        ({"postcode": "2000.0", "country": "b"}, {"postcode": "2000", "country": "BE"}),
        ({"postcode": "1067", "country": "Allemagne"}, {"postcode": "01067", "country": "DE"}),
        ({"postcode": "1234 ab"}, {"country": "NL"}),
        ({"main_date": "45353"}, {"main_date": "2024-03-02"}),
        ({"main_date": "2024-03-02 00:00:00"}, {"main_date": "2024-03-02"}),
        ({"main_date": "2/3/2024"}, {"main_date": "2/3/2024"}),
        ({"main_reference": "1E5"}, {"main_reference": "1E5"}),
        (
            {"first_name": "Jan", "infix": "van", "last_name": "Dam"},
            {"signatory_name": "Jan van Dam"},
        ),
        (
            {"street": "Molenstraat", "house_number": "3.0", "box": "2"},
            {"street": "Molenstraat 3 bus 2"},
        ),
        ({"place": "B-2000 Antwerpen"}, {"postcode": "B-2000", "city": "Antwerpen"}),
        ({"place": "1234 AB Den Haag"}, {"postcode": "1234 AB", "city": "Den Haag"}),
        ({"place": "Gent"}, {"city": "Gent"}),
        ({"kind": "Eenmanszaak"}, {"kind": "sole_trader"}),
        ({"kind": "VZW"}, {"kind": "legal_entity"}),
        ({"order": "eerst wij"}, {"order": "processor_first"}),
        ({"dpo_answer": "Ja", "dpo_name": "Els"}, {"dpo_answer": "yes"}),
        ({"dpo_name": "Els"}, {"dpo_answer": "yes"}),
        ({"link_days": "14 dagen"}, {"link_days": "14"}),
        ({"countersigner": "ELS@it4.example"}, {"countersigner": "1"}),
        ({"countersigner": "els maes"}, {"countersigner": "1"}),
    ],
)
def test_values_are_read_as_they_were_meant(cells: dict[str, str], fields: dict[str, str]) -> None:
    found = given(**cells)
    assert found.errors == ()
    assert {name: found.content.fields[name] for name in fields} == fields


@pytest.mark.parametrize(
    ("cells", "field", "code"),
    [
        ({"number": "8,63643E+08"}, "number", FieldCode.NUMBER_ROUNDED),
        ({"country": "Utopia"}, "country", FieldCode.VALUE_UNKNOWN),
        ({"services": "Cloudopslag; iets"}, "services", FieldCode.VALUE_UNKNOWN),
        ({"countersigner": "Jan Claes"}, "countersigner", FieldCode.VALUE_UNKNOWN),
        ({"owner": "niemand@x.example"}, "owner", FieldCode.VALUE_UNKNOWN),
        ({"order": "samen"}, "order", FieldCode.VALUE_UNKNOWN),
    ],
)
def test_what_is_not_understood_is_a_mistake_in_that_cell(
    cells: dict[str, str], field: str, code: FieldCode
) -> None:
    assert [(each.field, each.code) for each in given(**cells).errors] == [(field, code)]


def test_a_row_goes_before_the_choices_for_the_whole_list() -> None:
    options = Options(
        {"message": "Dag", "link_days": "20", "countersigner": "1", "country": "NL"},
        services=("support",),
        chosen={"personal_data": ("name",), "data_subjects": ("customers",)},
        owner_id="2",
    )
    plain = given(options, name="Zaak", services="")
    assert plain.content.services == ("support",)
    assert plain.content.fields["link_days"] == "20"
    assert plain.content.chosen["personal_data"] == ("name",)
    assert (plain.customer, plain.owner_id) == ("", "")
    own: dict[str, Any] = {
        "services": "Cloudopslag, webdesign",
        "link_days": "9",
        "country": "België",
        "personal_data": "Allergieën",
        "customer": " 17 ",
        "owner": "Jan Claes",
    }
    found = given(options, **own)
    assert set(found.content.services) == {"cloud_storage", "web_design"}
    assert (found.content.fields["link_days"], found.content.fields["country"]) == ("9", "BE")
    assert found.content.chosen["personal_data"] == ()
    assert found.content.typed["personal_data"] == ("Allergieën",)
    assert found.content.chosen["data_subjects"] == ("customers",)
    assert (found.customer, found.owner_id) == ("17", "2")
