"""Codes that were mailed, whatever they are for: each can be entered a few times."""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import ColumnElement, Table, select, update

from service.agreement.terms import CODE_TRIES
from service.database.tables.records import Records


class Tried(Records):
    """The codes of one table; ``usable`` are its conditions for a code that can be entered."""

    codes: ClassVar[Table]
    usable: ClassVar[tuple[ColumnElement[bool], ...]]

    def code_waits(self, code_id: str) -> bool:
        found = select(self.codes.c.id).where(self.codes.c.id == code_id, *self.usable)
        return self._connection.execute(found).scalar() is not None

    def count_try(self, code_id: str) -> int:
        """Count a wrong attempt and return how many are left."""
        tries = self._connection.execute(
            update(self.codes)
            .where(self.codes.c.id == code_id, self.codes.c.tries < CODE_TRIES)
            .values(tries=self.codes.c.tries + 1)
            .returning(self.codes.c.tries)
        ).scalar()
        return CODE_TRIES - tries if tries is not None else 0
