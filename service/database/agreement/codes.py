"""The codes that prove a mailbox; only their hashes are stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, func, insert, literal, select, text, update

from service.agreement.capabilities import Purpose
from service.agreement.terms import CODE_MINUTES, CODE_TRIES
from service.database.agreement.tries import Tried
from service.database.tables.links import code_challenges, link_sessions
from service.database.tables.records import record


@dataclass(frozen=True)
class Challenge:
    id: str
    code_hash: bytes
    purpose: Purpose
    tries: int
    together: tuple[str, ...]
    expired: bool
    consumed: bool

    def is_for(self, reference: str) -> bool:
        return not self.together or reference in self.together


_ASKED_AT = code_challenges.c.created_at
_CODES_ASKED = (
    select(
        func.count()
        .filter(func.clock_timestamp() - text("interval '1 hour'") < _ASKED_AT)
        .label("hour"),
        func.count().label("day"),
    )
    .select_from(code_challenges)
    .where(
        code_challenges.c.link_id == bindparam("link"),
        func.clock_timestamp() - text("interval '24 hours'") < _ASKED_AT,
    )
)
_NEWEST_CHALLENGE = (
    select(
        code_challenges,
        (code_challenges.c.expires_at <= func.clock_timestamp()).label("expired"),
    )
    .where(code_challenges.c.link_id == bindparam("link"))
    .order_by(code_challenges.c.created_at.desc())
    .limit(1)
)


_USABLE = (
    code_challenges.c.consumed_at.is_(None),
    code_challenges.c.expires_at > func.clock_timestamp(),
    code_challenges.c.tries < CODE_TRIES,
)
_PROVED = (
    update(link_sessions)
    .where(link_sessions.c.secret_hash == bindparam("changed"))
    .values(
        challenge_id=bindparam("used"),
        authenticated_at=func.clock_timestamp(),
        last_seen_at=func.clock_timestamp(),
    )
)


class Codes(Tried):
    codes = code_challenges
    usable = _USABLE

    def codes_asked(self, link_id: str) -> tuple[int, int]:
        """In the last hour and in the last 24 hours."""
        row = self._connection.execute(_CODES_ASKED, {"link": link_id}).one()
        return row.hour, row.day

    def add_challenge(
        self,
        challenge_id: str,
        link_id: str,
        code_hash: bytes,
        *,
        to: str,
        purpose: Purpose,
        together: Sequence[str] = (),
    ) -> None:
        """Add a code; older ones of the link become unusable, whatever their purpose. ``together``
        are the references that it is for; empty: the link's."""
        self._connection.execute(
            update(code_challenges)
            .where(code_challenges.c.link_id == link_id, code_challenges.c.consumed_at.is_(None))
            .values(expires_at=func.least(code_challenges.c.expires_at, func.clock_timestamp()))
        )
        self._connection.execute(
            insert(code_challenges).values(
                id=challenge_id,
                link_id=link_id,
                code_hash=code_hash,
                sent_to=to,
                purpose=purpose.value,
                together=list(together),
                expires_at=func.clock_timestamp() + text(f"interval '{CODE_MINUTES} minutes'"),
            )
        )

    def add_proved(
        self, challenge_id: str, link_id: str, code_hash: bytes, *, to: str, asked_at: datetime
    ) -> None:
        """Add a code that was mailed before the link was there, and entered just now."""
        self._connection.execute(
            insert(code_challenges).values(
                id=challenge_id,
                link_id=link_id,
                code_hash=code_hash,
                sent_to=to,
                purpose=Purpose.SIGN.value,
                created_at=asked_at,
                expires_at=literal(asked_at) + text(f"interval '{CODE_MINUTES} minutes'"),
                consumed_at=func.clock_timestamp(),
            )
        )

    def link_of(self, challenge_id: str) -> str:
        found = select(code_challenges.c.link_id).where(code_challenges.c.id == challenge_id)
        return str(self._connection.execute(found).scalar_one())

    def prove(self, secret_hash: bytes, challenge_id: str) -> None:
        self._connection.execute(_PROVED, {"changed": secret_hash, "used": challenge_id})

    def last_challenge(self, link_id: str) -> Challenge | None:
        """The newest code of a link, under its row lock."""
        return self._challenge(_NEWEST_CHALLENGE.with_for_update(), link_id)

    def newest_challenge(self, link_id: str) -> Challenge | None:
        """The same without a lock, to show its status."""
        return self._challenge(_NEWEST_CHALLENGE, link_id)

    def _challenge(self, statement: Select[Any], link_id: str) -> Challenge | None:
        row = self._connection.execute(statement, {"link": link_id}).one_or_none()
        if row is None:
            return None
        return record(
            Challenge,
            row,
            purpose=Purpose(row.purpose),
            consumed=row.consumed_at is not None,
            together=tuple(row.together),
        )

    def consume(self, challenge_id: str, secret_hash: bytes, browser: str | None = None) -> bool:
        """Use the code for one session, or for a bundle's ``browser``: a single conditional update
        decides which was first."""
        used = self._connection.execute(
            update(code_challenges)
            .where(code_challenges.c.id == challenge_id, *_USABLE)
            .values(consumed_at=func.clock_timestamp(), browser=browser)
        )
        if used.rowcount != 1:
            return False
        self.prove(secret_hash, challenge_id)
        return True
