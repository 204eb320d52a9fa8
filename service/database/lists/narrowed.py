"""A page of the list with filters that combine, or in another order than the usual one.

Three ways. Which one reads least is judged by how many agreements each filter leaves, which the
statistics of PostgreSQL tell; the filters are assumed to say nothing about each other.

1. *In order*: an index has just these agreements in this order.
2. *Read the first ones one by one* until the page is full: best for common values. Read at most
   ``READ_AT_MOST``.
3. *Use the indexes of the filters*, and sort what they find: best for rare values. It is also what
   is left for values that are common, but not among the first ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from math import prod
from typing import Any

from sqlalchemy import (
    Connection,
    FromClause,
    Integer,
    Select,
    Text,
    bindparam,
    func,
    literal_column,
    select,
    text,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY, UUID
from sqlalchemy.sql import ColumnElement

from service.agreement.lists import GROUPS, Order, Search
from service.agreement.states import RUNNING
from service.database.lists import groups
from service.database.lists.searching import Words, in_index, match
from service.database.tables.agreements import agreements
from service.database.tables.columns import words
from service.database.tables.imports import import_lines, imports

READ_AT_MOST = 10_000
SPARE = 4  # so many times more than expected are read, before they are found by an index
_FEW = 0.001  # the share of a value that is not among the common ones

_PLACES: dict[Order, ColumnElement[Any]] = {
    Order.ACTIVITY: agreements.c.last_activity_at,
    Order.CREATED: agreements.c.created_at,
    # Spelled as in its index.
    Order.ORGANISATION: literal_column("lower(agreements.controller ->> 'name')", Text),
    Order.EXPIRY: agreements.c.expires_at,
}
_UPWARDS = (Order.ORGANISATION, Order.EXPIRY)
# Filters whose index has the order of the list.
_IN_ORDER = ("state", "owner", "template")

# The common values of each column, with the share of agreements that have them, and how many
# agreements there are.
_COMMON = text("""
select stats.attname as column, common.kept, common.share,
  (select reltuples from pg_class where oid = 'agreements'::regclass) as agreements
from pg_stats stats
cross join lateral unnest(
  case when attname = 'services' then most_common_elems::text else most_common_vals::text
  end::text[],
  case when attname = 'services' then most_common_elem_freqs else most_common_freqs end
) as common (kept, share)
where schemaname = current_schema and tablename = 'agreements'
  and attname in ('sender_id', 'state', 'services', 'template_sha256') and kept is not null
""")
_LINES = select(func.max(import_lines.c.row)).where(
    import_lines.c.import_id
    == select(imports.c.id).where(imports.c.number == bindparam("imported")).scalar_subquery()
)


@dataclass(frozen=True)
class _Shape:
    """The same for all pages whose statements differ only in values. ``exact``: the index on words
    needs no second look."""

    order: Order
    filters: tuple[str, ...]
    group: str
    idle: bool
    running: bool
    after: bool
    exact: bool

    @property
    def place(self) -> ColumnElement[Any]:
        return _PLACES[self.order]

    def sorted(self, *columns: ColumnElement[Any]) -> list[ColumnElement[Any]]:
        return [each.asc() if self.order in _UPWARDS else each.desc() for each in columns]


def page(connection: Connection, search: Search, typed: Words | None, limit: int) -> Sequence[str]:
    """The ids of a page, in its order."""
    shares, total = _shares(connection, search, typed)
    order = search.narrowed.order
    shape = _Shape(
        order,
        tuple(shares),
        search.group if "group" in shares else "",
        bool(search.narrowed.idle_days),
        search.narrowed.running_only,
        bool(search.after),
        typed is None or typed.exact,
    )
    values = _values(search, typed) | {"most": limit}

    def ids(statement: Select[Any]) -> Sequence[str]:
        return connection.execute(statement, values).scalars().all()

    ordered = [name for name in shares if name in _IN_ORDER] if order is Order.ACTIVITY else []
    # Those with one template are of the same time, so only its index finds former ones at once.
    base = min(ordered, key=lambda name: (name != "template", shares[name]), default="")
    if set(shares) <= {base}:
        return ids(_in_order(shape, base))
    share = prod(each for name, each in shares.items() if name != base)
    expected = limit / max(share, 1e-9)
    if expected <= total * min(shares.values()):
        values["read"] = int(min(READ_AT_MOST, SPARE * expected))
        found = ids(_one_by_one(shape, base))
        if len(found) == limit:
            return found
    return ids(_by_index(shape))


def _shares(
    connection: Connection, search: Search, typed: Words | None
) -> tuple[dict[str, float], float]:
    """The share of agreements that each given filter leaves, and the number of all agreements."""
    narrowed, known, total = search.narrowed, dict[tuple[str, str], float](), 0.0
    for row in connection.execute(_COMMON):
        known[row.column, row.kept] = float(row.share)
        total = float(row.agreements)

    def of(column: str, value: str) -> float:
        return known.get((column, value), _FEW)

    shares: dict[str, float] = {}
    if narrowed.owner:
        shares["owner"] = of("sender_id", narrowed.owner)
    if narrowed.state:
        shares["state"] = of("state", narrowed.state)
    if narrowed.template:
        shares["template"] = of("template_sha256", narrowed.template)
    if narrowed.service:
        shares["service"] = of("services", narrowed.service)
    if narrowed.imported:
        lines = connection.execute(_LINES, {"imported": narrowed.imported}).scalar() or 0
        shares["imported"] = min(1.0, lines / max(total, 1.0))
    if search.group in GROUPS:
        states = sum(of("state", state.value) for state in GROUPS[search.group])
        shares["group"] = _FEW if search.group == "trouble" else min(1.0, states)
    if typed is not None:
        shares["words"] = typed.share
    return shares, total


def _values(search: Search, typed: Words | None) -> dict[str, Any]:
    narrowed = search.narrowed
    values: dict[str, Any] = {
        "owner": narrowed.owner,
        "state": narrowed.state,
        "template": narrowed.template,
        "imported": narrowed.imported,
        "idle": narrowed.idle_days,
    }
    values = {name: value for name, value in values.items() if value}
    if narrowed.service:
        values["service"] = [narrowed.service]
    if typed is not None:
        values |= typed.values
    if search.after:
        moment, _, values["last_id"] = search.after.partition("|")
        if narrowed.order is Order.ACTIVITY:
            instant = datetime.fromisoformat(moment)
            values["last"] = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    return values


def _group(rows: FromClause, name: str) -> ColumnElement[bool]:
    if rows is agreements:
        return groups.in_group(name)
    mine = select(agreements.c.id)
    if name in ("awaits_us", "trouble"):
        return rows.c.id.in_(mine.where(groups.in_group(name)))
    condition = rows.c.state.in_(words(GROUPS[name]))
    if name == "waiting":
        return condition & rows.c.id.not_in(mine.where(groups.AWAITS_US))
    return condition


def _imported(rows: FromClause) -> ColumnElement[bool]:
    return (
        select(import_lines.c.agreement_id)
        .join(imports, imports.c.id == import_lines.c.import_id)
        .where(import_lines.c.agreement_id == rows.c.id, imports.c.number == bindparam("imported"))
        .exists()
    )


_FILTERS: Mapping[str, Callable[[FromClause], ColumnElement[bool]]] = {
    "owner": lambda rows: rows.c.sender_id == bindparam("owner", type_=UUID(as_uuid=False)),
    "state": lambda rows: rows.c.state == bindparam("state"),
    "template": lambda rows: rows.c.template_sha256 == bindparam("template"),
    "service": lambda rows: rows.c.services.op("@>")(bindparam("service", type_=ARRAY(Text))),
    "imported": _imported,
    "words": lambda rows: match(rows.c.search),
}


def _condition(rows: FromClause, shape: _Shape, name: str) -> ColumnElement[bool]:
    return _group(rows, shape.group) if name == "group" else _FILTERS[name](rows)


def _ranges(shape: _Shape) -> list[ColumnElement[bool]]:
    """What only limits from where the order is read, or hardly leaves anything out."""
    conditions: list[ColumnElement[bool]] = []
    if shape.running or shape.order is Order.EXPIRY:
        conditions.append(agreements.c.state.in_(words(sorted(RUNNING))))
    if shape.order is Order.EXPIRY:
        conditions.append(agreements.c.expires_at.is_not(None))
    if shape.idle:
        days = func.make_interval(0, 0, 0, bindparam("idle", type_=Integer))
        conditions.append(agreements.c.last_activity_at <= func.now() - days)
    if shape.after:
        last_id = bindparam("last_id", type_=UUID(as_uuid=False))
        here = tuple_(shape.place, agreements.c.id)
        if shape.order is Order.ACTIVITY:
            last: Any = bindparam("last", type_=agreements.c.last_activity_at.type)
        else:
            behind = agreements.alias("behind")
            last = select(_place_of(behind, shape.order)).where(behind.c.id == last_id)
            last = last.scalar_subquery()
        # The index may have only the first of both.
        if shape.order in _UPWARDS:
            conditions += [shape.place >= last, here > tuple_(last, last_id)]
        else:
            conditions += [shape.place <= last, here < tuple_(last, last_id)]
    return conditions


def _place_of(rows: FromClause, order: Order) -> ColumnElement[Any]:
    if order is Order.ORGANISATION:
        return func.lower(rows.c.controller["name"].astext)
    return rows.c.created_at if order is Order.CREATED else rows.c.expires_at


def _start(shape: _Shape, base: str) -> Select[Any]:
    """All agreements in this order, or those that the index of ``base`` has in it."""
    columns = ("id", "state", "sender_id", "template_sha256", "services", "search")
    wanted = select(*(agreements.c[name] for name in columns), shape.place.label("place"))
    if base:
        wanted = wanted.where(_FILTERS[base](agreements))
    if base == "template":
        beginning = func.left(agreements.c.template_sha256, literal_column("8"))
        wanted = wanted.where(beginning == func.left(bindparam("template"), 8))
    wanted = wanted.where(*_ranges(shape))
    return wanted.order_by(*shape.sorted(shape.place, agreements.c.id))


# Kept: building a statement takes longer than executing it.
@lru_cache(maxsize=256)
def _in_order(shape: _Shape, base: str) -> Select[Any]:
    return _start(shape, base).with_only_columns(agreements.c.id).limit(bindparam("most"))


@lru_cache(maxsize=256)
def _one_by_one(shape: _Shape, base: str) -> Select[Any]:
    rows = _start(shape, base).limit(bindparam("read")).subquery("walked")
    wanted = select(rows.c.id).where(
        *(_condition(rows, shape, name) for name in shape.filters if name != base)
    )
    return wanted.order_by(*shape.sorted(rows.c.place, rows.c.id)).limit(bindparam("most"))


@lru_cache(maxsize=256)
def _by_index(shape: _Shape) -> Select[Any]:
    wanted = select(agreements.c.id, shape.place.label("place")).where(*_ranges(shape))
    for name in shape.filters:
        if name == "words":
            wanted = wanted.where(in_index("indexed_words"))
        if name != "words" or not shape.exact:
            wanted = wanted.where(_condition(agreements, shape, name))
    found = wanted.cte("found").prefix_with("materialized", dialect="postgresql")
    page = select(found.c.id).order_by(*shape.sorted(found.c.place, found.c.id))
    return page.limit(bindparam("most"))
