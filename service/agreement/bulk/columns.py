"""What the columns of a list hold: guessed from headings and contents, corrected by a person.

The headings are in the catalogue ``import_headings``; pages show the first name of each.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from service.agreement.bulk.values import meaning_of
from service.agreement.fields import belgian_number, fold
from service.texts import OURS, table

Cells = Sequence[str]

# What a column may hold: a field of an agreement's form, a part of such a field, or one of three of
# lists: the customer's number at the processor, the owner, and our own column of faults.
PARTS = {
    "first_name": "signatory_name",
    "infix": "signatory_name",
    "last_name": "signatory_name",
    "house_number": "street",
    "box": "street",
    "place": "city",
}
PROBLEM = "problem"

HEADING_AMONG = 30  # rows of the file
LOOKED_AT = 300  # rows of contents
MOSTLY = 0.8
OFTEN = 0.3
_IN_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]|\*")
_EMAIL = re.compile(r"[^@\s;,]+@[^@\s;,]+\.[^@\s;,]{2,}")


def known_targets() -> tuple[str, ...]:
    return tuple(table("import_headings", OURS)["headings"])


def shown_name(target: str) -> str:
    return str(table("import_headings", OURS)["headings"][target][0])


@dataclass(frozen=True)
class Columns:
    """The targets of a list's columns, from the left; empty for a column that is not imported.

    ``heading`` is the index of the row of headings, or -1: then the first row holds data.
    """

    targets: tuple[str, ...]
    heading: int = -1

    def of(self, field: str) -> int | None:
        """The index of the column in which a field, or else the last of its parts, is found."""
        if field in self.targets:
            return self.targets.index(field)
        parts = [number for number, each in enumerate(self.targets) if PARTS.get(each) == field]
        return parts[-1] if parts else None

    def missing(self) -> tuple[str, ...]:
        """The fields that no column holds and that every row needs."""
        needed = ("name", "signatory_name", "signatory_email")
        return tuple(each for each in needed if self.of(each) is None)


def guess(rows: Sequence[Cells]) -> Columns:
    """What the columns of these rows probably hold. All rows have the same length."""
    heading = _heading(rows[:HEADING_AMONG])
    data = rows[heading + 1 : heading + 1 + LOOKED_AT]
    targets = _by_heading(rows[heading]) if heading >= 0 else [""] * len(rows[0])
    _by_content(targets, list(zip(*data, strict=True)) or [()] * len(targets))
    return Columns(tuple(targets), heading)


def shape_of(headings: Cells) -> str:
    """A digest of the headings, equal for lists with the same columns: their mapping is kept."""
    named = [fold(each) for each in headings if target_of(each) != PROBLEM]
    while any(named) and not named[-1]:
        named.pop()
    return hashlib.sha256("\n".join(named).encode()).hexdigest()


def target_of(heading: str) -> str:
    """What a column with this heading holds; empty if it is not known."""
    words = fold(_IN_BRACKETS.sub(" ", heading)).split()
    for length in range(len(words), 0, -1):
        known = _names().get(" ".join(words[:length]))
        # A heading that only begins like a short name means something else: "naam" in "naam hond".
        if known and (length == len(words) or length > 1):
            return known
    return ""


@cache
def _names() -> Mapping[str, str]:
    listed = table("import_headings", OURS)["headings"]
    return {fold(name): target for target, names in listed.items() for name in names}


def _heading(rows: Sequence[Cells]) -> int:
    """The first row with the most known headings, at least two; else the row above the first e-mail
    address, if it fills as many columns."""
    known = [len({*map(target_of, cells)} - {""}) for cells in rows]
    best = max(known, default=0)
    if best > 1:
        return known.index(best)
    first = next((n for n, cells in enumerate(rows) if any(map(_is_email, cells))), 0)
    wide = [sum(map(bool, cells)) for cells in rows]
    return first - 1 if first and wide[first - 1] >= wide[first] > 1 else -1


def _by_heading(headings: Cells) -> list[str]:
    """Each target once: at the heading that names it first, as whole headings before beginnings."""
    found = [target_of(each) for each in headings]
    targets = [each if each not in found[:number] else "" for number, each in enumerate(found)]
    if "name" in targets and "first_name" in targets and "last_name" not in targets:
        # "Voornaam" beside "Naam": the person's name, if another column names the organisation.
        others = [number for number, each in enumerate(found) if each == "name"]
        if len(others) > 1:
            targets[_nearest(others, targets.index("first_name"))] = "last_name"
            rest = next(each for each in others if targets[each] != "last_name")
            targets[rest] = "name"
    return targets


def _nearest(places: Sequence[int], to: int) -> int:
    return min(places, key=lambda place: (abs(place - to), place < to))


def _by_content(targets: list[str], contents: Sequence[Sequence[str]]) -> None:
    """Fill in what headings did not say; a column of e-mail addresses is always one."""
    addresses = [number for number, cells in enumerate(contents) if _share(cells, _is_email)]
    for number in addresses:
        if not targets[number].endswith("_email"):
            targets[number] = ""
    for target in ("signatory_email", "notices_email"):
        _fill(targets, target, addresses)
    for target, fits, least in (
        ("number", _is_number, MOSTLY),
        ("country", _is_country, MOSTLY),
        ("name", _is_organisation, OFTEN),
    ):
        fitting = [n for n, cells in enumerate(contents) if _share(cells, fits, least)]
        _fill(targets, target, fitting)


def _fill(targets: list[str], target: str, fitting: Sequence[int]) -> None:
    free = [number for number in fitting if not targets[number]]
    if target not in targets and free:
        targets[free[0]] = target


def _share(cells: Sequence[str], fits: Callable[[str], bool], least: float = MOSTLY) -> bool:
    filled = [each for each in cells if each.strip()]
    return bool(filled) and sum(map(fits, filled)) >= least * len(filled)


def _is_email(cell: str) -> bool:
    return _EMAIL.fullmatch(cell.strip()) is not None


def _is_number(cell: str) -> bool:
    return len(cell) < 25 and belgian_number(cell) is not None


def _is_country(cell: str) -> bool:
    return meaning_of("country", cell) != ""


def _is_organisation(cell: str) -> bool:
    words = fold(cell).split()
    return len(words) > 1 and bool({words[0], words[-1]} & _legal_forms())


@cache
def _legal_forms() -> frozenset[str]:
    return frozenset(table("import_values", OURS)["legal_forms"]["words"])
