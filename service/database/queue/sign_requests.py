"""Whom to ask now for the processor's signature, and what waits for their next mail."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ColumnElement, Connection, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from service.database.tables.accounts import staff
from service.database.tables.sign_requests import sign_requests


class SignRequests:
    """The requests of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def free(self, staff_id: str, pause: timedelta) -> bool:
        """Whether this person was asked nothing for so long; if so, held for this transaction, so
        that of two signatures at once one is mailed."""
        rested = select(staff.c.id).where(staff.c.id == staff_id, _rested(pause))
        if self._connection.execute(rested).first() is None:
            return False
        # No lock that an act, whose row names its countersigner, would wait for.
        return self._connection.execute(rested.with_for_update(key_share=True)).first() is not None

    def note_mailed(self, staff_id: str) -> None:
        """This person is asked by a mail now."""
        self._connection.execute(
            update(staff)
            .where(staff.c.id == staff_id)
            .values(asked_to_sign_at=func.clock_timestamp())
        )

    def keep(self, staff_id: str, agreement_id: str) -> None:
        """This agreement waits for that person's next mail."""
        self._connection.execute(
            upsert(sign_requests)
            .values(staff_id=staff_id, agreement_id=agreement_id)
            .on_conflict_do_nothing()
        )

    def any_kept(self, staff_id: str) -> bool:
        """Whether something waits for the next mail."""
        found = select(sign_requests.c.staff_id).where(sign_requests.c.staff_id == staff_id)
        return self._connection.execute(found.limit(1)).first() is not None

    def take(self, staff_id: str) -> list[str]:
        """The agreements that wait for the next mail, oldest first; they wait no longer."""
        taken = (
            delete(sign_requests)
            .where(sign_requests.c.staff_id == staff_id)
            .returning(sign_requests.c.since, sign_requests.c.agreement_id)
        )
        return [row.agreement_id for row in sorted(self._connection.execute(taken))]

    def due(self, pause: timedelta) -> list[str]:
        """Who can be mailed about what waits."""
        return list(
            self._connection.execute(
                select(staff.c.id)
                .where(staff.c.id.in_(select(sign_requests.c.staff_id)), _rested(pause))
                .order_by(staff.c.id)
            ).scalars()
        )


def _rested(pause: timedelta) -> ColumnElement[bool]:
    asked = staff.c.asked_to_sign_at
    return asked.is_(None) | (asked < func.clock_timestamp() - pause)
