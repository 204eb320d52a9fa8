"""One step for many agreements, with how far it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from service.agreement.batch import BatchKind, BatchLineState, BatchState
from service.agreement.terms import BATCH_DAYS
from service.database.tables.accounts import staff
from service.database.tables.agreements import agreements
from service.database.tables.batches import batch_lines, batches
from service.database.tables.columns import word
from service.database.tables.records import Records, record
from service.error_codes import ErrorCode
from service.errors import NotFound


@dataclass(frozen=True)
class Batch:
    """Instants are aware UTC; ``to_id`` and ``to_name`` are the new owner's, or empty; ``failure``
    is why it stopped by itself."""

    id: str
    kind: BatchKind
    by_id: str
    by_name: str
    state: BatchState
    days: int
    reason: str
    to_id: str
    to_name: str
    failure: str
    created_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True)
class NewLines:
    """Agreements with one answer: ``failure`` is empty if they will have their turn."""

    ids: Sequence[str]
    failure: str


@dataclass(frozen=True)
class NotDone:
    reference: str
    organisation: str
    state: BatchLineState
    failure: str


_owner = staff.alias("owner")
_WHOLE = (
    select(
        batches,
        staff.c.name.label("by_name"),
        func.coalesce(_owner.c.name, "").label("to_name"),
    )
    .join(staff, staff.c.id == batches.c.by_id)
    .outerjoin(_owner, _owner.c.id == batches.c.to_id)
)

_OLD = batches.c.ended_at < func.statement_timestamp() - text(f"interval '{BATCH_DAYS} days'")
_DROP_OLD_LINES = delete(batch_lines).where(
    batch_lines.c.batch_id.in_(select(batches.c.id).where(_OLD))
)
_DROP_OLD = delete(batches).where(_OLD)


# The last made agreement first.
_ADD_LINES = text(
    """
    insert into batch_lines (batch_id, position, agreement_id, failure, state)
    select cast(:batch_id as uuid),
      row_number() over (order by agreements.created_at desc, agreements.id desc) - 1,
      agreements.id, each.failure, case when each.failure = '' then :waiting else :refused end
    from unnest(cast(:ids as uuid[]), cast(:failures as text[])) as each (id, failure)
    join agreements on agreements.id = each.id
    """
)


class Batches(Records):
    def add(
        self,
        batch_id: str,
        kind: BatchKind,
        by_id: str,
        lines: Sequence[NewLines],
        *,
        days: int,
        reason: str,
        to_id: str = "",
    ) -> bool:
        """Store a batch with its lines; False if this one was stored before."""
        added = self._connection.execute(
            upsert(batches)
            .values(
                id=batch_id,
                kind=kind.value,
                by_id=by_id,
                state=BatchState.RUNNING.value,
                days=days,
                reason=reason,
                to_id=to_id or None,
            )
            .on_conflict_do_nothing()
        )
        if not added.rowcount:
            return False
        values = {
            "batch_id": batch_id,
            "ids": [each for some in lines for each in some.ids],
            "failures": [some.failure for some in lines for _ in some.ids],
            "waiting": BatchLineState.WAITING.value,
            "refused": BatchLineState.REFUSED.value,
        }
        self._connection.execute(_ADD_LINES, values)
        return True

    def known(self, batch_id: str) -> bool:
        return bool(self._column(select(batches.c.id).where(batches.c.id == batch_id)))

    def get(self, batch_id: str) -> Batch:
        """Raises NotFound."""
        return self._one(_WHOLE.where(batches.c.id == batch_id))

    def lock(self, batch_id: str) -> Batch:
        """The same under its row lock: no line of it is being done. Raises NotFound."""
        return self._one(_WHOLE.where(batches.c.id == batch_id).with_for_update(of=batches))

    def hold(self, batch_id: str) -> Batch | None:
        """If it is running; it stays so until this transaction ends."""
        held = _WHOLE.where(batches.c.id == batch_id).with_for_update(of=batches, read=True)
        found = self._one(held)
        return found if found.state is BatchState.RUNNING else None

    def _one(self, statement: Select[Any]) -> Batch:
        row = self._connection.execute(statement).one_or_none()
        if row is None:
            raise NotFound(ErrorCode.NOT_FOUND)
        return _batch(row)

    def unfinished(self) -> list[Batch]:
        """Oldest first."""
        wanted = _WHOLE.where(batches.c.state == word(BatchState.RUNNING))
        return [
            _batch(row) for row in self._connection.execute(wanted.order_by(batches.c.created_at))
        ]

    def newest_of(self, by_id: str, *, limit: int) -> list[Batch]:
        wanted = _WHOLE.where(batches.c.by_id == by_id).order_by(batches.c.created_at.desc())
        return [_batch(row) for row in self._connection.execute(wanted.limit(limit))]

    def take_next(self, batch_id: str) -> tuple[int, str] | None:
        """The position and agreement of the first waiting line that is not locked, under its row
        lock."""
        row = self._connection.execute(
            select(batch_lines.c.position, batch_lines.c.agreement_id)
            .where(
                batch_lines.c.batch_id == batch_id,
                batch_lines.c.state == word(BatchLineState.WAITING),
            )
            .order_by(batch_lines.c.position)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).one_or_none()
        return (row.position, row.agreement_id) if row else None

    def mark(self, batch_id: str, position: int, state: BatchLineState, failure: str = "") -> None:
        """Record what became of a waiting line."""
        self._connection.execute(
            update(batch_lines)
            .where(
                batch_lines.c.batch_id == batch_id,
                batch_lines.c.position == position,
                batch_lines.c.state == word(BatchLineState.WAITING),
            )
            .values(state=state.value, failure=failure)
        )

    def waiting(self, batch_id: str, agreement_ids: Sequence[str]) -> set[str]:
        """Those of these agreements whose turn is still to come."""
        found = select(batch_lines.c.agreement_id).where(
            batch_lines.c.batch_id == batch_id,
            batch_lines.c.agreement_id.in_(agreement_ids),
            batch_lines.c.state == word(BatchLineState.WAITING),
        )
        return set(self._column(found))

    def mark_with(self, batch_id: str, agreement_ids: Sequence[str]) -> None:
        """Record that these agreements had their turn with another one, except lines that somebody
        else works at: waiting for those could be a deadlock."""
        ours = batch_lines.c.batch_id == batch_id
        free = self._column(
            select(batch_lines.c.position)
            .where(
                ours,
                batch_lines.c.agreement_id.in_(agreement_ids),
                batch_lines.c.state == word(BatchLineState.WAITING),
            )
            .with_for_update(skip_locked=True)
        )
        for position in free:
            self.mark(batch_id, position, BatchLineState.DONE)

    def counts(self, batch_id: str) -> dict[BatchLineState, int]:
        """How many lines are in each state."""
        rows = self._connection.execute(
            select(batch_lines.c.state, func.count())
            .where(batch_lines.c.batch_id == batch_id)
            .group_by(batch_lines.c.state)
        )
        return {BatchLineState(state): count for state, count in rows}

    def not_done(self, batch_id: str, *, limit: int) -> list[NotDone]:
        """The first lines that were refused or failed."""
        rows = self._connection.execute(
            select(
                batch_lines.c.state,
                batch_lines.c.failure,
                agreements.c.reference,
                agreements.c.controller["name"].astext.label("organisation"),
            )
            .join(agreements, agreements.c.id == batch_lines.c.agreement_id)
            .where(batch_lines.c.batch_id == batch_id, batch_lines.c.failure != word(""))
            .order_by(batch_lines.c.position)
            .limit(limit)
        ).mappings()
        return [record(NotDone, row, state=BatchLineState(row["state"])) for row in rows]

    def drop_old(self) -> None:
        """Delete what ended long ago; the log keeps who did what to which agreement."""
        self._connection.execute(_DROP_OLD_LINES)
        self._connection.execute(_DROP_OLD)

    def end(self, batch_id: str, state: BatchState, failure: str = "") -> None:
        self._connection.execute(
            update(batches)
            .where(batches.c.id == batch_id)
            .values(state=state.value, failure=failure, ended_at=func.clock_timestamp())
        )


def _batch(row: Any) -> Batch:
    kind, state = BatchKind(row.kind), BatchState(row.state)
    return record(Batch, row, kind=kind, state=state, to_id=row.to_id or "")
