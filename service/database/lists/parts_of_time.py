"""The statements that find the agreements of a page in parts of time, for ``pages.py``.

The index on words has the half year, the fortnight and the day of each agreement.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Integer,
    Select,
    bindparam,
    func,
    literal_column,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.sql import ColumnElement

from service.agreement.lists import Search
from service.database.lists.page_statements import (
    by_index,
    found_first,
    more,
    number,
    page_of,
    selected,
)
from service.database.lists.searching import (
    ACTIVE,
    EARLIEST_ACTIVE,
    EARLIEST_EFFECTIVE,
    EFFECTIVE,
    FORTNIGHT,
    HALF_YEAR,
    HALF_YEARS,
    PRESENT,
    in_index,
)
from service.database.tables.agreements import agreements

SOON = 42  # days
SAMPLED_EVERY = 46  # days of a half year, from its first
_PART: ColumnElement[int] = literal_column("parts.number", Integer)


@lru_cache(maxsize=256)
def first_fortnight(shape: Search, keys: tuple[str, ...], sampled: bool) -> Select[Any]:
    """The newest fortnight in which agreements have these words, whatever else is asked, of the
    half years that have some; the newest day that is asked, and the earliest fortnight."""
    newest, earliest = _asked(shape)
    halves = _series(newest // HALF_YEAR, earliest // HALF_YEAR, -1).subquery("halves")
    half = literal_column("halves.number", Integer)
    fortnights = _series(
        func.least(newest, half * HALF_YEAR + HALF_YEAR - 1, type_=Integer) // FORTNIGHT,
        func.greatest(earliest, half * HALF_YEAR, type_=Integer) // FORTNIGHT,
        -1,
    ).lateral("parts")
    some = _soon_some(shape, half, keys) if sampled else _some(shape, keys, HALF_YEARS - half)
    in_half = some.lateral("in_half")
    in_fortnight = _some(shape, keys, _PART).lateral("in_fortnight")
    columns: list[ColumnElement[Any]] = [
        _PART,
        newest.label("newest"),
        (earliest // FORTNIGHT).label("earliest"),
    ]
    joined = halves.join(in_half, true()).join(fortnights, true()).join(in_fortnight, true())
    return select(*columns).select_from(joined).limit(number(1))


def _asked(shape: Search) -> tuple[ColumnElement[int], ColumnElement[int]]:
    """The newest and the earliest day that can have some."""
    newest_asked, oldest_asked = (bindparam(n, type_=Integer) for n in ("newest", "oldest"))
    present = PRESENT + 1  # for clocks
    if shape.narrowed.idle_days:
        present -= bindparam("idle", type_=Integer)
    begins = EARLIEST_EFFECTIVE if shape.by_date else EARLIEST_ACTIVE
    return (
        func.least(newest_asked, present, type_=Integer),
        func.greatest(oldest_asked, begins, type_=Integer),
    )


def _series(*limits: Any) -> Select[Any]:
    return select(func.generate_series(*limits).label("number"))


def _soon_some(shape: Search, half: ColumnElement[int], keys: tuple[str, ...]) -> Select[Any]:
    """Whether this half year has some. The index tells that only with all it has, so some of its
    days are asked first: where many are, these have some."""
    days = (-(half * HALF_YEAR + day) for day in range(0, HALF_YEAR, SAMPLED_EVERY))
    ways = (_some(shape, keys, *days), _some(shape, keys, HALF_YEARS - half))
    some = union_all(*(each.subquery().select() for each in ways)).subquery()
    return select(some).limit(number(1))


def _some(shape: Search, keys: tuple[str, ...], *parts: ColumnElement[int]) -> Select[Any]:
    some = found_first(select(agreements.c.id).where(*_within(shape, keys, *parts)))
    return select(some.c.id).limit(number(1))


@lru_cache(maxsize=256)
def in_parts(shape: Search, most: int, keys: tuple[str, ...], compared: bool) -> Select[Any]:
    """In fortnights, or in days as negative numbers, in the order of their series, because the
    second table depends on each row of the first."""
    limits = (bindparam(name, type_=Integer) for name in ("from_part", "to_part", "step"))
    return _in_series(_series(*limits), _PART, shape, most, keys, compared)


@lru_cache(maxsize=256)
def from_the_newest(
    shape: Search,
    most: int,
    keys: tuple[str, ...],
    longer: tuple[str, ...],
    compared: bool,
    part: int,
) -> CompoundSelect[Any]:
    """From the newest on, in parts of 1 or FORTNIGHT days until SOON, or in all half years; and
    ``beside`` them, of any time, those of ``longer``."""
    newest, earliest = _asked(shape)
    if part == HALF_YEAR:
        series, place = _series(newest // part, earliest // part, -1), HALF_YEARS - _PART
    elif part == FORTNIGHT:
        series, place = _series(newest // part, (newest - SOON) // part, -1), _PART
    else:
        series, place = _series(-newest, SOON - newest, 1), _PART
    ways = [_in_series(series, place, shape, most, keys, compared)]
    if longer:
        ways.append(by_index(shape, most, (longer,), True))
    each = [way.subquery() for way in ways]
    return union_all(
        *(select(one, literal_column(str(n > 0)).label("beside")) for n, one in enumerate(each))
    )


def _in_series(
    series: Select[Any],
    part: ColumnElement[int],
    shape: Search,
    most: int,
    keys: tuple[str, ...],
    compared: bool,
) -> Select[Any]:
    parts = series.subquery("parts")
    wanted = selected(shape).where(*_within(shape, keys, part), *more(shape, keys, compared))
    page = page_of(wanted, shape, most).lateral("page")
    return select(page).select_from(parts.join(page, true())).limit(number(most))


def _within(shape: Search, keys: tuple[str, ...], *parts: ColumnElement[int]) -> list[Any]:
    """Conditions on the index: these, in one of these parts of time."""
    column = EFFECTIVE if shape.by_date else ACTIVE
    return [column.op("@>" if len(parts) == 1 else "&&")(array(parts)), *in_index(*keys)]
