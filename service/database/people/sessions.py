"""The sessions of staff: their two expiry times, and the owner's last proof of identity."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, text, update

from service.agreement.accounts import Session
from service.agreement.terms import STAFF_SESSION_HOURS, STAFF_SESSION_IDLE_HOURS
from service.database.people.accounts import person_of
from service.database.tables.accounts import staff, staff_sessions
from service.database.tables.columns import is_id
from service.database.tables.records import Records, record

MOST_OF_USER_AGENT = 400


class StaffSessions(Records):
    def start(self, staff_id: str, secret_hash: bytes, user_agent: str) -> None:
        """Start a session for a person who has just given the password."""
        self._connection.execute(
            insert(staff_sessions).values(
                secret_hash=secret_hash,
                id=str(uuid.uuid4()),
                staff_id=staff_id,
                user_agent=user_agent[:MOST_OF_USER_AGENT],
                expires_at=_in_hours(STAFF_SESSION_IDLE_HOURS),
                ends_at=_in_hours(STAFF_SESSION_HOURS),
                proved_at=func.clock_timestamp(),
                proved_by="password",
            )
        )

    def get(self, secret_hash: bytes) -> Session | None:
        """None if it has ended or the account is inactive."""
        row = self._connection.execute(_ONE, {"secret": secret_hash}).one_or_none()
        return _session(row) if row else None

    def use(self, secret_hash: bytes) -> Session | None:
        """The same, and record its use."""
        row = self._connection.execute(_ONE, {"secret": secret_hash}).one_or_none()
        if row and row.rested:
            self.prolong(secret_hash)
        return _session(row) if row else None

    def of(self, staff_id: str) -> list[Session]:
        """The current sessions of an account, most recently used first."""
        rows = self._connection.execute(
            _SESSIONS.where(staff_sessions.c.staff_id == staff_id, *_ALIVE).order_by(
                staff_sessions.c.last_seen_at.desc(), staff_sessions.c.id
            )
        )
        return [_session(row) for row in rows]

    def prolong(self, secret_hash: bytes) -> None:
        """Restart the idle time; written at most once in five minutes."""
        self._connection.execute(_PROLONG, {"secret": secret_hash})

    def note_proof(self, secret_hash: bytes) -> None:
        self._connection.execute(
            update(staff_sessions)
            .where(staff_sessions.c.secret_hash == secret_hash)
            .values(proved_at=func.clock_timestamp(), proved_by="password")
        )

    def end(self, secret_hash: bytes) -> None:
        self._connection.execute(
            delete(staff_sessions).where(staff_sessions.c.secret_hash == secret_hash)
        )

    def end_one(self, staff_id: str, session_id: str) -> bool:
        """False if this account has no session with that id."""
        if not is_id(session_id):
            return False
        found = self._connection.execute(
            delete(staff_sessions)
            .where(staff_sessions.c.id == session_id, staff_sessions.c.staff_id == staff_id)
            .returning(staff_sessions.c.id)
        )
        return found.first() is not None

    def end_all(self, staff_id: str, *, but: bytes = b"") -> int:
        """End all sessions except ``but``; returns how many."""
        ended = self._connection.execute(
            delete(staff_sessions)
            .where(staff_sessions.c.staff_id == staff_id, staff_sessions.c.secret_hash != but)
            .returning(staff_sessions.c.id)
        )
        return len(ended.all())


_ALIVE = (
    staff_sessions.c.expires_at > func.clock_timestamp(),
    staff_sessions.c.ends_at > func.clock_timestamp(),
    staff.c.active,
)
_SESSIONS = select(
    staff,
    staff_sessions.c.id.label("session_id"),
    staff_sessions.c.user_agent,
    staff_sessions.c.created_at.label("began_at"),
    staff_sessions.c.last_seen_at,
    staff_sessions.c.proved_at,
).join(staff_sessions, staff_sessions.c.staff_id == staff.c.id)
_THIS = staff_sessions.c.secret_hash == bindparam("secret")
_RESTED = staff_sessions.c.last_seen_at < func.clock_timestamp() - text("interval '5 minutes'")
_ONE = _SESSIONS.add_columns(_RESTED.label("rested")).where(_THIS, *_ALIVE)


def _in_hours(hours: int) -> Any:
    return func.clock_timestamp() + text(f"interval '{hours} hours'")


_PROLONG = (
    update(staff_sessions)
    .where(_THIS, _RESTED)
    .values(last_seen_at=func.clock_timestamp(), expires_at=_in_hours(STAFF_SESSION_IDLE_HOURS))
)


def _session(row: Any) -> Session:
    return record(Session, row, id=row.session_id, person=person_of(row), created_at=row.began_at)
