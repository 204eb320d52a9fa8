"""How the renewal of time stamps stands: what keeps failing, and what came too late."""

from __future__ import annotations

from sqlalchemy import Connection, func, select, update

from service.database.tables.archive import archive_states
from service.database.tables.columns import word

FAILING, LATE = "failing", "late"


class Renewals:
    """The renewals of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def troubled(self) -> dict[str, str]:
        """Agreements by id of which it is not as it should, with how it stands."""
        rows = self._connection.execute(
            select(archive_states.c.agreement_id, archive_states.c.renewal).where(
                archive_states.c.renewal != word("")
            )
        )
        return {row.agreement_id: row.renewal for row in rows}

    def note(self, agreement_id: str, renewal: str, reason: str) -> bool:
        """Note how it stands and why; whether that is news. Since when, is noted once for as long
        as it stays so."""
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
        """It is as it should be again."""
        self._connection.execute(
            update(archive_states)
            .where(archive_states.c.agreement_id == agreement_id)
            .values(renewal="", renewal_failure="", renewal_since=None)
        )
