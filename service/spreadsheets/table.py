"""A table as read from a file: rows of text with the numbers that the file's own program shows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from service.error_codes import FieldCode
from service.errors import FieldError, Invalid

FIELD = "file"  # of an upload form; errors of a whole file are shown beside it
MOST_BYTES = 20 << 20
# Of a list that is imported at once, with room for titles, headings and totals.
MOST_ROWS = 50_000
MOST_ROWS_IN_FILE = MOST_ROWS + 100
MOST_COLUMNS = 200
MOST_CHARACTERS = 50_000_000  # of all cells together
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Kind(StrEnum):
    DELIMITED = "csv"
    WORKBOOK = "xlsx"


@dataclass(frozen=True)
class Dialect:
    """How a file is written, so that another can be written like it.

    ``encoding`` (a Python codec) and ``separator`` are empty for a workbook, ``sheet`` for the
    others.
    """

    kind: Kind
    encoding: str = ""
    separator: str = ""
    sheet: str = ""


@dataclass(frozen=True)
class Row:
    """A row that is not empty. ``number`` counts from 1, empty rows included."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """All rows have the same number of cells; columns that are empty in every row at the right end
    are left out."""

    rows: tuple[Row, ...]
    width: int
    dialect: Dialect


def column_letter(number: int) -> str:
    """The name of a column in a spreadsheet, of which the first has number 0: A, B … Z, AA."""
    more, last = divmod(number, len(LETTERS))
    return (column_letter(more - 1) if more else "") + LETTERS[last]


def refusal(code: FieldCode, **values: object) -> Invalid:
    """The error for a file that cannot be read as a table."""
    return Invalid([FieldError(FIELD, code, values)])


def tidied(rows: list[tuple[int, list[str]]], dialect: Dialect) -> Table:
    """A table of numbered rows, which may be empty or of different lengths.

    Raises Invalid if there is nothing in it, or more than an import takes.
    """
    filled = [(number, _without_end(cells)) for number, cells in rows]
    filled = [(number, cells) for number, cells in filled if cells]
    if not filled:
        raise refusal(FieldCode.FILE_EMPTY)
    if len(filled) > MOST_ROWS_IN_FILE:
        raise refusal(FieldCode.FILE_ROWS, most=MOST_ROWS)
    width = max(len(cells) for _, cells in filled)
    if width > MOST_COLUMNS:
        raise refusal(FieldCode.FILE_COLUMNS, most=MOST_COLUMNS)
    return Table(
        tuple(Row(number, (*cells, *("",) * (width - len(cells)))) for number, cells in filled),
        width,
        dialect,
    )


def _without_end(cells: list[str]) -> list[str]:
    last = len(cells)
    while last and not cells[last - 1].strip():
        last -= 1
    return cells[:last]
