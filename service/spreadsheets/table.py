"""A table as read from a file: rows of text, numbered as the file's own program does."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from service.error_codes import FieldCode
from service.errors import FieldError, Invalid

FIELD = "file"  # of an upload form; errors of a whole file are shown beside it
MOST_BYTES = 20 << 20
# Of one import, with room for titles, headings and totals.
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
    """How a file is written, to write another like it. A workbook has only ``sheet``, other files
    ``encoding`` (a Python codec) and ``separator``."""

    kind: Kind
    encoding: str = ""
    separator: str = ""
    sheet: str = ""


@dataclass(frozen=True)
class Row:
    """A row that is not empty; ``number`` counts all rows from 1."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """Rows of the same number of cells, without the empty columns at the right end."""

    rows: tuple[Row, ...]
    width: int
    dialect: Dialect


def column_letter(number: int) -> str:
    """The name of a column from number 0: A, B … Z, AA."""
    more, last = divmod(number, len(LETTERS))
    return (column_letter(more - 1) if more else "") + LETTERS[last]


def refusal(code: FieldCode, **values: object) -> Invalid:
    """The error for a file that cannot be read as a table."""
    return Invalid([FieldError(FIELD, code, values)])


def tidied(rows: list[tuple[int, list[str]]], dialect: Dialect) -> Table:
    """A table of numbered rows of any length.

    Raises Invalid if nothing is left, or more than an import takes.
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
