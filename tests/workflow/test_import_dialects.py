"""One list in every dialect becomes the same agreements."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from books import workbook
from house import House
from lists import HEADINGS, NUMBERS, SERVICES
from openpyxl.worksheet.worksheet import Worksheet

from service.workflow.bulk import decide, look, run, take_in
from tests.variants import some

NAMES = ("Café Ünlü; de beste", "Janssens, Peeters en Co", "Zaak 'Noord'")
EXPECTED = [
    (
        name,
        NUMBERS[number],
        f"200{number}",
        f"Zoë Peeters {number}",
        f"zoe{number}@zaak.example",
        f"2024-03-0{number}",
        str(1000 + number),
    )
    for number, name in enumerate(NAMES, 1)
]


def _rows(value: Callable[[int], Any], day: Callable[[int], Any]) -> list[list[Any]]:
    """With a title, an empty row, a total, and numbers that lost their leading zeros."""
    return [
        ["Klantenlijst"],
        [],
        [*HEADINGS, "Contractdatum"],
        *(
            [
                value(1000 + number),
                name,
                value(int(NUMBERS[number])),
                "Zoë",
                f"Peeters {number}",
                f"zoe{number}@zaak.example",
                value(2000 + number),
                day(number),
            ]
            for number, name in enumerate(NAMES, 1)
        ),
        [],
        ["Totaal", value(3)],
    ]


def _text(separator: str, codec: str) -> bytes:
    file = io.StringIO(newline="")
    rows = _rows(str, lambda number: f"{number}/3/2024")
    csv.writer(file, delimiter=separator).writerows(rows)
    return file.getvalue().encode(codec)


def _book() -> bytes:
    rows = _rows(float, lambda number: datetime(2024, 3, number))  # noqa: DTZ001 (a cell has none)

    def merge(sheet: Worksheet) -> None:
        sheet.merge_cells("A1:H1")
        sheet.merge_cells("D4:D6")  # the first name of all three

    return workbook(rows, merge)


DIALECTS: dict[str, Callable[[], bytes]] = {
    "xlsx": _book,
    "; windows-1252": lambda: _text(";", "cp1252"),
    ", utf-8": lambda: _text(",", "utf-8"),
    ", utf-8 with a mark": lambda: _text(",", "utf-8-sig"),
    "; utf-8 with a mark": lambda: _text(";", "utf-8-sig"),
    "tab windows-1252": lambda: _text("\t", "cp1252"),
    "tab utf-16": lambda: _text("\t", "utf-16"),
    "; utf-16": lambda: _text(";", "utf-16"),
}


@pytest.mark.parametrize("dialect", some(DIALECTS))
def test_every_dialect_becomes_the_same_agreements(house: House, dialect: str) -> None:
    data = DIALECTS[dialect]()
    taken = take_in.take_in(house.deps, data, "klanten", house.staff, options=SERVICES)
    decide.start(house.deps, taken.number, house.staff, send=False)
    run.run(house.deps)
    lines = look.lines(house.deps, taken.number, house.staff)
    made = [(line, house.agreement(line.reference)) for line in lines]
    assert [
        (
            each.controller.name,
            each.controller.number,
            each.controller.postcode,
            each.signatory.name,
            each.signatory.email,
            str(each.main_agreement.signed_on),
            line.customer,
        )
        for line, each in made
    ] == EXPECTED
