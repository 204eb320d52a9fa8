"""The database's records of the archive; they can be rebuilt from the archive itself."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, func, null, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert

from service.agreement.states import DAMAGED, UNSENT, PackageState
from service.database.tables.archive import RENEWED, archive_states, archived_objects
from service.database.tables.contract_lives import contract_lives
from service.database.tables.documents import originals
from service.database.tables.messages import messages
from service.database.tables.records import Records, columns, record

CHECKED = (PackageState.VERIFIED, *DAMAGED)  # the possible results of a check


@dataclass(frozen=True)
class ArchivedObject:
    """One object of an agreement's package."""

    name: str
    key: str
    version_id: str
    sha256: str
    size: int
    locked_until: datetime
    # The files inside it by name, each with size and SHA-256; without the object itself.
    inside: Mapping[str, tuple[int, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, row: Any) -> ArchivedObject:
        listed = row.inside if row.packed is None else unpacked(row.packed)
        inside = {name: (size, sha256) for name, (size, sha256) in listed.items()}
        return record(cls, row, inside=inside)


# The usual list, so that only differences are stored. Never change it: it is needed to unpack what
# was packed with it.
_USUAL = (
    b'{"getoond'
    b'.pdf":131188}{"README.txt":17554,"LEESMIJ.txt":17936,"bewijs'
    b'.json":13947,"logboek.jsonl":13712,"sjabloon.docx":15044,"verschil.html":3695,"leesweerg'
    b'ave.html":20216,"zegels/bewijsblad.p7s":8304,"zegels/bewijsblad.txt":38,"certificaten/ze'
    b'gel.pem":1720,"certificaten/wortel.pem":1728,"certificaten/uitgever.pem":1728,"tijdstemp'
    b'els/bewijsblad.tst":4903,"zegels/controller_annex.p7s":8304,"certificaten/tijdstempel.pe'
    b'm":1761,"gemeenschappelijke-tekst.html":19017,"zegels/processor_agreement.p7s":8304,"zeg'
    b'els/controller_agreement.p7s":8304,"certificaten/intrekkingslijst.pem":889,"handelingen/'
    b'controller_annex.json":1667,"tijdstempels/controller_annex.tst":4903,"handelingen/proces'
    b'sor_agreement.json":1456,"tijdstempels/processor_agreement.tst":4903,"handelingen/contro'
    b'ller_agreement.json":1575,"tijdstempels/controller_agreement.tst":4903,"tijdstempels/bew'
    b'ijsblad-afsluiting.tst":4903,"tijdstempels/bewijsblad-afsluiting.txt":29,"certificaten/i'
    b'ntrekkingslijst-wortel.pem":889,"tijdstempels/overeenkomst-afsluiting.tst":4903}'
)


def packed(inside: Mapping[str, tuple[int, str]]) -> bytes:
    """The list of files inside an object in a third of the space: names and sizes compressed, then
    the digests."""
    sizes = {name: size for name, (size, _) in inside.items()}
    digests = b"".join(bytes.fromhex(sha256) for _, sha256 in inside.values())
    writer = zlib.compressobj(9, zdict=_USUAL)
    listed = writer.compress(json.dumps(sizes, separators=(",", ":")).encode())
    return listed + writer.flush() + digests


def unpacked(data: bytes) -> dict[str, tuple[int, str]]:
    """The list that was packed, also by former code without the usual list."""
    reader = zlib.decompressobj(zdict=_USUAL)
    sizes = json.loads(reader.decompress(data))
    digests = reader.unused_data
    return {
        name: (size, digests[32 * number : 32 * number + 32].hex())
        for number, (name, size) in enumerate(sizes.items())
    }


@dataclass(frozen=True)
class ArchiveState:
    """``checked_at`` is the last successful check, ``looked_at`` the last with any result.
    ``failure`` says what is wrong, or why the last attempt to store or read back failed."""

    state: PackageState
    prefix: str
    failure: str
    checked_at: datetime | None
    looked_at: datetime | None


@dataclass(frozen=True)
class EndingLock:
    """An object whose lock ends soon, and the end of its agreement; None if none is recorded."""

    agreement_id: str
    kept: ArchivedObject
    ends_on: date | None


_NOT_FINAL = archived_objects.c.final_for_years.is_(None)
_STATE = select(archive_states).where(archive_states.c.agreement_id == bindparam("agreement"))
_OBJECTS = (
    select(archived_objects)
    .where(archived_objects.c.agreement_id == bindparam("agreement"))
    .order_by(archived_objects.c.name)
)


class ArchiveRecords(Records):
    def state(self, agreement_id: str) -> ArchiveState | None:
        row = self._connection.execute(_STATE, {"agreement": agreement_id}).one_or_none()
        if row is None:
            return None
        return record(ArchiveState, row, state=PackageState(row.state))

    def set_state(
        self, agreement_id: str, state: PackageState, prefix: str, failure: str = ""
    ) -> None:
        """Record the state; also the time when it was stored, or that of a check."""
        values: dict[str, Any] = {"state": state, "prefix": prefix, "failure": failure[:500]}
        if state is PackageState.LOCKED:
            values["stored_at"] = func.statement_timestamp()
        if state in CHECKED:  # the same time for both, unlike ``clock_timestamp``
            values["looked_at"] = func.statement_timestamp()
        if state is PackageState.VERIFIED:
            values["checked_at"] = func.statement_timestamp()
        self._connection.execute(
            upsert(archive_states)
            .values(agreement_id=agreement_id, **values)
            .on_conflict_do_update(index_elements=["agreement_id"], set_=values)
        )

    def note_failure(self, agreement_id: str, failure: str) -> None:
        """The state does not change."""
        self._change(agreement_id, failure=failure[:500])

    def note_looked(self, agreement_id: str) -> None:
        """The state does not change."""
        self._change(agreement_id, looked_at=func.clock_timestamp())

    def note_dispute(self, agreement_id: str, said: str) -> None:
        """Record both verdicts' difference, empty if they agree, and since when they disagree."""
        since = func.coalesce(archive_states.c.disputed_since, func.clock_timestamp())
        self._change(
            agreement_id,
            dispute=said[:500],
            disputed_since=since if said else null(),
            judged_twice_at=func.statement_timestamp(),
        )

    def _change(self, agreement_id: str, **values: Any) -> None:
        its = archive_states.c.agreement_id == agreement_id
        self._connection.execute(update(archive_states).where(its).values(values))

    def put_objects(self, agreement_id: str, objects: list[ArchivedObject]) -> None:
        """Repeatable."""
        self._connection.execute(
            upsert(archived_objects)
            .values(
                [
                    columns(each, agreement_id=agreement_id, inside=dict(each.inside))
                    for each in objects
                ]
            )
            .on_conflict_do_nothing()
        )

    def objects(self, agreement_id: str) -> list[ArchivedObject]:
        """Sorted by name."""
        rows = self._connection.execute(_OBJECTS, {"agreement": agreement_id})
        return [ArchivedObject.of(row) for row in rows]

    def renewed_with_sha256(self, sha256: str) -> tuple[str, str] | None:
        """The agreement id and the name of a renewed copy with this SHA-256."""
        row = self._connection.execute(
            select(archived_objects.c.agreement_id, archived_objects.c.name)
            .where(archived_objects.c.sha256 == sha256, RENEWED)
            .limit(1)
        ).one_or_none()
        return (row.agreement_id, row.name) if row else None

    def locks_ending(
        self, before: datetime, *, after: tuple[datetime, str] | None, limit: int
    ) -> list[EndingLock]:
        """Locks that end before then and are still extended, by end and key. ``after`` is the end
        and the key of the last one seen."""
        by = tuple_(archived_objects.c.locked_until, archived_objects.c.key)
        statement = (
            select(archived_objects, contract_lives.c.ends_on)
            .outerjoin(
                contract_lives, contract_lives.c.agreement_id == archived_objects.c.agreement_id
            )
            .where(archived_objects.c.locked_until < before, _NOT_FINAL)
        )
        if after is not None:
            statement = statement.where(by > tuple_(*after))
        rows = self._connection.execute(
            statement.order_by(archived_objects.c.locked_until, archived_objects.c.key).limit(limit)
        )
        return [EndingLock(row.agreement_id, ArchivedObject.of(row), row.ends_on) for row in rows]

    def note_lock(
        self, agreement_id: str, name: str, until: datetime, *, final_for_years: int | None
    ) -> None:
        """``final_for_years`` are the years of retention if this is the last lock."""
        self._connection.execute(
            update(archived_objects)
            .where(archived_objects.c.agreement_id == agreement_id, archived_objects.c.name == name)
            .values(locked_until=until, final_for_years=final_for_years)
        )

    def reopen_locks_of(self, agreement_id: str) -> None:
        """Let the locks of an agreement be extended again if needed: its end changed."""
        self._connection.execute(
            update(archived_objects)
            .where(archived_objects.c.agreement_id == agreement_id, ~_NOT_FINAL)
            .values(final_for_years=None)
        )

    def reopen_locks(self, years: int, limit: int) -> int:
        """The same for at most ``limit`` locks that were final for another number of years than set
        now; returns how many."""
        its = archived_objects.c.final_for_years
        own = (archived_objects.c.agreement_id, archived_objects.c.name)
        # Not ``<>``, for which no index is used.
        other = select(*own).where(or_(its < years, its > years)).limit(limit)
        done = self._connection.execute(
            update(archived_objects).where(tuple_(*own).in_(other)).values(final_for_years=None)
        )
        return done.rowcount

    def note_lock_failure(self, agreement_id: str, failure: str) -> bool:
        """Record that the lock of one of its objects could not be extended; True if this is new."""
        its = archive_states.c.agreement_id == agreement_id
        news = self._connection.execute(
            update(archive_states)
            .where(its, archive_states.c.lock_failing_since.is_(None))
            .values(lock_failing_since=func.clock_timestamp())
        )
        self._change(agreement_id, lock_failure=failure[:500])
        return bool(news.rowcount)

    def forget_lock_failures(self, before: datetime) -> None:
        """Clear the lock failure of each agreement without a lock to extend before then."""
        due = (
            select(archived_objects.c.key)
            .where(
                archived_objects.c.agreement_id == archive_states.c.agreement_id,
                archived_objects.c.locked_until < before,
                _NOT_FINAL,
            )
            .exists()
        )
        self._connection.execute(
            update(archive_states)
            .where(archive_states.c.lock_failing_since.is_not(None), ~due)
            .values(lock_failing_since=None, lock_failure="")
        )

    def verified_for(self, hours: int) -> list[str]:
        """Agreements verified for at least ``hours`` that still have working copies here."""
        return self._column(
            select(archive_states.c.agreement_id)
            .join(originals, originals.c.agreement_id == archive_states.c.agreement_id)
            .where(
                archive_states.c.state == PackageState.VERIFIED,
                archive_states.c.checked_at
                < func.statement_timestamp() - func.make_interval(0, 0, 0, 0, hours),
                originals.c.pdf.is_not(None),
                ~select(messages.c.id)
                .where(
                    messages.c.agreement_id == archive_states.c.agreement_id,
                    messages.c.state.in_(UNSENT),
                )
                .exists(),
            )
            .limit(1000)
        )
