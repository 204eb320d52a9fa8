"""Bijlage 1: two lists, the author of each line, warnings, and the data protection officer."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.agreement.annex import LISTS, MOST_ITEMS, Annex, categories, flags, parse_annex
from service.agreement.fields import Checker


def parse(
    *,
    personal_data: tuple[str, ...] = (),
    data_subjects: tuple[str, ...] = (),
    own: tuple[str, ...] = (),
    own_subjects: tuple[str, ...] = (),
    dpo: dict[str, Any] | None = None,
    before: Annex | None = None,
    by: Literal["processor", "controller"] = "controller",
    complete: bool = True,
) -> tuple[Annex, list[tuple[str, str]]]:
    """The annex and the mistakes as (field, code)."""
    check = Checker()
    annex = parse_annex(
        {"personal_data": personal_data, "data_subjects": data_subjects},
        {"personal_data": own, "data_subjects": own_subjects},
        dpo if dpo is not None else {"dpo_answer": "no"},
        country="BE",
        before=before or Annex(),
        by=by,
        check=check,
        complete=complete,
    )
    return annex, [(error.field, error.code) for error in check.errors]


def test_a_complete_annex() -> None:
    annex, wrong = parse(
        personal_data=("name", "contact"), own=("Allergieën",), data_subjects=("customers",)
    )
    assert wrong == []
    assert annex.complete
    assert [item.label for item in annex.of("personal_data")][-1] == "Allergieën"
    assert [item.list for item in annex.items] == ["personal_data"] * 3 + ["data_subjects"]


def test_both_lists_and_the_answer_are_needed() -> None:
    annex, wrong = parse(dpo={})
    assert wrong == [
        ("personal_data", "personal_data_empty"),
        ("data_subjects", "data_subjects_empty"),
        ("dpo_answer", "yes_or_no"),
    ]
    assert not annex.complete


def test_a_draft_may_leave_everything_open() -> None:
    annex, wrong = parse(dpo={}, complete=False)
    assert (annex, wrong) == (Annex(), [])


def test_the_dpo_has_no_default() -> None:
    whole: dict[str, Any] = {"personal_data": ("name",), "data_subjects": ("customers",)}
    for answer in ("", "maybe", None):
        annex, wrong = parse(**whole, dpo={"dpo_answer": answer})
        assert wrong == [("dpo_answer", "yes_or_no")]
        assert not annex.complete


@pytest.mark.parametrize(
    ("given_", "mistakes"),
    [
        ({"dpo_name": "Jan Maes", "dpo_phone": "0475 12 34 56"}, []),
        ({"dpo_name": "Jan Maes", "dpo_email": "dpo@peeters.be"}, []),
        ({"dpo_name": "Jan Maes"}, [("dpo_phone", "dpo_contact")]),
        ({"dpo_email": "dpo@peeters.be"}, [("dpo_name", "required")]),
        ({"dpo_name": "Jan Maes", "dpo_phone": "12"}, [("dpo_phone", "phone_invalid")]),
        ({"dpo_name": "Jan Maes", "dpo_email": "x"}, [("dpo_email", "email_invalid")]),
    ],
)
def test_an_officer_can_be_reached(given_: dict[str, str], mistakes: list[Any]) -> None:
    _, wrong = parse(
        personal_data=("name",), data_subjects=("customers",), dpo={"dpo_answer": "yes", **given_}
    )
    assert wrong == mistakes


def test_no_officer_forgets_what_was_typed_about_one() -> None:
    annex, wrong = parse(
        personal_data=("name",),
        data_subjects=("customers",),
        dpo={"dpo_answer": "no", "dpo_name": "Jan Maes", "dpo_phone": "x"},
    )
    assert wrong == []
    assert annex.dpo is None


def test_own_lines_are_kept_once() -> None:
    label = categories("personal_data")[0].label
    annex, wrong = parse(
        personal_data=(categories("personal_data")[0].code,),
        own=("Allergieën", "allergieen", "  ALLERGIEËN ", label.upper(), "", "   "),
        data_subjects=("customers",),
    )
    assert wrong == []
    assert [item.label for item in annex.of("personal_data")] == [label, "Allergieën"]


def test_an_item_keeps_who_entered_it() -> None:
    suggested, _ = parse(
        personal_data=("name",),
        own=("Allergieën",),
        data_subjects=("customers",),
        by="processor",
        complete=False,
    )
    annex, _ = parse(
        personal_data=("name", "contact"),
        own=("allergieën", "Bloedgroep"),
        data_subjects=("customers",),
        before=suggested,
    )
    by = [item.entered_by for item in annex.items]
    assert by == ["processor", "controller", "processor", "controller", "processor"]


def test_an_unknown_code_and_too_many_lines_are_refused() -> None:
    lines = tuple(f"Eigen gegeven {number}" for number in range(MOST_ITEMS + 1))
    _, wrong = parse(personal_data=("hacked",), own=lines, data_subjects=("customers",))
    assert wrong == [("personal_data", "choose"), ("personal_data", "too_many_items")]


@pytest.mark.parametrize(
    ("line", "code"),
    [("x" * 201, "length"), ("Naam\u202e", "forbidden_characters"), ("🥐", "unprintable")],
)
def test_an_own_line_is_a_printable_line(line: str, code: str) -> None:
    _, wrong = parse(own=(line,), data_subjects=("customers",))
    assert wrong == [("personal_data", code)]


def test_a_second_look_has_each_reason_once() -> None:
    annex, wrong = parse(
        personal_data=("name", "health", "national_number"),
        own=("Allergieën", "Bloedgroep"),
        data_subjects=("customers",),
    )
    assert wrong == []
    assert flags(annex) == ("special", "national_number", "own")


def test_the_catalogue_has_every_kind_of_flag_and_no_label_twice() -> None:
    found = {category.flag for name in LISTS for category in categories(name)}
    assert {"special", "criminal", "national_number", "minors"} <= found
    for name in LISTS:
        labels = [category.label for category in categories(name)]
        assert len(set(labels)) == len(labels)


@given(st.lists(st.sampled_from([each.code for each in categories("personal_data")]), min_size=1))
def test_ticking_twice_is_ticking_once(codes: list[str]) -> None:
    annex, wrong = parse(personal_data=tuple(codes), data_subjects=("customers",))
    assert wrong == []
    assert [item.code for item in annex.of("personal_data")] == list(dict.fromkeys(codes))
