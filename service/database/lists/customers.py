"""All agreements of one customer."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import Select, Text, any_, bindparam, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, UUID
from sqlalchemy.sql import ColumnElement

from service.agreement.fields import fold
from service.agreement.parties import Controller
from service.database.tables.agreements import agreements
from service.database.tables.records import Records

# Spelled as in their indexes.
_number: ColumnElement[str] = literal_column("(agreements.controller ->> 'number')", Text)
_lower: ColumnElement[str] = literal_column("lower(agreements.controller ->> 'name')", Text)
_name = agreements.c.controller["name"].astext
_UNNUMBERED = func.coalesce(_number, "") == ""
_LAST = bindparam("last", type_=UUID(as_uuid=False))
_behind = agreements.alias("behind")
_last_made = select(_behind.c.created_at).where(_behind.c.id == _LAST).scalar_subquery()
_BEHIND = (
    agreements.c.created_at <= _last_made,
    or_(agreements.c.created_at < _last_made, agreements.c.id > _LAST),
)
# Among the names with the words of a name are other names.
_NAMES = (
    select(_name)
    .distinct()
    .where(agreements.c.search.op("@@")(func.to_tsquery("simple", bindparam("words"))), _UNNUMBERED)
)
_names = bindparam("names", type_=ARRAY(Text))
_each = func.unnest(_names).column_valued("each")
_WITH_NAME = (
    _lower == any_(func.array(select(func.lower(_each)).scalar_subquery(), type_=ARRAY(Text))),
    _name == any_(_names),
    _UNNUMBERED,
)


@lru_cache
def _page(*, named: bool, behind: bool, signed: bool, limit: int) -> Select[Any]:
    found = select(agreements.c.id).where(
        *_WITH_NAME if named else (_number == bindparam("number"),)
    )
    if behind:
        found = found.where(*_BEHIND)
    if signed:
        found = found.where(agreements.c.effective_date.is_not(None))
    return found.order_by(agreements.c.created_at.desc(), agreements.c.id).limit(limit)


class Customers(Records):
    def agreements_of(
        self, controller: Controller, most: int, after: str = "", *, signed: bool = False
    ) -> tuple[list[str], str]:
        """The ids of the newest agreements with this number, or with the same folded name and no
        number, or only of those signed by both parties; and the cursor of the next page, empty at
        the end."""
        asked: dict[str, Any] = {"last": after} if after else {}
        if controller.number:
            asked["number"] = controller.number
        else:
            asked["names"] = self._spelled(controller.name)
        statement = _page(
            named=not controller.number, behind=bool(after), signed=signed, limit=most + 1
        )
        found = self._column(statement, asked)
        return found[:most], found[most - 1] if len(found) > most else ""

    def _spelled(self, name: str) -> list[str]:
        """In all ways that are the same folded name."""
        folded = fold(name)
        others = self._column(_NAMES, {"words": " & ".join(folded.split())})
        return list({name, *(each for each in others if fold(each) == folded)})
