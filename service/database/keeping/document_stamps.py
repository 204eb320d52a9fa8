"""Until when the last time stamp of each sealed file proves, so that it is renewed in time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, Index, Subquery, Table, Text, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.dialects.postgresql import insert as upsert

from service.database.keeping.archive import ArchivedObject
from service.database.tables.archive import archive_states, archived_objects
from service.database.tables.columns import agreement_id, instant, metadata, now
from signatures.package.names import AGREEMENT, SHEET

document_stamps = Table(
    "document_stamps",
    metadata,
    agreement_id(primary=True),
    Column("name", Text, primary_key=True),
    Column("of", Text, nullable=False),
    instant("stamped_at"),
    instant("proves_until"),
    now("created_at"),
    Index("ix_document_stamps_proves_until", "proves_until"),
)

SEALED_FILES = (AGREEMENT, SHEET)


@dataclass(frozen=True)
class DocumentStamp:
    """The last time stamp of one file; instants are aware UTC.

    ``of`` is the sealed file in the package that it belongs to, itself or its renewed copy.
    """

    agreement_id: str
    name: str
    of: str
    stamped_at: datetime
    proves_until: datetime


@dataclass(frozen=True)
class Due:
    """A file whose last time stamp ages, the newest of its kind."""

    stamp: DocumentStamp
    kept: ArchivedObject
    prefix: str


class DocumentStamps:
    """The time stamps of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def unread(self, limit: int) -> list[tuple[str, ArchivedObject]]:
        """Sealed files in the archive of which it is not known yet, with their agreement's id."""
        rows = self._connection.execute(
            select(archived_objects)
            .join(archive_states, archive_states.c.agreement_id == archived_objects.c.agreement_id)
            .outerjoin(
                document_stamps,
                (document_stamps.c.agreement_id == archived_objects.c.agreement_id)
                & (document_stamps.c.name == archived_objects.c.name),
            )
            .where(
                archived_objects.c.name.in_(SEALED_FILES),
                archive_states.c.state == "verified",
                document_stamps.c.name.is_(None),
            )
            .limit(limit)
        )
        return [(row.agreement_id, ArchivedObject.of(row)) for row in rows]

    def add(self, stamp: DocumentStamp) -> bool:
        """Note one; False when it was noted before."""
        made = self._connection.execute(
            upsert(document_stamps)
            .values(
                agreement_id=stamp.agreement_id,
                name=stamp.name,
                of=stamp.of,
                stamped_at=stamp.stamped_at,
                proves_until=stamp.proves_until,
            )
            .on_conflict_do_nothing()
            .returning(document_stamps.c.name)
        )
        return made.first() is not None

    def due(self, now: datetime, before: datetime, limit: int) -> list[Due]:
        """Files whose newest time stamp proves at ``now`` and no longer than ``before``, the most
        urgent first."""
        newest = self._newest()
        rows = self._connection.execute(
            select(
                archived_objects,
                newest.c.of,
                newest.c.stamped_at,
                newest.c.proves_until,
                archive_states.c.prefix,
            )
            .join(
                newest,
                (newest.c.agreement_id == archived_objects.c.agreement_id)
                & (newest.c.name == archived_objects.c.name),
            )
            .join(archive_states, archive_states.c.agreement_id == archived_objects.c.agreement_id)
            .where(newest.c.proves_until > now, newest.c.proves_until < before)
            .order_by(newest.c.proves_until)
            .limit(limit)
        )
        return [
            Due(
                DocumentStamp(row.agreement_id, row.name, row.of, row.stamped_at, row.proves_until),
                ArchivedObject.of(row),
                row.prefix,
            )
            for row in rows
        ]

    def late(self, now: datetime) -> set[str]:
        """Ids of agreements of which the newest time stamp of a file had ended by ``now``: their
        recorded SHA-256 still proves it."""
        newest = self._newest()
        return set(
            self._connection.execute(
                select(newest.c.agreement_id).where(newest.c.proves_until <= now)
            ).scalars()
        )

    @staticmethod
    def _newest() -> Subquery:
        return (
            select(document_stamps)
            .ext(distinct_on(document_stamps.c.agreement_id, document_stamps.c.of))
            .order_by(
                document_stamps.c.agreement_id,
                document_stamps.c.of,
                document_stamps.c.stamped_at.desc(),
            )
            .subquery()
        )
