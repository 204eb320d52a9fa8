"""The recorded ends of agreements. The caller of a change holds the agreement's row lock."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from service.agreement.end_reason import EndReason
from service.agreement.life import End, RecordedEnd
from service.database.tables.contract_lives import contract_lives
from service.database.tables.records import Records, columns, record

_END = select(contract_lives).where(contract_lives.c.agreement_id == bindparam("agreement"))


class ContractLives(Records):
    def end_of(self, agreement_id: str) -> RecordedEnd | None:
        row = self._connection.execute(_END, {"agreement": agreement_id}).one_or_none()
        return _recorded(row) if row else None

    def record_end(self, agreement_id: str, end: End, by: str) -> RecordedEnd:
        """Record the end, in the place of any other; ``by`` is the actor in the log."""
        told = columns(end, noted_at=func.clock_timestamp(), noted_by=by)
        return _recorded(self._put(agreement_id, told))

    def restore(self, agreement_id: str, end: RecordedEnd | None) -> None:
        """Put back the end that the archive says is in force; None if there is none."""
        if end is None:
            self.forget_end(agreement_id)
        else:
            self._put(agreement_id, columns(end))

    def _put(self, agreement_id: str, told: dict[str, Any]) -> Any:
        return self._connection.execute(
            upsert(contract_lives)
            .values(agreement_id=agreement_id, **told)
            .on_conflict_do_update(index_elements=["agreement_id"], set_=told)
            .returning(contract_lives)
        ).one()

    def forget_end(self, agreement_id: str) -> None:
        self._connection.execute(
            delete(contract_lives).where(contract_lives.c.agreement_id == agreement_id)
        )


def _recorded(row: Any) -> RecordedEnd:
    return record(RecordedEnd, row, reason=EndReason(row.reason))
