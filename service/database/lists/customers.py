"""All agreements of one customer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Text, bindparam, func, literal_column, select
from sqlalchemy.sql import ColumnElement

from service.agreement.fields import fold
from service.agreement.parties import Controller
from service.database.tables.agreements import agreements
from service.database.tables.records import Records

# Spelled as in its index.
_number: ColumnElement[str] = literal_column("(agreements.controller ->> 'number')", Text)
_NAME = agreements.c.controller["name"].astext
_NEWEST_FIRST = (agreements.c.created_at.desc(), agreements.c.id)
_BY_number = (
    select(agreements.c.id, _NAME.label("name"))
    .where(_number == bindparam("number"))
    .order_by(*_NEWEST_FIRST)
    .limit(bindparam("most"))
)
_BY_NAME = (
    select(agreements.c.id, _NAME.label("name"))
    .where(
        agreements.c.search.op("@@")(func.to_tsquery("simple", bindparam("words"))),
        func.coalesce(_number, "") == "",
    )
    .order_by(*_NEWEST_FIRST)
    .limit(bindparam("most"))
)


class Customers(Records):
    def agreements_of(self, controller: Controller, most: int) -> Sequence[str]:
        """The ids of the newest agreements with this number; if there is none, of those with the
        same name, however it is written, and no number either."""
        if controller.number:
            asked: dict[str, Any] = {"number": controller.number, "most": most}
            return [each.id for each in self._connection.execute(_BY_number, asked)]
        name = fold(controller.name)
        asked = {"words": " & ".join(name.split()), "most": most}
        rows = self._connection.execute(_BY_NAME, asked)
        return [each.id for each in rows if fold(each.name) == name]
