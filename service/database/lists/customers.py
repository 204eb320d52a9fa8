"""All agreements of one customer."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, Text, bindparam, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import UUID
from sqlalchemy.sql import ColumnElement

from service.agreement.fields import fold
from service.agreement.parties import Controller
from service.database.tables.agreements import agreements
from service.database.tables.records import Records

# Spelled as in its index.
_number: ColumnElement[str] = literal_column("(agreements.controller ->> 'number')", Text)
_NAME = agreements.c.controller["name"].astext
_NEWEST_FIRST = (agreements.c.created_at.desc(), agreements.c.id)
_LAST = bindparam("last", type_=UUID(as_uuid=False))
_behind = agreements.alias("behind")
_last_made = select(_behind.c.created_at).where(_behind.c.id == _LAST).scalar_subquery()
_BEHIND = (
    agreements.c.created_at <= _last_made,
    or_(agreements.c.created_at < _last_made, agreements.c.id > _LAST),
)


def _newest(*conditions: ColumnElement[bool]) -> Select[Any]:
    found = select(agreements.c.id, _NAME.label("name")).where(*conditions)
    return found.order_by(*_NEWEST_FIRST).limit(bindparam("most"))


_WITH_NUMBER = (_number == bindparam("number"),)
_WITH_NAME = (
    agreements.c.search.op("@@")(func.to_tsquery("simple", bindparam("words"))),
    func.coalesce(_number, "") == "",
)
# The first page, and the one behind an agreement.
_BY_NUMBER = (_newest(*_WITH_NUMBER), _newest(*_WITH_NUMBER, *_BEHIND))
_BY_NAME = (_newest(*_WITH_NAME), _newest(*_WITH_NAME, *_BEHIND))
_NAMESAKES = 10  # times a page: with the words of the name, among which are other names


class Customers(Records):
    def agreements_of(
        self, controller: Controller, most: int, after: str = ""
    ) -> tuple[list[str], str]:
        """The ids of the newest agreements with this number, or with the same folded name and no
        number; and the cursor of the next page, empty at the end."""
        asked: dict[str, Any] = {"last": after} if after else {}
        if controller.number:
            asked |= {"number": controller.number, "most": most + 1}
            rows = self._connection.execute(_BY_NUMBER[bool(after)], asked)
            found = [each.id for each in rows]
            return found[:most], found[most - 1] if len(found) > most else ""
        name, limit = fold(controller.name), most * _NAMESAKES
        asked |= {"words": " & ".join(name.split()), "most": limit}
        read = self._connection.execute(_BY_NAME[bool(after)], asked).all()
        found = [each.id for each in read if fold(each.name) == name]
        if len(found) > most:
            return found[:most], found[most - 1]
        return found, read[-1].id if len(read) == limit else ""
