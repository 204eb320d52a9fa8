"""Writes tables of any length in little memory, as parts of a file."""

# Imports inside functions: every page would hold the library of workbooks, and few need it.

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from service.spreadsheets.formulas import harmless
from service.spreadsheets.write import sheet_name

if TYPE_CHECKING:
    import xlsxwriter

ROWS_OF_A_SHEET = 1_000_000  # Excel stops at 1,048,576
PART = 64 << 10  # bytes


def csv_parts(rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """As Excel in Dutch and French reads it: UTF-8 with its mark, semicolons, and no formulas."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";")
    text.write("\N{BYTE ORDER MARK}")
    for row in rows:
        writer.writerow([harmless(cell) for cell in row])
        if text.tell() >= PART:
            yield _taken(text)
    yield _taken(text)


def workbook_parts(
    headings: Sequence[str], rows: Iterable[Sequence[str]], name: str
) -> Iterator[bytes]:
    """A workbook with a sheet for each million rows, each with the headings.

    All cells are text, never a formula. A workbook can only be sent when complete; until then it is
    in temporary files.
    """
    import xlsxwriter  # noqa: PLC0415

    with tempfile.TemporaryFile() as file:
        with xlsxwriter.Workbook(file, {"constant_memory": True}) as book:
            _sheets(book, headings, rows, name)
        file.seek(0)
        while part := file.read(PART):
            yield part


def _sheets(
    book: xlsxwriter.Workbook, headings: Sequence[str], rows: Iterable[Sequence[str]], name: str
) -> None:
    bold = book.add_format({"bold": True})
    sheet, at = None, 0
    for number, cells in enumerate(_at_least_none(rows)):
        if number % ROWS_OF_A_SHEET == 0:
            count = number // ROWS_OF_A_SHEET
            sheet, at = book.add_worksheet(sheet_name(name, count + 1 if count else 0)), 0
            sheet.freeze_panes(1, 1)
            sheet.set_column(0, len(headings) - 1, 24)
            for column, heading in enumerate(headings):
                sheet.write_string(0, column, heading, bold)
        at += 1
        for column, cell in enumerate(cells):
            if cell and sheet:
                sheet.write_string(at, column, cell)


def _at_least_none(rows: Iterable[Sequence[str]]) -> Iterator[Sequence[str]]:
    """The rows, or one without cells: a workbook needs a sheet."""
    empty = True
    for row in rows:
        empty = False
        yield row
    if empty:
        yield ()


def _taken(text: io.StringIO) -> bytes:
    part = text.getvalue().encode()
    text.seek(0)
    text.truncate()
    return part
