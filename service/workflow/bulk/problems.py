"""The faulty rows as a file like the one that came, with a column that says what is wrong.

Imported again after correction, nothing is made twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from service.agreement.bulk.columns import PROBLEM, Columns, shown_name
from service.agreement.bulk.listing import is_problem
from service.agreement.bulk.states import LineState
from service.agreement.bulk.verdicts import Note
from service.agreement.permissions import Permission, Staff, require
from service.database.bulk.imports import Import
from service.database.bulk.lines import Line
from service.deps import Deps
from service.error_words import kept_in_words, words_of
from service.errors import FieldError
from service.spreadsheets.table import Dialect, column_letter
from service.spreadsheets.write import CONTENT_TYPES, write_table
from service.texts import Language, text

WITH_A_FAULT = (LineState.FAULTY, LineState.FAILED)


@dataclass(frozen=True)
class File:
    name: str
    content_type: str
    data: bytes


def problems(deps: Deps, number: int, by: Staff) -> File:
    """The rows that could not be made. Raises NotFound."""
    require(by, Permission.PREPARE)
    with deps.database.look() as tx:
        found = tx.imports.get(number)
        faulty = tx.lines.page(found.id, WITH_A_FAULT)
    columns, headings = Columns(found.targets), found.headings
    rows = [
        (
            line.cells,
            [
                *(in_words(each, columns, headings, by.language) for each in line.errors),
                *([kept_in_words(line.failure, by.language)] if line.failure else []),
            ],
        )
        for line in faulty
    ]
    data = with_problems(rows, headings, found.dialect)
    stem = PurePath(found.name).stem or "import"
    kind = found.dialect.kind
    name = f"{stem}-{shown_name(PROBLEM).lower()}.{kind.value}"
    return File(name, CONTENT_TYPES[kind], data)


def with_problems(
    rows: Iterable[tuple[Sequence[str], Sequence[str]]],
    headings: Sequence[str],
    dialect: Dialect,
) -> bytes:
    """A file with these rows, each with the sentences of its last column."""
    own = [number for number, heading in enumerate(headings) if not is_problem(heading)]

    def without_former(cells: Sequence[str]) -> list[str]:
        return [cells[number] for number in own if number < len(cells)]

    table = [[*without_former(headings), shown_name(PROBLEM)]]
    table += [[*without_former(cells), " ".join(said)] for cells, said in rows]
    return write_table(table, dialect)


def in_words(
    error: FieldError, columns: Columns, headings: Sequence[str], language: Language
) -> str:
    """What is wrong, after the heading of its column or else the name of the field."""
    return text(
        "bulk.problem",
        language,
        column=column_name(error.field, columns, headings),
        words=words_of(error, language),
    )


@dataclass(frozen=True)
class Fault:
    """One fault in a row: the address of its cell, such as F12, and its content; both empty if no
    cell is wrong."""

    cell: str
    column: str
    given: str
    words: str


def faults_of(line: Line, found: Import, language: Language) -> list[Fault]:
    """What is wrong in a line, cell by cell."""
    columns = Columns(found.targets)
    told = []
    for error in line.errors:
        place = columns.of(error.field)
        told.append(
            Fault(
                f"{column_letter(place)}{line.row}" if place is not None else "",
                column_name(error.field, columns, found.headings),
                line.cells[place] if place is not None else "",
                words_of(error, language),
            )
        )
    return told


def column_name(field: str, columns: Columns, headings: Sequence[str]) -> str:
    number = columns.of(field)
    heading = headings[number] if number is not None and number < len(headings) else ""
    return heading or shown_name(field)


def doubt_in_words(note: Note, language: Language) -> str:
    return text(f"bulk.doubt.{note.code}", language, **note.values)


def skip_in_words(note: Note, language: Language) -> str:
    return text(f"bulk.skip.{note.code}", language, **note.values)
