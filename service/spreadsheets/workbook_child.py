"""The process that reads one workbook from standard input, and writes JSON lines.

First ``{"sheet": name}`` or ``{"refused": code, "values": {…}}``, then ``[row number, [cells]]``
for each row that is not empty.
"""

from __future__ import annotations

import io
import json
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, TextIO

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from service.error_codes import FieldCode
from service.spreadsheets.table import MOST_CHARACTERS, MOST_COLUMNS, MOST_ROWS, MOST_ROWS_IN_FILE
from signatures.sandbox.limits import Limits, limit

# 50,000 rows of 15 cells take 0.5 s and 80 MB.
LIMITS = Limits(cpu_seconds=30, wall_seconds=55.0, memory=900_000_000)
LARGEST_CONTENT = 400 << 20
MOST_PARTS = 2_000


class _Refused(Exception):
    def __init__(self, code: FieldCode, **values: object) -> None:
        super().__init__(code)
        self.told = {"refused": code.value, "values": values}


def main(data: bytes, answer: TextIO) -> None:
    try:
        sheet = _sheet(data)
        lines = list(_lines(sheet))
    except _Refused as refused:
        answer.write(json.dumps(refused.told) + "\n")
        return
    answer.write(json.dumps({"sheet": sheet.name}) + "\n")
    for line in lines:
        answer.write(json.dumps(line) + "\n")


def _sheet(data: bytes) -> CalamineSheet:
    """The first visible sheet with a value, else the first visible one."""
    try:
        _check_parts(data)
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = [
            each.name
            for each in book.sheets_metadata
            if each.typ == SheetTypeEnum.WorkSheet and each.visible == SheetVisibleEnum.Visible
        ]
        sheets = (book.get_sheet_by_name(name) for name in names)
        first = next(sheets, None)
        if first is None:
            raise _Refused(FieldCode.FILE_EMPTY)
        return next((each for each in (first, *sheets) if each.height), first)
    except PasswordError as error:
        raise _Refused(FieldCode.FILE_OLD_OR_PROTECTED) from error
    except (CalamineError, zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise _Refused(FieldCode.FILE_NOT_A_TABLE) from error


def _check_parts(data: bytes) -> None:
    """Refuse what is no workbook or unpacks to too much, by the sizes that the file names; the
    process's limits are for a file that lies."""
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        sizes = {each.filename: each.file_size for each in parts.infolist()}
    if not any(name.lower() == "xl/workbook.xml" for name in sizes):
        raise _Refused(FieldCode.FILE_NOT_A_TABLE)
    if len(sizes) > MOST_PARTS or sum(sizes.values()) > LARGEST_CONTENT:
        raise _Refused(FieldCode.FILE_TOO_MUCH)


def _lines(sheet: CalamineSheet) -> Iterator[tuple[int, list[str]]]:
    if sheet.start is None:
        return
    left = int(sheet.start[1])
    if left + sheet.width > MOST_COLUMNS * 5:
        raise _Refused(FieldCode.FILE_COLUMNS, most=MOST_COLUMNS)
    merged = _merged_downwards(sheet)
    below: dict[int, tuple[int, str]] = {}  # by column: the last row with this text
    characters = filled = 0
    for number, values in enumerate(sheet.iter_rows(), 1):
        cells = [""] * left + [as_text(value) for value in values]
        for column, (bottom, text) in below.items():
            if number <= bottom:
                cells[column] = cells[column] or text
        for column, bottom in merged.get(number, ()):
            below[column] = bottom, cells[column]
        if not any(cells):
            continue
        filled += 1
        characters += sum(map(len, cells))
        if filled > MOST_ROWS_IN_FILE:
            raise _Refused(FieldCode.FILE_ROWS, most=MOST_ROWS)
        if characters > MOST_CHARACTERS:
            raise _Refused(FieldCode.FILE_TOO_MUCH)
        yield number, cells


def _merged_downwards(sheet: CalamineSheet) -> dict[int, list[tuple[int, int]]]:
    """By first row: column and last row of each cell merged over rows. It holds for all of them;
    one merged over columns only is a title."""
    found: dict[int, list[tuple[int, int]]] = {}
    width = int(sheet.start[1]) + sheet.width if sheet.start else 0
    for (top, column), (bottom, last_column) in sheet.merged_cell_ranges or ():
        if bottom > top and column == last_column and column < width:
            found.setdefault(top + 1, []).append((column, bottom + 1))
    return found


def as_text(value: Any) -> str:
    """A cell as people type it: whole numbers without a point, dates in ISO 8601."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        # Above 2**53 a float no longer holds every digit.
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date | time | timedelta):
        return str(value)
    return str(value).replace("\x00", "").strip()


if __name__ == "__main__":
    limit(LIMITS)
    main(sys.stdin.buffer.read(), sys.stdout)
