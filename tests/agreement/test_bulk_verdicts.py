"""The verdict on a row: alone, beside the other rows, beside what the database has."""

from __future__ import annotations

import json
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from service.agreement.bulk.columns import Columns, known_targets
from service.agreement.bulk.options import Options, People
from service.agreement.bulk.states import LineState
from service.agreement.bulk.verdicts import (
    Doubt,
    Known,
    Skip,
    Verdict,
    beside_each_other,
    beside_what_is_known,
    errors_as_json,
    errors_from_json,
    judge,
)
from service.error_codes import FieldCode

COLUMNS = Columns(("name", "signatory_name", "signatory_email", "number", "customer"))

ALL = known_targets()


def verdicts(*rows: tuple[str, ...]) -> list[Verdict]:
    """On these rows, numbered from 2."""
    alone = [
        judge(
            number,
            (*cells, *("",) * (len(COLUMNS.targets) - len(cells))),
            COLUMNS,
            Options(services=("support",)),
            People(),
            default_days=30,
            today=date(2026, 11, 29),
            processor=None,
        )
        for number, cells in enumerate(rows, 2)
    ]
    return beside_each_other(alone)


def doubts(verdict: Verdict) -> list[tuple[str, str]]:
    return [(note.code, str(next(iter(note.values.values())))) for note in verdict.warnings]


def test_every_wrong_cell_is_named() -> None:
    (found,) = verdicts(("", "An", "an@", "123"))
    assert {each.field: each.code for each in found.errors} == {
        "name": FieldCode.REQUIRED,
        "signatory_email": FieldCode.EMAIL_INVALID,
        "number": FieldCode.NUMBER_BE,
    }
    assert found.state is LineState.FAULTY
    assert errors_from_json(errors_as_json(found.errors)) == found.errors


def test_what_was_not_understood_is_the_reason_not_that_it_is_missing() -> None:
    (found,) = verdicts(("Zaak", "An P", "an@x.example", "8,63643E+08"))
    assert [each.code for each in found.errors] == [FieldCode.NUMBER_ROUNDED]


def test_rows_with_something_in_common_are_doubtful() -> None:
    found = verdicts(
        ("A", "An Peeters", "an@x.example", "0403170701"),
        ("A2", "Els Maes", "els@x.example", "0403.170.701"),
        ("B bv", "An Peeters", "info@y.example"),
        ("B BV", "Jan Claes", "jan@y.example"),
        ("C", "Piet Pot", "deel@z.example"),
        ("D", "Mia Mol", "DEEL@z.example"),
        ("E", "An Vos", "vos@z.example"),
        ("F", "An Vos", "vos@z.example"),
        ("G", "An Bos", "an@gmial.com"),
    )
    assert [doubts(each) for each in found] == [
        [(Doubt.SAME_NUMBER, "3")],
        [(Doubt.SAME_NUMBER, "2")],
        [(Doubt.SAME_NAME, "5")],
        [(Doubt.SAME_NAME, "4")],
        [(Doubt.SAME_MAILBOX, "7")],
        [(Doubt.SAME_MAILBOX, "6")],
        [(Doubt.SAME_PERSON, "9")],
        [(Doubt.SAME_PERSON, "8")],
        [(Doubt.ADDRESS_MEANT, "an@gmail.com")],
    ]
    assert {each.state for each in found} == {LineState.GOOD}


def test_an_identical_row_counts_once() -> None:
    row = ("A", "An Peeters", "an@x.example")
    first, second = verdicts(row, row)
    assert first.state is LineState.GOOD
    assert second.state is LineState.SKIPPED
    assert second.skip
    assert (second.skip.code, second.skip.values) == (Skip.SAME_ROW, {"row": 2})


def test_a_thousand_rows_of_one_mailbox_name_a_few() -> None:
    found = verdicts(*((f"Zaak {n}", "An Peeters", "an@x.example") for n in range(1000)))
    assert doubts(found[0]) == [(Doubt.SAME_PERSON, "3, 4, 5, 6, 7 …")]


def test_what_the_database_has_is_a_doubt_or_a_reason_to_skip() -> None:
    rows = verdicts(
        ("A", "An Peeters", "an@x.example", "0403170701"),
        ("Bakker", "Els Maes", "els@y.example"),
        ("C", "Jan Claes", "jan@z.example", "", "17"),
        ("D", "Mia Mol", "mia@z.example"),
    )
    (by_customer, _) = rows[2].identity.keys
    known = Known(
        numbers={"0403170701": "VO-2026-00001"},
        names={"bakker": "VO-2026-00002"},
        made={by_customer: "VO-2026-00003", rows[3].identity.keys[0]: "VO-2026-00004"},
    )
    found = beside_what_is_known(rows, known)
    assert doubts(found[0]) == [(Doubt.ACTIVE_NUMBER, "VO-2026-00001")]
    assert doubts(found[1]) == [(Doubt.ACTIVE_NAME, "VO-2026-00002")]
    assert [each.state for each in found[2:]] == [LineState.SKIPPED] * 2
    assert found[2].skip
    assert found[2].skip.values == {"reference": "VO-2026-00003"}
    again = beside_what_is_known(rows, known, again=True)
    assert {each.state for each in again} == {LineState.GOOD}


@given(st.lists(st.text(max_size=60), min_size=len(ALL), max_size=len(ALL)))
def test_whatever_the_cells_hold_there_is_a_verdict(cells: list[str]) -> None:
    """One row that could not be judged would stop a whole list."""
    found = judge(
        2,
        cells,
        Columns(ALL),
        Options(),
        People(),
        default_days=30,
        today=date(2026, 11, 29),
        processor=None,
    )
    assert found.state in (LineState.GOOD, LineState.FAULTY)
    beside_each_other([found])
    json.dumps(errors_as_json(found.errors))
