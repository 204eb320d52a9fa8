"""How many agreements of each group wait, and since when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Integer, Select, Subquery, func, literal_column, select, text, union_all
from sqlalchemy.sql import ColumnElement

from service.agreement.lists import COUNTED
from service.agreement.progress import AGES, BY_ACTIVITY, WAITING_GROUPS
from service.database.lists.groups import NOT_OURS, branches
from service.database.tables.agreements import agreements
from service.database.tables.places import awaiting_us
from service.database.tables.records import Records

_MOST = literal_column(str(COUNTED + 1), Integer)


class Waiting(Records):
    def by_age(self) -> dict[str, Sequence[int]]:
        """Per group the number in all, and of those that wait for so many days: in their state or,
        in ``BY_ACTIVITY``, without activity. ``COUNTED + 1`` means any larger number."""
        rows = self._connection.execute(_BY_AGE)
        return {name: list(numbers) for name, *numbers in rows}


def _waits(since: ColumnElement[Any], days: int) -> ColumnElement[Any]:
    # As the filter of the list has it; as a query of its own, it is calculated once.
    long_ago = select(func.now() - func.make_interval(0, 0, 0, days)).scalar_subquery()
    return func.count().filter(since <= long_ago)


def _group(name: str) -> Select[Any]:
    """Only those that wait longest are read: if there are more, all of those are older than the
    others."""
    if name == "awaits_us":
        waiting = [select(awaiting_us.c.state_since.label("since"))]
    else:
        place = agreements.c.last_activity_at if name in BY_ACTIVITY else agreements.c.state_since
        since = select(place.label("since"))
        waiting = [since.where(each) for each in branches(name, NOT_OURS)]
    oldest = [each.order_by(text("since")).limit(_MOST).subquery() for each in waiting]
    some = oldest[0] if len(oldest) == 1 else _oldest_of(oldest)
    ages = [_waits(some.c.since, days) for days in AGES]
    return select(literal_column(f"'{name}'"), func.count(), *ages).select_from(some)


def _oldest_of(some: Sequence[Subquery]) -> Subquery:
    several = union_all(*(each.select() for each in some)).subquery()
    return select(several).order_by(several.c.since).limit(_MOST).subquery()


_BY_AGE = union_all(*map(_group, WAITING_GROUPS))
