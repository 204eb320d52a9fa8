"""The status of time-stamp renewals: failing or too late."""

from __future__ import annotations

from sqlalchemy import func, select, update

from service.database.tables.archive import archive_states
from service.database.tables.columns import word
from service.database.tables.records import Records

FAILING, LATE = "failing", "late"


class Renewals(Records):
    def troubled(self) -> dict[str, str]:
        """Agreements whose renewal is failing or late: the status by agreement id."""
        rows = self._connection.execute(
            select(archive_states.c.agreement_id, archive_states.c.renewal).where(
                archive_states.c.renewal != word("")
            )
        )
        return {row.agreement_id: row.renewal for row in rows}

    def note(self, agreement_id: str, renewal: str, reason: str) -> bool:
        """Record the status, the reason and, if the status is new, the time; True if it is new."""
        its = archive_states.c.agreement_id == agreement_id
        news = self._connection.execute(
            update(archive_states)
            .where(its, archive_states.c.renewal != renewal)
            .values(renewal=renewal, renewal_since=func.clock_timestamp())
        )
        self._connection.execute(
            update(archive_states).where(its).values(renewal_failure=reason[:500])
        )
        return bool(news.rowcount)

    def forget(self, agreement_id: str) -> None:
        self._connection.execute(
            update(archive_states)
            .where(archive_states.c.agreement_id == agreement_id)
            .values(renewal="", renewal_failure="", renewal_since=None)
        )
