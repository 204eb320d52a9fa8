"""The list in a table: its headings and its rows, without titles, totals and repetitions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from service.agreement.bulk.columns import PROBLEM, Columns, guess, shape_of, target_of
from service.agreement.fields import fold
from service.spreadsheets.formulas import as_given
from service.spreadsheets.table import Row
from service.texts import OURS, table


@dataclass(frozen=True)
class Listing:
    """``headings`` are empty strings if the file has none. ``left_out`` are the numbers of rows
    that are no customers: totals, and repeated headings."""

    headings: tuple[str, ...]
    columns: Columns
    rows: tuple[Row, ...]
    left_out: tuple[int, ...]

    @property
    def shape(self) -> str:
        return shape_of(self.headings)


def listing_of(rows: Sequence[Row]) -> Listing:
    """The list in a table, with the columns as guessed."""
    columns, headings = _guessed(rows)
    if any(map(is_problem, headings)):  # written by us
        rows = [Row(row.number, tuple(map(as_given, row.cells))) for row in rows]
        columns, headings = _guessed(rows)
    below = rows[columns.heading + 1 :]
    kept = [row for row in below if row.cells != headings]
    while kept and _is_total(kept[-1].cells):
        kept.pop()
    numbers = {row.number for row in kept}
    left_out = tuple(row.number for row in below if row.number not in numbers)
    return Listing(headings, columns, tuple(kept), left_out)


def _guessed(rows: Sequence[Row]) -> tuple[Columns, tuple[str, ...]]:
    columns = guess([row.cells for row in rows])
    if columns.heading < 0:
        return columns, ("",) * len(rows[0].cells)
    return columns, rows[columns.heading].cells


def _is_total(cells: Sequence[str]) -> bool:
    first = next((each for each in cells if each), "")
    words = fold(first).split()
    begins = bool(words) and (words[0] in _totals() or " ".join(words) in _totals())
    return begins and not any("@" in each for each in cells)


@cache
def _totals() -> frozenset[str]:
    return frozenset(table("import_headings", OURS)["totals"]["words"])


def is_problem(heading: str) -> bool:
    """Whether a column is the one that we added to a list with faults."""
    return target_of(heading) == PROBLEM
