"""What the database knows of the archive; the archive itself can be rebuilt without it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, func, null, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert

from service.database.tables.agreements import messages, originals
from service.database.tables.archive import RENEWED, archive_states, archived_objects

CHECKED = ("verified", "missing", "corrupt")  # what a check can find


@dataclass(frozen=True)
class ArchivedObject:
    """One object of an agreement's package."""

    name: str
    key: str
    version_id: str
    sha256: str
    size: int
    locked_until: datetime
    # The files that are in it, by name, each with its size and SHA-256; not the object itself.
    inside: Mapping[str, tuple[int, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, row: Any) -> ArchivedObject:
        """The object that a row records."""
        inside = {name: (size, sha256) for name, (size, sha256) in row.inside.items()}
        return cls(
            row.name, row.key, row.version_id, row.sha256, row.size, row.locked_until, inside
        )


@dataclass(frozen=True)
class ArchiveState:
    """local, stored, locked, verified; missing and corrupt raise an alarm.

    ``checked_at`` is the last check that found everything good, ``looked_at`` the last one at all.
    ``failure`` says what is wrong, or why the last try to store it or to read it back failed.
    """

    state: str
    prefix: str
    failure: str
    checked_at: datetime | None
    looked_at: datetime | None


_STATE = select(archive_states).where(archive_states.c.agreement_id == bindparam("agreement"))
_OBJECTS = (
    select(archived_objects)
    .where(archived_objects.c.agreement_id == bindparam("agreement"))
    .order_by(archived_objects.c.name)
)


class ArchiveRecords:
    """The archive's records of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def state(self, agreement_id: str) -> ArchiveState | None:
        """Where an agreement's package stands."""
        row = self._connection.execute(_STATE, {"agreement": agreement_id}).one_or_none()
        if row is None:
            return None
        return ArchiveState(row.state, row.prefix, row.failure, row.checked_at, row.looked_at)

    def set_state(self, agreement_id: str, state: str, prefix: str, failure: str = "") -> None:
        """Note where it stands now; what a check found, with the moment."""
        values: dict[str, Any] = {"state": state, "prefix": prefix, "failure": failure[:500]}
        if state in CHECKED:  # one moment for both, which ``clock_timestamp`` would not give
            values["looked_at"] = func.statement_timestamp()
        if state == "verified":
            values["checked_at"] = func.statement_timestamp()
        self._connection.execute(
            upsert(archive_states)
            .values(agreement_id=agreement_id, **values)
            .on_conflict_do_update(index_elements=["agreement_id"], set_=values)
        )

    def note_failure(self, agreement_id: str, failure: str) -> None:
        """Note why the last try failed; the state stays."""
        self._connection.execute(
            update(archive_states)
            .where(archive_states.c.agreement_id == agreement_id)
            .values(failure=failure[:500])
        )

    def note_looked(self, agreement_id: str) -> None:
        """Note that it was looked at; what was found changes nothing about its state."""
        self._connection.execute(
            update(archive_states)
            .where(archive_states.c.agreement_id == agreement_id)
            .values(looked_at=func.clock_timestamp())
        )

    def note_dispute(self, agreement_id: str, said: str) -> None:
        """Note that both verdicts were given, on what they disagree, and since when; empty when
        they agree."""
        since = func.coalesce(archive_states.c.disputed_since, func.clock_timestamp())
        self._connection.execute(
            update(archive_states)
            .where(archive_states.c.agreement_id == agreement_id)
            .values(
                dispute=said[:500],
                disputed_since=since if said else null(),
                judged_twice_at=func.statement_timestamp(),
            )
        )

    def put_objects(self, agreement_id: str, objects: list[ArchivedObject]) -> None:
        """Record the stored objects; a repetition changes nothing."""
        self._connection.execute(
            upsert(archived_objects)
            .values(
                [
                    {
                        "agreement_id": agreement_id,
                        "name": each.name,
                        "key": each.key,
                        "version_id": each.version_id,
                        "sha256": each.sha256,
                        "size": each.size,
                        "locked_until": each.locked_until,
                        "inside": dict(each.inside),
                    }
                    for each in objects
                ]
            )
            .on_conflict_do_nothing()
        )

    def objects(self, agreement_id: str) -> list[ArchivedObject]:
        """The objects of a package by name."""
        rows = self._connection.execute(_OBJECTS, {"agreement": agreement_id})
        return [ArchivedObject.of(row) for row in rows]

    def renewed_with_sha256(self, sha256: str) -> tuple[str, str] | None:
        """The agreement's id and the name of a renewed copy with this SHA-256."""
        row = self._connection.execute(
            select(archived_objects.c.agreement_id, archived_objects.c.name)
            .where(archived_objects.c.sha256 == sha256, RENEWED)
            .limit(1)
        ).one_or_none()
        return (row.agreement_id, row.name) if row else None

    def locked_for_less_than(
        self, days: int, *, after: tuple[datetime, str] | None, limit: int
    ) -> list[tuple[str, ArchivedObject]]:
        """Objects whose lock ends within ``days``, with their agreement's id: by the end of the
        lock, then by key. ``after`` is the end of the lock and the key of the last one seen."""
        by = tuple_(archived_objects.c.locked_until, archived_objects.c.key)
        statement = select(archived_objects).where(archived_objects.c.locked_until < _in_days(days))
        if after is not None:
            statement = statement.where(by > tuple_(*after))
        rows = self._connection.execute(
            statement.order_by(archived_objects.c.locked_until, archived_objects.c.key).limit(limit)
        )
        return [(row.agreement_id, ArchivedObject.of(row)) for row in rows]

    def note_lock(self, agreement_id: str, name: str, until: datetime) -> None:
        """Record until when an object is locked now."""
        self._connection.execute(
            update(archived_objects)
            .where(archived_objects.c.agreement_id == agreement_id, archived_objects.c.name == name)
            .values(locked_until=until)
        )

    def note_lock_failure(self, agreement_id: str, failure: str) -> bool:
        """The lock of one of its objects could not be extended; whether that is news."""
        its = archive_states.c.agreement_id == agreement_id
        news = self._connection.execute(
            update(archive_states)
            .where(its, archive_states.c.lock_failing_since.is_(None))
            .values(lock_failing_since=func.clock_timestamp())
        )
        self._connection.execute(
            update(archive_states).where(its).values(lock_failure=failure[:500])
        )
        return bool(news.rowcount)

    def forget_lock_failures(self, days: int) -> None:
        """End the trouble of each agreement of which no lock ends within ``days`` any more."""
        due = (
            select(archived_objects.c.key)
            .where(
                archived_objects.c.agreement_id == archive_states.c.agreement_id,
                archived_objects.c.locked_until < _in_days(days),
            )
            .exists()
        )
        self._connection.execute(
            update(archive_states)
            .where(archive_states.c.lock_failing_since.is_not(None), ~due)
            .values(lock_failing_since=None, lock_failure="")
        )

    def verified_for(self, hours: int) -> list[str]:
        """Agreements verified in the archive for so long that still have working copies here."""
        return list(
            self._connection.execute(
                select(archive_states.c.agreement_id)
                .join(originals, originals.c.agreement_id == archive_states.c.agreement_id)
                .where(
                    archive_states.c.state == "verified",
                    archive_states.c.checked_at
                    < func.statement_timestamp() - func.make_interval(0, 0, 0, 0, hours),
                    originals.c.pdf.is_not(None),
                    ~select(messages.c.id)
                    .where(
                        messages.c.agreement_id == archive_states.c.agreement_id,
                        messages.c.state.in_(("queued", "failed")),
                    )
                    .exists(),
                )
                .limit(1000)
            ).scalars()
        )


def _in_days(days: int) -> ColumnElement[object]:
    # Not the clock: an index is of use only with what stays the same while a statement runs.
    return func.statement_timestamp() + func.make_interval(0, 0, 0, days)
