"""The psycopg connection of a SQLAlchemy one, and our cursors."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, cast, overload

import psycopg
from psycopg import Column
from sqlalchemy import Connection


def driver(connection: Connection) -> psycopg.Connection[Any]:
    """The driver's own connection, for statements that SQLAlchemy would change."""
    return cast("psycopg.Connection[Any]", connection.connection.driver_connection)


class Cursor(psycopg.Cursor[Any]):
    """Makes the description of a result's columns only when it is read, which SQLAlchemy does once;
    making it each time took a quarter of our time for a dossier."""

    @property
    def description(self) -> list[Column] | None:
        """As the driver's; None if the statement returns no rows."""
        result = self.pgresult
        if result and result.nfields:
            return cast("list[Column]", _Described(self, result.nfields))
        return super().description


class _Described(Sequence[Column]):
    def __init__(self, cursor: Cursor, columns: int) -> None:
        self._cursor, self._count = cursor, columns

    @cached_property
    def _columns(self) -> list[Column]:
        return [Column(self._cursor, each) for each in range(self._count)]

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> Column: ...
    @overload
    def __getitem__(self, index: slice) -> list[Column]: ...
    def __getitem__(self, index: int | slice) -> Column | list[Column]:
        return self._columns[index]
