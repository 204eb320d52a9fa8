"""Rows to dataclasses and back: their fields are named like the columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Connection, Executable, Row

Made = TypeVar("Made")


class Records:
    """One kind of data, in the transaction of a connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def _column(self, statement: Executable, asked: Mapping[str, Any] | None = None) -> list[Any]:
        return list(self._connection.execute(statement, asked).scalars().all())


def record(kind: Callable[..., Made], row: Any, prefix: str = "", /, **given: object) -> Made:
    """One ``kind`` from the columns of a row, labelled with the prefix; ``given`` has the fields
    that are not just a column."""
    columns = row._mapping if isinstance(row, Row) else row
    read = {name: columns[prefix + name] for name in names(kind) if name not in given}
    return kind(**read, **given)


def columns(made: Any, /, **given: object) -> dict[str, object]:
    """Its values by the names of the columns; ``given`` replaces or adds some."""
    return {name: getattr(made, name) for name in names(made.__class__)} | given


@cache
def names(kind: Any) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind))
