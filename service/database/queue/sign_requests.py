"""Requests for the processor's signature: whom to ask now, and what waits for the next mail."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Interval, bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from service.database.tables.accounts import staff
from service.database.tables.records import Records
from service.database.tables.sign_requests import sign_requests

_ASKED_AT = staff.c.asked_to_sign_at
_AFTER_PAUSE = _ASKED_AT.is_(None) | (
    func.clock_timestamp() - bindparam("pause", type_=Interval) > _ASKED_AT
)
_RESTED = select(staff.c.id).where(staff.c.id == bindparam("person"), _AFTER_PAUSE)
# This lock does not block the insertion of an act, whose row refers to the countersigner.
_HOLD_RESTED = _RESTED.with_for_update(key_share=True)
_KEEP = upsert(sign_requests).on_conflict_do_nothing()


class SignRequests(Records):
    def free(self, staff_id: str, pause: timedelta) -> bool:
        """Whether this person was not asked within ``pause``; if so, locks the row, so that only
        one of two simultaneous signatures is mailed."""
        asked = {"person": staff_id, "pause": pause}
        if self._connection.execute(_RESTED, asked).first() is None:
            return False
        return self._connection.execute(_HOLD_RESTED, asked).first() is not None

    def note_mailed(self, staff_id: str) -> None:
        self._connection.execute(
            update(staff)
            .where(staff.c.id == staff_id)
            .values(asked_to_sign_at=func.clock_timestamp())
        )

    def keep(self, staff_id: str, agreement_id: str) -> None:
        self._connection.execute(_KEEP, {"staff_id": staff_id, "agreement_id": agreement_id})

    def any_kept(self, staff_id: str) -> bool:
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
            .where(staff.c.id.in_(select(sign_requests.c.staff_id)), _AFTER_PAUSE)
            .order_by(staff.c.id)
            .params(pause=pause)
        )
