"""The expiry of the last time stamp of each sealed file, so that it is renewed in time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, Table, Text, func, select, true, update
from sqlalchemy.dialects.postgresql import insert as upsert

from service.agreement.states import PackageState
from service.database.keeping.archive import ArchivedObject
from service.database.tables.archive import archive_states, archived_objects
from service.database.tables.columns import agreement_id, instant, metadata, now, words
from service.database.tables.contract_lives import contract_lives
from service.database.tables.records import Records, columns, record
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
)

SEALED_FILES = (AGREEMENT, SHEET)


@dataclass(frozen=True)
class DocumentStamp:
    """The last time stamp of one file: the package's sealed file ``of``, or a renewed copy of it.
    Instants are aware UTC."""

    agreement_id: str
    name: str
    of: str
    stamped_at: datetime
    proves_until: datetime


@dataclass(frozen=True)
class Due:
    """A file whose last time stamp expires soon: the newest copy."""

    stamp: DocumentStamp
    kept: ArchivedObject
    prefix: str


class DocumentStamps(Records):
    def unread(self, limit: int) -> list[tuple[str, ArchivedObject]]:
        """Archived sealed files whose time stamps have not been read yet, with the agreement id."""
        # A subquery per file: few are unread, and very many are read.
        state = (
            select(archive_states.c.state)
            .where(archive_states.c.agreement_id == archived_objects.c.agreement_id)
            .scalar_subquery()
        )
        rows = self._connection.execute(
            select(archived_objects)
            .where(
                archived_objects.c.name.in_(words(SEALED_FILES)),
                archived_objects.c.stamp_proves_until.is_(None),
                state == PackageState.VERIFIED,
            )
            .limit(limit)
        )
        return [(row.agreement_id, ArchivedObject.of(row)) for row in rows]

    def add(self, stamp: DocumentStamp) -> bool:
        """Record one; False if it was already recorded."""
        made = self._connection.execute(
            upsert(document_stamps)
            .values(columns(stamp))
            .on_conflict_do_nothing()
            .returning(document_stamps.c.name)
        )
        if made.first() is None:
            return False
        newest = _newest(
            document_stamps.c.agreement_id == stamp.agreement_id, document_stamps.c.of == stamp.of
        )
        self._connection.execute(
            update(archived_objects)
            .where(
                archived_objects.c.agreement_id == stamp.agreement_id,
                archived_objects.c.name == stamp.of,
            )
            .values(
                stamp_proves_until=newest.with_only_columns(
                    document_stamps.c.proves_until
                ).scalar_subquery()
            )
        )
        return True

    def due(self, now: datetime, before: datetime, kept_no_longer: date, limit: int) -> list[Due]:
        """Files whose newest time stamp is valid at ``now`` and expires before ``before``, the most
        urgent first; without agreements that ended before ``kept_no_longer``."""
        newest = _newest(
            document_stamps.c.agreement_id == _sealed.c.agreement_id,
            document_stamps.c.of == _sealed.c.name,
        ).lateral("newest")
        rows = self._connection.execute(
            select(
                archived_objects,
                newest.c.of,
                newest.c.stamped_at,
                newest.c.proves_until,
                archive_states.c.prefix,
            )
            .select_from(_sealed)
            .join(newest, true())
            .join(
                archived_objects,
                (archived_objects.c.agreement_id == newest.c.agreement_id)
                & (archived_objects.c.name == newest.c.name),
            )
            .join(archive_states, archive_states.c.agreement_id == newest.c.agreement_id)
            .where(
                _sealed.c.stamp_proves_until > now,
                _sealed.c.stamp_proves_until < before,
                _still_kept(kept_no_longer),
            )
            .order_by(_sealed.c.stamp_proves_until)
            .limit(limit)
        )
        return [
            Due(
                record(DocumentStamp, row),
                ArchivedObject.of(row),
                row.prefix,
            )
            for row in rows
        ]

    def late(self, now: datetime, kept_no_longer: date) -> set[str]:
        """Ids of agreements with a file whose newest time stamp had expired by ``now``, without
        those that ended before ``kept_no_longer``. The recorded SHA-256 still proves the file."""
        return set(
            self._column(
                select(_sealed.c.agreement_id).where(
                    _sealed.c.stamp_proves_until <= now, _still_kept(kept_no_longer)
                )
            )
        )


_sealed = archived_objects.alias("sealed")  # the original file of a stamp


def _still_kept(kept_no_longer: date) -> ColumnElement[bool]:
    # A subquery per file: few are due, and very many may have ended.
    ends_on = (
        select(contract_lives.c.ends_on)
        .where(contract_lives.c.agreement_id == _sealed.c.agreement_id)
        .scalar_subquery()
    )
    return func.coalesce(ends_on, kept_no_longer) >= kept_no_longer


def _newest(*conditions: ColumnElement[bool]) -> Select[Any]:
    newest_first = (document_stamps.c.stamped_at.desc(), document_stamps.c.name.desc())
    return select(document_stamps).where(*conditions).order_by(*newest_first).limit(1)
