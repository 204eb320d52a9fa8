"""Agreements chosen in the list: those with some references, or all that a search finds.

They are counted by what decides about them (``service/agreement/batch.py``): the rules then look at
a few cases instead of at tens of thousands of agreements.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Date,
    RowMapping,
    Select,
    Text,
    any_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    not_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, UUID
from sqlalchemy.sql import ColumnElement

from service.agreement.batch import ASKED, Alike, BatchKind, Facts
from service.agreement.lists import Search
from service.agreement.reminders import Reached
from service.agreement.states import RUNNING, State
from service.database.agreement.reminders import CAN_GO_ON, SITUATION
from service.database.lists.groups import AWAITS_US
from service.database.lists.page_statements import everything, number, shape_of, values_of
from service.database.lists.searching import judged
from service.database.tables.agreements import agreements
from service.database.tables.columns import words
from service.database.tables.records import Records

_COLUMNS: dict[str, ColumnElement[Any]] = {
    "state": agreements.c.state,
    "sender_id": agreements.c.sender_id,
    # That of others decides nothing, and makes a case of each.
    "expires_at": case(
        (agreements.c.state.in_(words(sorted(RUNNING))), agreements.c.expires_at)
    ).label("expires_at"),
    "awaits_processor": AWAITS_US.label("awaits_processor"),
}
_LAST_ON: ColumnElement[Any] = literal_column(
    "(select max(each) at time zone 'Europe/Brussels' from unnest(situation.contacts) each)::date",
    Date,
)


@dataclass(frozen=True)
class _Shape:
    """What tells the statements apart: of a search its own shape and the way it is found, None for
    references; and how many are wanted."""

    most: int
    search: Search | None = None
    keys: tuple[str, ...] | None = None
    compared: bool = False


class Chosen(Records):
    def count(self, chosen: Sequence[str] | Search, most: int) -> int:
        """How many there are; ``most`` means that many or more."""
        shape, values = self._asked(chosen, most)
        return int(self._connection.execute(_count(shape), values).scalar_one())

    def alike(
        self, kind: BatchKind, chosen: Sequence[str] | Search, most: int, *, ids: bool = False
    ) -> list[Alike]:
        """``most`` of them at most, by what decides about each; with their ids if asked for."""
        shape, values = self._asked(chosen, most)
        rows = self._connection.execute(_alike(shape, kind, ids), values).mappings()
        return [_made(row) for row in rows]

    def _asked(self, chosen: Sequence[str] | Search, most: int) -> tuple[_Shape, dict[str, Any]]:
        if not isinstance(chosen, Search):
            return _Shape(most), {"references": list(chosen)}
        search = chosen.whole
        typed = judged(self._connection, search)
        many = typed.agreements * typed.share > most
        shape = _Shape(
            most,
            shape_of(search),
            None if many else typed.keys,
            bool(typed.all) and (many or not typed.exact),
        )
        return shape, values_of(search) | typed.values


def _found(shape: _Shape, columns: Sequence[Any] = ()) -> Select[Any]:
    if shape.search is not None:
        return everything(shape.search, shape.most, shape.keys, shape.compared, columns)
    these = agreements.c.reference == any_(bindparam("references", type_=ARRAY(Text)))
    return select(agreements.c.id, *columns).where(these).limit(number(shape.most))


@lru_cache(maxsize=256)
def _count(shape: _Shape) -> Select[Any]:
    return select(func.count()).select_from(_found(shape).subquery())


@lru_cache(maxsize=256)
def _alike(shape: _Shape, kind: BatchKind, ids: bool) -> Select[Any]:
    asked = [name for name in ASKED[kind] if name in _COLUMNS]
    chosen = _found(shape, [_COLUMNS[name] for name in asked]).cte("chosen")
    facts, found = [chosen.c[name] for name in asked], chosen.select()
    if "reached" in ASKED[kind]:
        # Of the others it decides nothing. As an array, so that each is looked up.
        waiting = select(chosen.c.id).where(
            chosen.c.state.in_(words(CAN_GO_ON)), not_(chosen.c.awaits_processor)
        )
        these = func.array(waiting.scalar_subquery(), type_=ARRAY(UUID(as_uuid=False)))
        situation = SITUATION.where(agreements.c.id == any_(these)).subquery("situation")
        reached = [
            situation.c.expires_at.label("link_ends"),
            situation.c.reminders,
            _LAST_ON.label("last_on"),
        ]
        joined = chosen.outerjoin(situation, situation.c.agreement_id == chosen.c.id)
        found = select(chosen.c.id, *facts, *reached).select_from(joined)
        asked += [each.name for each in reached]
    each = found.subquery("each")
    columns = [each.c[name] for name in asked]
    counted: list[ColumnElement[Any]] = [func.count().label("count")]
    if ids:
        counted.append(func.array_agg(cast(each.c.id, Text), type_=ARRAY(Text)).label("ids"))
    return select(*columns, *counted).group_by(*columns)


def _made(row: RowMapping) -> Alike:
    known = {name: row[name] for name in _COLUMNS if name in row}
    known["state"] = State(row["state"])
    if row.get("link_ends"):
        known["reached"] = Reached(row["link_ends"], row["reminders"], row["last_on"])
    return Alike(Facts(**known), row["count"], tuple(row.get("ids", ())))
