"""Answered requests: a repetition within a day gets the first answer."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, func, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from service.agreement.permissions import Principal
from service.agreement.terms import REPEATED_REQUEST_HOURS
from service.database.tables.idempotency_keys import idempotency_keys
from service.database.tables.records import Records
from service.error_codes import ErrorCode
from service.errors import KeyReused


@dataclass(frozen=True)
class Asked:
    """One request under a key of its principal."""

    principal: Principal
    key: str
    body_sha256: str


class IdempotencyKeys(Records):
    def answered(self, asked: Asked) -> str | None:
        """The answer to this principal under this key within a day; waits for a first request that
        is not answered yet.

        Raises KeyReused if the request differs from the first.
        """
        words = f"{asked.principal.actor} {asked.key}"
        self._connection.execute(
            select(func.pg_advisory_xact_lock(func.hashtextextended(words, 1)))
        )
        row = self._connection.execute(
            select(idempotency_keys.c.body_sha256, idempotency_keys.c.answer).where(
                idempotency_keys.c.principal == asked.principal.actor,
                idempotency_keys.c.key == asked.key,
                ~_ended(),
            )
        ).one_or_none()
        if row and row.body_sha256 not in ("", asked.body_sha256):
            raise KeyReused(ErrorCode.KEY_REUSED, reference=row.answer)
        return row.answer if row else None

    def remember(self, asked: Asked, answer: str) -> None:
        """Store the answer, replacing an expired key."""
        new = {
            "body_sha256": asked.body_sha256,
            "answer": answer,
            "created_at": func.clock_timestamp(),
        }
        self._connection.execute(
            upsert(idempotency_keys)
            .values(principal=asked.principal.actor, key=asked.key, **new)
            .on_conflict_do_update(index_elements=["principal", "key"], set_=new, where=_ended())
        )

    def drop_ended(self) -> None:
        self._connection.execute(delete(idempotency_keys).where(_ended()))


def _ended() -> ColumnElement[bool]:
    a_day = text(f"interval '{REPEATED_REQUEST_HOURS} hours'")
    return idempotency_keys.c.created_at < func.statement_timestamp() - a_day
