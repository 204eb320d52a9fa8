"""What the archive keeps, or will keep, of recorded ends: one record per change.

The caller of a change holds the agreement's row lock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, insert, select, update

from service.agreement.states import PackageState
from service.database.tables.archive import archive_states
from service.database.tables.columns import word
from service.database.tables.contract_lives import end_records
from service.database.tables.records import Records, columns, record


@dataclass(frozen=True)
class KeptEnd:
    """One change. ``record`` is None if it is older than records, ``seal`` until it is made;
    ``failure`` is why the last attempt to store them failed."""

    number: int
    record: bytes | None
    seal: bytes | None = None
    failure: str = ""
    stored: bool = False


_WAITING = (
    select(end_records.c.agreement_id)
    # Its package comes first: without it nothing is in the archive.
    .join(archive_states, archive_states.c.agreement_id == end_records.c.agreement_id)
    .where(
        end_records.c.stored_at.is_(None), archive_states.c.state != word(PackageState.LOCAL.value)
    )
)


class EndRecords(Records):
    def of(self, agreement_id: str) -> list[KeptEnd]:
        """All changes, in order."""
        rows = self._connection.execute(
            select(end_records)
            .where(end_records.c.agreement_id == agreement_id)
            .order_by(end_records.c.number)
        )
        return [record(KeptEnd, row, stored=row.stored_at is not None) for row in rows]

    def add(self, agreement_id: str, number: int, made: bytes) -> None:
        """Add the next change, which the archive does not have yet."""
        row = {"agreement_id": agreement_id, "number": number, "record": made}
        self._connection.execute(insert(end_records).values(row))

    def restore(self, agreement_id: str, kept: Sequence[KeptEnd]) -> None:
        for each in kept:
            row = columns(each, agreement_id=agreement_id, stored_at=func.clock_timestamp())
            row.pop("stored")
            self._connection.execute(insert(end_records).values(row))

    def fill_in(self, agreement_id: str, number: int, made: bytes) -> None:
        """Add the record of a change from before there were records."""
        self._change(agreement_id, number, record=made)

    def put_seal(self, agreement_id: str, number: int, seal: bytes) -> bytes:
        """Add the seal over a record, and return the one in force: that of the first worker."""
        kept = func.coalesce(end_records.c.seal, seal)
        return bytes(
            self._connection.execute(
                update(end_records)
                .where(end_records.c.agreement_id == agreement_id, end_records.c.number == number)
                .values(seal=kept)
                .returning(end_records.c.seal)
            ).scalar_one()
        )

    def note_stored(self, agreement_id: str, number: int) -> None:
        """Record that the archive has it; a repetition changes nothing."""
        stored = func.coalesce(end_records.c.stored_at, func.clock_timestamp())
        self._change(agreement_id, number, stored_at=stored, failure="")

    def note_failure(self, agreement_id: str, failure: str) -> None:
        self._connection.execute(
            update(end_records)
            .where(end_records.c.agreement_id == agreement_id, end_records.c.stored_at.is_(None))
            .values(failure=failure[:500])
        )

    def waiting(self, limit: int) -> list[str]:
        """Ids of agreements with changes that the archive lacks; those that failed come last."""
        by = (func.min(end_records.c.failure) != "", func.min(end_records.c.made_at))
        found = _WAITING.group_by(end_records.c.agreement_id).order_by(*by)
        return self._column(found.limit(limit))

    def any_waiting(self, seconds: int) -> bool:
        before = func.statement_timestamp() - func.make_interval(0, 0, 0, 0, 0, 0, seconds)
        return bool(self._column(_WAITING.where(end_records.c.made_at < before).limit(1)))

    def _change(self, agreement_id: str, number: int, **values: object) -> None:
        self._connection.execute(
            update(end_records)
            .where(end_records.c.agreement_id == agreement_id, end_records.c.number == number)
            .values(values)
        )
