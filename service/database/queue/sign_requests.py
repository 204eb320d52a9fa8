"""Requests for the processor's signature: whom to ask now, and what waits for the next mail."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from service.database.tables.accounts import staff
from service.database.tables.records import Records
from service.database.tables.sign_requests import sign_requests


class SignRequests(Records):
    def free(self, staff_id: str, pause: timedelta) -> bool:
        """Whether this person was not asked within ``pause``; if so, the row is locked, so that of
        two simultaneous signatures only one is mailed."""
        rested = select(staff.c.id).where(staff.c.id == staff_id, _rested(pause))
        if self._connection.execute(rested).first() is None:
            return False
        # This lock does not block the insertion of an act, whose row refers to the countersigner.
        return self._connection.execute(rested.with_for_update(key_share=True)).first() is not None

    def note_mailed(self, staff_id: str) -> None:
        """Record that this person is asked by mail now."""
        self._connection.execute(
            update(staff)
            .where(staff.c.id == staff_id)
            .values(asked_to_sign_at=func.clock_timestamp())
        )

    def keep(self, staff_id: str, agreement_id: str) -> None:
        """Keep this agreement for that person's next mail."""
        self._connection.execute(
            upsert(sign_requests)
            .values(staff_id=staff_id, agreement_id=agreement_id)
            .on_conflict_do_nothing()
        )

    def any_kept(self, staff_id: str) -> bool:
        """Whether any agreement waits for the next mail."""
        found = select(sign_requests.c.staff_id).where(sign_requests.c.staff_id == staff_id)
        return self._connection.execute(found.limit(1)).first() is not None

    def take(self, staff_id: str) -> list[str]:
        """Remove and return the agreements waiting for the next mail, oldest first."""
        taken = (
            delete(sign_requests)
            .where(sign_requests.c.staff_id == staff_id)
            .returning(sign_requests.c.since, sign_requests.c.agreement_id)
        )
        return [row.agreement_id for row in sorted(self._connection.execute(taken))]

    def due(self, pause: timedelta) -> list[str]:
        """The people who can be mailed about waiting agreements now."""
        return self._column(
            select(staff.c.id)
            .where(staff.c.id.in_(select(sign_requests.c.staff_id)), _rested(pause))
            .order_by(staff.c.id)
        )


def _rested(pause: timedelta) -> ColumnElement[bool]:
    asked = staff.c.asked_to_sign_at
    return asked.is_(None) | (asked < func.clock_timestamp() - pause)
