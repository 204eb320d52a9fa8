"""The columns of the list of agreements that a member of staff chose."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as upsert

from service.database.tables.accounts import list_columns
from service.database.tables.records import Records


class ListColumns(Records):
    def keep(self, staff_id: str, columns: Sequence[str]) -> None:
        chosen = {"columns": list(columns)}
        self._connection.execute(
            upsert(list_columns)
            .values(staff_id=staff_id, **chosen)
            .on_conflict_do_update(index_elements=["staff_id"], set_=chosen)
        )

    def drop(self, staff_id: str) -> None:
        self._connection.execute(delete(list_columns).where(list_columns.c.staff_id == staff_id))

    def of(self, staff_id: str) -> list[str] | None:
        """None if nothing was chosen."""
        wanted = select(list_columns.c.columns).where(list_columns.c.staff_id == staff_id)
        found: list[str] | None = self._connection.execute(wanted).scalar_one_or_none()
        return found
