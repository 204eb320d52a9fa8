"""Writes a table like another: the same kind of file, encoding and separator."""

# Imports inside functions: every page would hold the library of workbooks, and few need it.

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from service.spreadsheets.formulas import harmless
from service.spreadsheets.table import Dialect, Kind

_LONGEST_NAME = 31  # of a sheet
_NOT_IN_A_NAME = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
CONTENT_TYPES = {
    Kind.DELIMITED: "text/csv",
    Kind.WORKBOOK: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def write_table(rows: Iterable[Sequence[str]], dialect: Dialect) -> bytes:
    if dialect.kind is Kind.WORKBOOK:
        return _workbook(rows, dialect.sheet)
    return _delimited(rows, dialect)


def _delimited(rows: Iterable[Sequence[str]], dialect: Dialect) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=dialect.separator or ";")
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    # What is added may have letters that the encoding lacks; Excel knows UTF-8 by its mark.
    encoding = "utf-8-sig" if dialect.encoding in ("", "utf-8") else dialect.encoding
    try:
        return text.getvalue().encode(encoding)
    except UnicodeEncodeError:
        return text.getvalue().encode("utf-8-sig")


def _workbook(rows: Iterable[Sequence[str]], name: str) -> bytes:
    """All cells are text: never a formula, and leading zeros stay."""
    import xlsxwriter  # noqa: PLC0415

    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"constant_memory": True}) as book:
        sheet = book.add_worksheet(sheet_name(name))
        for number, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if cell:
                    sheet.write_string(number, column, cell)
    return file.getvalue()


def sheet_name(name: str, number: int = 0) -> str:
    """A valid name of a sheet; ``number`` distinguishes several."""
    end = f" {number}" if number else ""
    return (name.translate(_NOT_IN_A_NAME).strip()[: _LONGEST_NAME - len(end)] or "Blad1") + end
