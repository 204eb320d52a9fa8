"""The filters of the list that a member of staff kept under a name."""

from __future__ import annotations

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from service.database.tables.accounts import kept_searches
from service.database.tables.records import Records


class KeptSearches(Records):
    def keep(self, staff_id: str, name: str, query: str) -> None:
        """Keep these under a name; replaces what had that name."""
        self._connection.execute(
            upsert(kept_searches)
            .values(staff_id=staff_id, name=name, query=query)
            .on_conflict_do_update(index_elements=["staff_id", "name"], set_={"query": query})
        )

    def drop(self, staff_id: str, name: str) -> None:
        self._connection.execute(
            delete(kept_searches).where(
                kept_searches.c.staff_id == staff_id, kept_searches.c.name == name
            )
        )

    def of(self, staff_id: str) -> list[tuple[str, str]]:
        """The names with what they stand for, by name."""
        rows = self._connection.execute(
            select(kept_searches.c.name, kept_searches.c.query)
            .where(kept_searches.c.staff_id == staff_id)
            .order_by(func.lower(kept_searches.c.name), kept_searches.c.name)
        )
        return [(row.name, row.query) for row in rows]
