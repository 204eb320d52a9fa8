"""Workbooks: their values as people would type them, and files made to harm."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
from books import cells_of, saved, with_part, workbook
from openpyxl.worksheet.worksheet import Worksheet

from service.error_codes import FieldCode
from service.errors import Invalid
from service.spreadsheets.read import read_table
from service.spreadsheets.table import Dialect, Kind
from service.spreadsheets.write import write_table


def read(data: bytes) -> list[tuple[int, tuple[str, ...]]]:
    return [(row.number, row.cells) for row in read_table(data).rows]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0403170701", "0403170701"),
        (403170701.0, "403170701"),
        (8.63643458e8, "863643458"),
        (2000, "2000"),
        (12.5, "12.5"),
        (date(2024, 3, 2), "2024-03-02"),
        (datetime.fromisoformat("2024-03-02T10:30"), "2024-03-02 10:30:00"),
        (True, "TRUE"),
        (" blanks ", "blanks"),
    ],
)
def test_values_are_read_as_people_type_them(value: Any, text: str) -> None:
    assert read(workbook([["Naam", value]])) == [(1, ("Naam", text))]


def test_a_cell_merged_downwards_holds_for_all_its_rows() -> None:
    def merge(sheet: Worksheet) -> None:
        sheet.merge_cells("B2:D2")
        sheet.merge_cells("B5:B6")

    rows = [
        [],
        [None, "Klanten 2026"],
        [],
        [None, "Naam", "E-mail"],
        [None, "A", "a@x.example"],
        [None, None, "b@x.example"],
        [None, None, "c@x.example"],
    ]
    assert read(workbook(rows, merge)) == [
        (2, ("", "Klanten 2026", "")),
        (4, ("", "Naam", "E-mail")),
        (5, ("", "A", "a@x.example")),
        (6, ("", "A", "b@x.example")),
        (7, ("", "", "c@x.example")),
    ]


def test_the_first_visible_sheet_with_values_is_read() -> None:
    book = openpyxl.Workbook()
    book.active.title = "leeg"
    hidden = book.create_sheet("verborgen")
    hidden.append(["geheim"])
    hidden.sheet_state = "hidden"
    book.create_sheet("Klanten").append(["Naam"])
    table = read_table(saved(book))
    assert (table.dialect.sheet, table.rows[0].cells) == ("Klanten", ("Naam",))


def test_a_formula_counts_by_its_saved_value() -> None:
    data = workbook([["Naam", "=1+1"]])
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml")
    computed = sheet.replace(b"<v></v>", b"<v>2</v>").replace(b"<v />", b"<v>2</v>")
    assert computed != sheet
    assert read(with_part(data, "xl/worksheets/sheet1.xml", computed)) == [(1, ("Naam", "2"))]


def test_formatting_far_below_the_list_does_not_matter() -> None:
    def paint(sheet: Worksheet) -> None:
        sheet["Z1048576"].font = openpyxl.styles.Font(bold=True)

    assert read(workbook([["Naam"]], paint)) == [(1, ("Naam",))]


ENTITY = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>
<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="1" uniqueCount="1">
<si><t>&c;&b;</t></si></sst>"""


def _far_corner() -> bytes:
    return workbook([["Naam"]], lambda sheet: sheet.cell(1_048_576, 16_384, "x"))


def _of_size(size: int, named: int) -> bytes:
    """A workbook with a part of this size, of which the file names another."""
    data = with_part(workbook([["x"]]), "xl/sharedStrings.xml", b"a" * size)
    real, other = (each.to_bytes(4, "little") for each in (size, named))
    assert data.count(real) == 2  # before the part, and in the directory at the end
    return data.replace(real, other)


@pytest.mark.parametrize(
    ("data", "codes"),
    [
        (_far_corner, {FieldCode.FILE_COLUMNS, FieldCode.FILE_TOO_MUCH}),
        (lambda: _of_size(7_777_777, 1 << 30), {FieldCode.FILE_TOO_MUCH}),
        (lambda: _of_size(77_777_777, 100), {FieldCode.FILE_NOT_A_TABLE, FieldCode.FILE_TOO_MUCH}),
        (lambda: workbook([["x"]])[:-40], {FieldCode.FILE_NOT_A_TABLE}),
        (lambda: b"PK\x03\x04 and no more", {FieldCode.FILE_NOT_A_TABLE}),
        (lambda: with_part(b"PK\x05\x06" + bytes(18), "a.txt", b"x"), {FieldCode.FILE_NOT_A_TABLE}),
    ],
    ids=["far corner", "large inside", "lying", "cut off", "junk", "another zip"],
)
def test_a_hostile_or_broken_workbook_is_refused(data: Any, codes: set[FieldCode]) -> None:
    with pytest.raises(Invalid) as refused:
        read_table(data())
    assert {each.code for each in refused.value.errors} <= codes


def test_no_file_of_this_machine_gets_into_a_cell() -> None:
    book = with_part(workbook([["x"]]), "xl/sharedStrings.xml", ENTITY)
    try:
        cells = read(book)
    except Invalid:
        return
    assert "root:" not in str(cells)
    assert len(str(cells)) < 500


def test_what_we_write_is_text_with_its_zeros_and_without_formulas() -> None:
    rows = [["Naam", "Nummer", "Probleem"], ["=1+1", "0403170701", ""], ["A", "", "Te kort."]]
    data = write_table(rows, Dialect(Kind.WORKBOOK, sheet="Klanten: [2026]/'x'"))
    assert cells_of(data) == [
        ["Naam", "Nummer", "Probleem"],
        ["=1+1", "0403170701", None],
        ["A", None, "Te kort."],
    ]
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value} == {"s"}
    assert sheet.title == "Klanten   2026   x"
