"""Files that were signed elsewhere: uploaded by a member of staff, then registered."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, delete, func, insert, select, update

from service.agreement.registration import File
from service.agreement.states import UNFINISHED
from service.database.tables.archive import archive_states
from service.database.tables.columns import is_id, words
from service.database.tables.records import Records, columns, record
from service.database.tables.registered_files import registered_files

_UNFINISHED_HOURS = 24
_COLUMNS = registered_files.c
_UNREGISTERED = _COLUMNS.agreement_id.is_(None)


@dataclass(frozen=True)
class RegisteredFile:
    """``record`` is None until it is registered; ``pdf`` and ``source`` are None once only the
    archive has them, ``source`` also if it is the PDF."""

    id: str
    staff_id: str
    file: File
    pdf: bytes | None
    source: bytes | None
    agreement_id: str | None = None
    record: bytes | None = None
    seal: bytes | None = None
    stored: bool = False


class RegisteredFiles(Records):
    def add(self, kept: RegisteredFile) -> None:
        row = {
            **columns(kept.file),
            **columns(kept),
            "stored_at": func.clock_timestamp() if kept.stored else None,
        }
        for name in ("file", "stored"):
            row.pop(name)
        self._connection.execute(insert(registered_files).values(row))

    def uploaded(self, file_id: str, staff_id: str) -> RegisteredFile | None:
        """A file of this person that waits for its data, under its lock."""
        if not is_id(file_id):
            return None
        return self._one(_COLUMNS.id == file_id, _COLUMNS.staff_id == staff_id, lock=True)

    def of(self, agreement_id: str) -> RegisteredFile | None:
        """None for an agreement signed here, and for what is no id."""
        if not is_id(agreement_id):
            return None
        return self._one(_COLUMNS.agreement_id == agreement_id)

    def with_sha256(self, sha256: str) -> RegisteredFile | None:
        """A registered one whose PDF has this digest."""
        return self._one(_COLUMNS.pdf_sha256 == sha256, _COLUMNS.agreement_id.is_not(None))

    def register(self, file_id: str, agreement_id: str, made: bytes) -> None:
        self._change(file_id, agreement_id=agreement_id, record=made)

    def put_seal(self, file_id: str, seal: bytes) -> bytes:
        """Add the seal over the record, and return the one in force: that of the first worker."""
        kept = func.coalesce(_COLUMNS.seal, seal)
        changed = update(registered_files).where(_COLUMNS.id == file_id).values(seal=kept)
        return bytes(self._connection.execute(changed.returning(_COLUMNS.seal)).scalar_one())

    def note_stored(self, file_id: str) -> None:
        """The archive has verified its copy: the bytes are dropped here."""
        self._change(file_id, stored_at=func.clock_timestamp(), pdf=None, source=None)

    def waiting(self, seconds: int) -> list[str]:
        """Ids of agreements registered for longer than this whose package is not verified yet."""
        longer = func.statement_timestamp() - func.make_interval(0, 0, 0, 0, 0, 0, seconds)
        return self._column(
            select(_COLUMNS.agreement_id)
            .join(archive_states, archive_states.c.agreement_id == _COLUMNS.agreement_id)
            .where(
                _COLUMNS.stored_at.is_(None),
                _COLUMNS.created_at < longer,
                archive_states.c.state.in_(words(UNFINISHED)),
            )
            .limit(1000)
        )

    def drop_unfinished(self) -> None:
        """Delete uploads that nobody registered within a day."""
        before = func.statement_timestamp() - func.make_interval(0, 0, 0, 0, _UNFINISHED_HOURS)
        self._connection.execute(
            delete(registered_files).where(
                _UNREGISTERED, _COLUMNS.stored_at.is_(None), _COLUMNS.created_at < before
            )
        )

    def _change(self, file_id: str, **values: object) -> None:
        self._connection.execute(
            update(registered_files).where(_COLUMNS.id == bindparam("changed")).values(values),
            {"changed": file_id},
        )

    def _one(self, *conditions: object, lock: bool = False) -> RegisteredFile | None:
        wanted = select(registered_files).where(*conditions).order_by(_COLUMNS.created_at).limit(1)  # type: ignore[arg-type]
        row = self._connection.execute(wanted.with_for_update() if lock else wanted).one_or_none()
        if row is None:
            return None
        return record(RegisteredFile, row, file=record(File, row), stored=row.stored_at is not None)
