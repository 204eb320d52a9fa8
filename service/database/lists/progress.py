"""The counts of the overview: read by month and by import, and added up now and then."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    Integer,
    Select,
    any_,
    bindparam,
    delete,
    func,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from service.agreement.progress import Measure, Reached, Stage
from service.database.tables.columns import word
from service.database.tables.progress import progress_changes, progress_counts
from service.database.tables.records import Records

_COLUMNS = ("month", "import_number", "measure", "value")
_ALL = union_all(
    select(*(progress_counts.c[name] for name in _COLUMNS), progress_counts.c.number),
    select(*(progress_changes.c[name] for name in _COLUMNS), progress_changes.c.change),
).subquery("counted")


class Progress(Records):
    def by_month(self, since: str) -> list[Reached]:
        """Of the months from this one on, the newest first; those in which something was sent."""
        return self._read(_BY_MONTH, {"since": since})

    def by_import(self, numbers: Sequence[int]) -> list[Reached]:
        """Of these imports, the newest first; those of which something was sent."""
        return self._read(_BY_IMPORT, {"numbers": list(numbers)})

    def stages(self, month: str, number: int) -> dict[Stage, int]:
        """How many are in each stage: of one month, one import, both or all; empty or 0 is all."""
        asked = {"month": month, "number": number}
        counted = self._connection.execute(_stages(bool(month), bool(number)), asked)
        return {Stage(value): count for value, count in counted if count}

    def first_month(self) -> str | None:
        found: str | None = self._connection.execute(_FIRST).scalar_one()
        return found

    def add_up(self) -> None:
        """Add the changes to the counts. Somebody who reads meanwhile sees either."""
        self._connection.execute(_ADD_UP)
        self._connection.execute(_DROP_EMPTY)

    def _read(self, statement: Select[Any], asked: dict[str, Any]) -> list[Reached]:
        stages: dict[str, dict[Stage, int]] = {}
        waits: dict[tuple[str, str], str] = {}
        for key, measure, value, number in self._connection.execute(statement, asked):
            if measure == Measure.STAGE:
                stages.setdefault(str(key), {})[Stage(value)] = number
            else:
                waits[str(key), measure] = value
        return [
            Reached(
                key,
                found,
                waits.get((key, Measure.OPENED), ""),
                waits.get((key, Measure.SIGNED), ""),
            )
            for key, found in stages.items()
        ]


def _by(key: Any, condition: Any) -> Select[Any]:
    """The number in each stage, and the median of each wait: the first value that reaches half of
    them."""
    each = (
        select(
            key.label("key"), _ALL.c.measure, _ALL.c.value, func.sum(_ALL.c.number).label("number")
        )
        .where(condition)
        .group_by(key, _ALL.c.measure, _ALL.c.value)
        .having(func.sum(_ALL.c.number) > 0)
        .subquery("each")
    )
    those = (each.c.key, each.c.measure)
    ranked = select(
        each,
        func.sum(each.c.number).over(partition_by=those, order_by=each.c.value).label("so_far"),
        func.sum(each.c.number).over(partition_by=those).label("total"),
    ).subquery("ranked")
    shown = (ranked.c.measure == word(Measure.STAGE)) | (
        (2 * ranked.c.so_far >= ranked.c.total)
        & (2 * (ranked.c.so_far - ranked.c.number) < ranked.c.total)
    )
    found = select(ranked.c.key, ranked.c.measure, ranked.c.value, ranked.c.number).where(shown)
    return found.order_by(ranked.c.key.desc())


_BY_MONTH = _by(_ALL.c.month, _ALL.c.month >= bindparam("since"))
_BY_IMPORT = _by(
    _ALL.c.import_number,
    (_ALL.c.import_number == any_(bindparam("numbers", type_=ARRAY(Integer))))
    & (_ALL.c.import_number > 0),
)
_FIRST = select(
    func.least(
        select(func.min(progress_counts.c.month)).scalar_subquery(),
        select(func.min(progress_changes.c.month)).scalar_subquery(),
    )
)


def _stages(month: bool, number: bool) -> Select[Any]:
    wanted = select(_ALL.c.value, func.sum(_ALL.c.number)).group_by(_ALL.c.value)
    wanted = wanted.where(_ALL.c.measure == word(Measure.STAGE))
    if month:
        wanted = wanted.where(_ALL.c.month == bindparam("month"))
    if number:
        wanted = wanted.where(_ALL.c.import_number == bindparam("number"), _ALL.c.import_number > 0)
    return wanted


_taken = delete(progress_changes).returning(progress_changes).cte("taken")
_ADDED = upsert(progress_counts).from_select(
    [*_COLUMNS, "number"],
    select(*(_taken.c[name] for name in _COLUMNS), func.sum(_taken.c.change))
    .group_by(*(_taken.c[name] for name in _COLUMNS))
    # In one order, so that two that add up at a time do not deadlock.
    .order_by(*(_taken.c[name] for name in _COLUMNS)),
)
_ADD_UP = _ADDED.on_conflict_do_update(
    index_elements=_COLUMNS,
    set_={"number": progress_counts.c.number + _ADDED.excluded.number},
)
_DROP_EMPTY = delete(progress_counts).where(progress_counts.c.number == 0)
