"""Small workbooks for the tests, written by another library than the one that reads them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet


def workbook(
    rows: Iterable[Iterable[Any]] = (), change: Callable[[Worksheet], object] = lambda _sheet: None
) -> bytes:
    """The bytes of a workbook with these rows on its only sheet, after ``change``."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Klanten"
    for row in rows:
        sheet.append(list(row))
    change(sheet)
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def cells_of(data: bytes) -> list[list[Any]]:
    """All values of the first sheet."""
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    """The same with another content of one part."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for each in old.namelist():
            if each != name:
                new.writestr(each, old.read(each))
        new.writestr(name, content)
    return file.getvalue()
