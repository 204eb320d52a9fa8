"""Stalled or overdue agreements, for the jobs.

``statement_timestamp()``, not ``clock_timestamp()``: an index needs a value that is constant during
a statement.
"""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.sql import ColumnElement

from service.agreement.states import RUNNING, UNFINISHED, State
from service.database.lists.unsealed import UNSEALED
from service.database.tables.agreements import agreements
from service.database.tables.archive import archive_states
from service.database.tables.columns import words
from service.database.tables.records import Records
from service.database.tables.registered_files import registered_files

AT_ONCE = 1000  # the rest follows at the next run
# Signed elsewhere: another job stores it.
_REGISTERED = select(registered_files.c.agreement_id).where(
    registered_files.c.stored_at.is_(None), registered_files.c.agreement_id.is_not(None)
)


class Lagging(Records):
    def overdue(self) -> list[str]:
        """Ids of agreements whose term has ended before the last signature."""
        return self._ids(
            agreements.c.state.in_(words(sorted(RUNNING))),
            agreements.c.expires_at < func.statement_timestamp(),
        )

    def in_state_since(self, states: tuple[State, ...], seconds: int) -> list[str]:
        """Ids of agreements that have been in these states for longer than ``seconds``."""
        return self._ids(
            agreements.c.state.in_(words(states)), agreements.c.last_activity_at < _before(seconds)
        )

    def unsealed(self, seconds: int) -> list[str]:
        """Ids of agreements with an act, or a complete text, left unsealed for ``seconds``."""
        return self._ids(
            agreements.c.id.in_(select(UNSEALED.c.id)),
            agreements.c.last_activity_at < _before(seconds),
        )

    def not_archived(self, seconds: int) -> list[str]:
        """Ids of completed agreements whose package is still not verified in the archive."""
        statement = (
            select(archive_states.c.agreement_id)
            .where(
                archive_states.c.state.in_(words(UNFINISHED)),
                archive_states.c.stored_at < _before(seconds),
                archive_states.c.agreement_id.not_in(_REGISTERED),
            )
            .limit(AT_ONCE)
        )
        return self._column(statement)

    def _ids(self, *conditions: ColumnElement[bool]) -> list[str]:
        return self._column(
            select(agreements.c.id).where(*conditions).order_by(agreements.c.id).limit(AT_ONCE)
        )


def _before(seconds: int) -> ColumnElement[object]:
    return func.statement_timestamp() - func.make_interval(0, 0, 0, 0, 0, 0, seconds)
