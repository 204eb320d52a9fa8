"""The statements that find the agreements of a page, each in one of the ways of ``pages.py``.

One statement per shape is built and kept: building takes longer than executing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    CTE,
    CompoundSelect,
    FromClause,
    Integer,
    Select,
    Subquery,
    Text,
    bindparam,
    func,
    literal_column,
    select,
    tuple_,
    union,
    union_all,
)
from sqlalchemy.dialects.postgresql import UUID
from sqlalchemy.sql import ColumnElement

from service.agreement.lists import GROUPS, Narrowing, Order, Search
from service.agreement.states import RUNNING, WAITING
from service.database.lists import groups
from service.database.lists.filters import filter_conditions, filter_values
from service.database.lists.searching import (
    in_index,
    match,
)
from service.database.tables.agreements import agreements
from service.database.tables.columns import words

_PLACES: dict[Order, ColumnElement[Any]] = {
    Order.ACTIVITY: agreements.c.last_activity_at,
    Order.CREATED: agreements.c.created_at,
    # Spelled as in its index.
    Order.ORGANISATION: literal_column("lower(agreements.controller ->> 'name')", Text),
    Order.EXPIRY: agreements.c.expires_at,
}
_NONE: ColumnElement[int] = literal_column("0", Integer)
_UPWARDS = (Order.ORGANISATION, Order.EXPIRY)


def number(limit: int) -> ColumnElement[int]:
    """A limit as a part of the statement. Of a parameter PostgreSQL assumes a tenth of all rows,
    and so it plans such a statement anew each time."""
    return literal_column(str(limit), Integer)


def _place(rows: FromClause, shape: Search) -> ColumnElement[Any]:
    if rows is not agreements:
        return rows.c.place
    return agreements.c.effective_date if shape.by_date else _PLACES[shape.narrowed.order]


def _sorted(rows: FromClause, shape: Search) -> list[ColumnElement[Any]]:
    places = (_place(rows, shape), rows.c.id)
    upwards = shape.narrowed.order in _UPWARDS
    return [each.asc() if upwards else each.desc() for each in places]


def selected(shape: Search, *more: ColumnElement[Any]) -> Select[Any]:
    """The id and the place in the order, within the dates and behind the cursor."""
    return select(agreements.c.id, _place(agreements, shape).label("place"), *more).where(
        *filter_conditions(shape), *_ranges(shape)
    )


def _ranges(shape: Search) -> list[ColumnElement[bool]]:
    """What only limits from where the order is read, or hardly leaves anything out."""
    narrowed, order = shape.narrowed, shape.narrowed.order
    conditions: list[ColumnElement[bool]] = []
    if narrowed.running_only or order is Order.EXPIRY:
        conditions.append(agreements.c.state.in_(words(sorted(RUNNING))))
    if order is Order.EXPIRY:
        conditions.append(agreements.c.expires_at.is_not(None))
    if narrowed.idle_days:
        days = func.make_interval(0, 0, 0, bindparam("idle", type_=Integer))
        conditions.append(agreements.c.last_activity_at <= func.now() - days)
    if narrowed.state_days:
        days = func.make_interval(0, 0, 0, bindparam("in_state", type_=Integer))
        conditions.append(agreements.c.state.in_(words(sorted(WAITING))))
        conditions.append(agreements.c.state_since <= func.now() - days)
    if shape.after:
        conditions += _behind(shape)
    return conditions


def _behind(shape: Search) -> list[ColumnElement[bool]]:
    order, place = shape.narrowed.order, _place(agreements, shape)
    last_id = bindparam("last_id", type_=UUID(as_uuid=False))
    here = tuple_(place, agreements.c.id)
    if order is Order.ACTIVITY:
        return [here < tuple_(bindparam("last", type_=place.type), last_id)]
    behind = agreements.alias("behind")
    last = select(_place_of(behind, order)).where(behind.c.id == last_id).scalar_subquery()
    # The index may have only the first of both.
    if order in _UPWARDS:
        return [place >= last, here > tuple_(last, last_id)]
    return [place <= last, here < tuple_(last, last_id)]


def _place_of(rows: FromClause, order: Order) -> ColumnElement[Any]:
    if order is Order.ORGANISATION:
        return func.lower(rows.c.controller["name"].astext)
    return rows.c.created_at if order is Order.CREATED else rows.c.expires_at


def shape_of(search: Search) -> Search:
    """The same for all searches whose statements differ only in values."""
    narrowed = search.narrowed
    return Search(
        group=search.group if search.group in GROUPS else "",
        signed_from=search.signed_from and date.min,
        signed_until=search.signed_until and date.min,
        in_force_on=search.in_force_on and date.min,
        lately=search.lately,
        archived_only=search.archived_only,
        after="any" if search.after else "",
        narrowed=Narrowing(
            state_days=bool(narrowed.state_days),
            idle_days=bool(narrowed.idle_days),
            running_only=narrowed.running_only,
            order=narrowed.order,
        ),
    )


def values_of(search: Search) -> dict[str, Any]:
    """The values of its dates and of its cursor."""
    values = filter_values(search)
    if search.narrowed.idle_days:
        values["idle"] = search.narrowed.idle_days
    if search.narrowed.state_days:
        values["in_state"] = search.narrowed.state_days
    if search.after:
        values["last_id"] = search.after.partition("|")[2]
        if search.narrowed.order is Order.ACTIVITY:
            last = instant(search)
            values["last"] = last.date() if search.by_date else last
    return values


def instant(search: Search) -> datetime:
    """That of the cursor; for a list by date: midnight."""
    moment = datetime.fromisoformat(search.after.partition("|")[0])
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _newest(shape: Search, limit: ColumnElement[int], *conditions: ColumnElement[bool]) -> Subquery:
    """The first of these in their order, regardless of words."""
    wanted = selected(shape, agreements.c.search).where(*conditions)
    wanted = wanted.order_by(*_sorted(agreements, shape)).limit(limit)
    if shape.group not in GROUPS:
        return wanted.subquery("page")
    branches = [wanted.where(each) for each in groups.branches(shape.group)]
    if len(branches) == 1:
        return branches[0].subquery("page")
    several = union_all(*(each.subquery().select() for each in branches)).subquery()
    return several.select().order_by(*_sorted(several, shape)).limit(limit).subquery("page")


@lru_cache(maxsize=256)
def in_order(shape: Search, most: int) -> Select[Any]:
    page = _newest(shape, number(most))
    return select(page.c.id, page.c.place).order_by(*_sorted(page, shape))


@lru_cache(maxsize=256)
def among_the_newest(shape: Search, most: int) -> Select[Any]:
    return _having(_newest(shape, bindparam("read")), shape, most)


def _having(rows: Subquery, shape: Search, most: int) -> Select[Any]:
    """Those of some rows that have the words."""
    having = select(rows.c.id, rows.c.place).where(match(rows.c.search))
    return having.order_by(*_sorted(rows, shape)).limit(number(most))


@lru_cache(maxsize=256)
def one_by_one(shape: Search, most: int, worded: bool) -> Select[Any]:
    """In another order, in which no index has a group."""
    rows = selected(shape, agreements.c.search, agreements.c.state)
    walked = rows.order_by(*_sorted(agreements, shape)).limit(bindparam("read")).subquery("walked")
    wanted = select(walked.c.id, walked.c.place)
    if worded:
        wanted = wanted.where(match(walked.c.search))
    if shape.group in ("waiting", "awaits_us"):
        ids = select(agreements.c.id).where(groups.in_group(shape.group))
        wanted = wanted.where(walked.c.id.in_(ids))
    elif shape.group:
        wanted = wanted.where(walked.c.state.in_(words(GROUPS[shape.group])))
    return wanted.order_by(*_sorted(walked, shape)).limit(number(most))


@lru_cache(maxsize=256)
def by_index(
    shape: Search, most: int, ways: tuple[tuple[str, ...], ...], compared: bool
) -> Select[Any]:
    """All that the index finds, sorted; in one way or the other."""
    each = [selected(shape).where(*in_index(*keys), *more(shape, keys, compared)) for keys in ways]
    return page_of(each[0] if len(each) == 1 else union(*each), shape, most)


def everything(
    shape: Search, most: int, keys: tuple[str, ...] | None, compared: bool, columns: Sequence[Any]
) -> Select[Any]:
    """Any ``most`` of what a search finds, with these columns too: what the index finds, or without
    keys by reading on, which is the soonest for what very many have."""
    wanted = selected(shape, *columns).where(*more(shape, keys or (), compared))
    if keys is not None:
        wanted = select(found_first(wanted.where(*in_index(*keys))))
    return wanted.limit(number(most))


def found_first(wanted: Select[Any] | CompoundSelect[Any]) -> CTE:
    """Found before the rest is asked: otherwise PostgreSQL may read all agreements in the order of
    the list, expecting an early match."""
    return wanted.cte("found", nesting=True).prefix_with("materialized", dialect="postgresql")


def page_of(wanted: Select[Any] | CompoundSelect[Any], shape: Search, most: int) -> Select[Any]:
    """The first of these. They are found before they are sorted here too: with an offset,
    PostgreSQL does not look for an order in them, and it stores none of them."""
    found = wanted.offset(_NONE).subquery("found")
    page = select(found.c.id, found.c.place).order_by(*_sorted(found, shape))
    return page.limit(number(most))


def more(shape: Search, keys: tuple[str, ...], compared: bool) -> list[ColumnElement[bool]]:
    """What the index does not tell. If it is asked for the states of a group, no condition on them:
    PostgreSQL might read all agreements in these states instead."""
    conditions = [match(agreements.c.search)] if compared else []
    if "group" in keys:
        conditions += groups.beside_states(shape.group)
    elif shape.group:
        conditions.append(groups.in_group(shape.group))
    return conditions
