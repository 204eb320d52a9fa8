"""Imports, each with the choices made for it, and how far it is."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, exists, func, insert, select, text, update

from service.agreement.bulk.options import Options
from service.agreement.bulk.states import ImportState, LineState
from service.agreement.states import MailState
from service.agreement.terms import IMPORT_DAYS, UNUSED_IMPORT_DAYS
from service.database.tables.accounts import staff
from service.database.tables.columns import word, words
from service.database.tables.imports import import_lines, imports
from service.database.tables.messages import messages
from service.database.tables.records import Records, record
from service.error_codes import ErrorCode
from service.errors import NotFound
from service.spreadsheets.table import Dialect, Kind

_NUMBERS_LOCK = 7_403_147
_MOST = 2**31 - 1  # of the column


@dataclass(frozen=True)
class Import:
    """One list. Instants are aware UTC. ``headings`` and ``targets`` have a value per column;
    ``per_minute`` is None if the setting decides; ``together``: a person who signs several
    agreements gets one mail. ``template_sha256`` is None before the start."""

    id: str
    number: int
    name: str
    by_id: str
    by_name: str
    state: ImportState
    dialect: Dialect
    headings: tuple[str, ...]
    targets: tuple[str, ...]
    shape: str
    options: Options
    left_out: tuple[int, ...]
    sending: bool
    per_minute: int | None
    template_sha256: str | None
    together: bool
    failure: str
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True)
class NewImport:
    """What is stored when a list is taken in; ``state`` is *choosing* or *judging*."""

    id: str
    name: str
    by_id: str
    dialect: Dialect
    headings: tuple[str, ...]
    targets: tuple[str, ...]
    shape: str
    options: Options
    left_out: tuple[int, ...]
    state: ImportState


_WHOLE = select(imports, staff.c.name.label("by_name")).join(staff, staff.c.id == imports.c.by_id)

_HOLD = (
    select(imports.c.state).where(imports.c.id == bindparam("import_id")).with_for_update(read=True)
)


def _before(days: int) -> ColumnElement[datetime]:
    return func.statement_timestamp() - text(f"interval '{days} days'")


class Imports(Records):
    def add(self, new: NewImport) -> int:
        """Add an import and return its number, the next one."""
        self._connection.execute(select(func.pg_advisory_xact_lock(_NUMBERS_LOCK)))
        last = select(func.coalesce(func.max(imports.c.number), 0)).scalar_subquery()
        return int(
            self._connection.execute(
                insert(imports)
                .values(
                    id=new.id,
                    number=last + 1,
                    name=new.name,
                    by_id=new.by_id,
                    state=new.state.value,
                    dialect=dataclasses.asdict(new.dialect),
                    headings=list(new.headings),
                    targets=list(new.targets),
                    shape=new.shape,
                    options=new.options.as_json(),
                    left_out=list(new.left_out),
                )
                .returning(imports.c.number)
            ).scalar_one()
        )

    def get(self, number: int) -> Import:
        """Raises NotFound."""
        return self._one(number, _WHOLE)

    def lock(self, number: int) -> Import:
        """The same under its row lock: no line of it is being made or sent. Raises NotFound."""
        return self._one(number, _WHOLE.with_for_update(of=imports))

    def hold_running(self, import_id: str) -> bool:
        """If so, it stays so until this transaction ends."""
        state = self._connection.execute(_HOLD, {"import_id": import_id}).scalar_one()
        return bool(state == ImportState.RUNNING.value)

    def _one(self, number: int, statement: Select[Any]) -> Import:
        wanted = statement.where(imports.c.number == number)
        row = self._connection.execute(wanted).one_or_none() if number <= _MOST else None
        if row is None:
            raise NotFound(ErrorCode.NOT_FOUND)
        return _import(row)

    def newest(self, *, limit: int, before: int | None = None) -> list[Import]:
        """The newest ones, or those before a number."""
        wanted = _WHOLE.order_by(imports.c.number.desc()).limit(limit)
        if before is not None:
            wanted = wanted.where(imports.c.number < before)
        return [_import(row) for row in self._connection.execute(wanted)]

    def like(self, shape: str, *, before: int | None = None) -> Import | None:
        """The newest import with these headings whose columns somebody confirmed; or the newest
        before a number."""
        wanted = _WHOLE.where(
            imports.c.shape == shape, imports.c.state != word(ImportState.CHOOSING)
        )
        if before is not None:
            wanted = wanted.where(imports.c.number < before)
        newest = wanted.order_by(imports.c.number.desc()).limit(1)
        row = self._connection.execute(newest).one_or_none()
        return _import(row) if row else None

    def unfinished(self) -> list[Import]:
        """Those with work to do now, the longest waiting first."""
        states = words((ImportState.JUDGING, ImportState.RUNNING))
        rows = self._connection.execute(
            _WHOLE.where(imports.c.state.in_(states)).order_by(imports.c.started_at.nulls_first())
        )
        return [_import(row) for row in rows]

    def set_state(self, import_id: str, state: ImportState, **values: Any) -> None:
        """Record another state, with other columns that change with it."""
        if state in (ImportState.DONE, ImportState.STOPPED):
            values["ended_at"] = func.clock_timestamp()
        if state is ImportState.RUNNING:
            values |= {
                "started_at": func.coalesce(imports.c.started_at, func.clock_timestamp()),
                "ended_at": None,
            }
        self._connection.execute(
            update(imports)
            .where(imports.c.id == import_id)
            .values(state=state.value, failure=values.pop("failure", ""), **values)
        )

    def choose(self, import_id: str, targets: Sequence[str], options: Options) -> None:
        self._connection.execute(
            update(imports)
            .where(imports.c.id == import_id)
            .values(targets=list(targets), options=options.as_json())
        )

    def unused(self) -> Sequence[int]:
        """The numbers of those that nobody started in ``UNUSED_IMPORT_DAYS``."""
        numbers = select(imports.c.number).where(
            imports.c.state.in_(words((ImportState.CHOOSING, ImportState.READY))),
            imports.c.created_at < _before(UNUSED_IMPORT_DAYS),
        )
        return self._connection.execute(numbers.order_by(imports.c.number)).scalars().all()

    def drop_old(self) -> int:
        """Empty the lines of old imports that a newer list replaced or nobody started; returns how
        many. Their agreements and digests stay, but no columns."""
        newer = imports.alias("newer")
        old = list(
            self._connection.execute(
                update(imports)
                .where(
                    func.cardinality(imports.c.targets) > 0,
                    imports.c.state.in_(words((ImportState.DONE, ImportState.STOPPED))),
                    imports.c.started_at.is_(None)
                    & (imports.c.created_at < _before(UNUSED_IMPORT_DAYS))
                    | (imports.c.created_at < _before(IMPORT_DAYS))
                    & exists().where(
                        newer.c.shape == imports.c.shape, newer.c.number > imports.c.number
                    ),
                )
                .values(targets=[])
                .returning(imports.c.id)
            ).scalars()
        )
        if old:
            self._connection.execute(
                update(import_lines)
                .where(import_lines.c.import_id.in_(old))
                .values(
                    cells=[],
                    errors=[],
                    warnings=[],
                    **dict.fromkeys(
                        ("organisation", "number", "mailbox", "customer", "person"), ""
                    ),
                )
            )
        return len(old)

    def counts(self, import_id: str) -> dict[LineState, int]:
        """Per state, without those in none."""
        return self.counts_of([import_id])[import_id]

    def counts_of(self, import_ids: Sequence[str]) -> dict[str, dict[LineState, int]]:
        """The same for several imports."""
        found: dict[str, dict[LineState, int]] = {each: {} for each in import_ids}
        rows = self._connection.execute(
            select(import_lines.c.import_id, import_lines.c.state, func.count())
            .where(import_lines.c.import_id.in_(import_ids))
            .group_by(import_lines.c.import_id, import_lines.c.state)
        )
        for import_id, state, count in rows:
            found[import_id][LineState(state)] = count
        return found

    def mails(self, import_id: str) -> dict[MailState, int]:
        """The number of mails with the first link of its agreements, in each state."""
        rows = self._connection.execute(
            select(messages.c.state, func.count())
            .join(import_lines, import_lines.c.agreement_id == messages.c.agreement_id)
            .where(
                import_lines.c.import_id == import_id,
                messages.c.kind.in_(("invitation", "bundle_invitation")),
                messages.c.sent_as.is_(None),
            )
            .group_by(messages.c.state)
        )
        return {MailState(state): count for state, count in rows}

    def doubtful(self, import_id: str) -> int:
        """The number of good lines with a warning."""
        return int(
            self._connection.execute(
                select(func.count()).where(
                    import_lines.c.import_id == import_id,
                    import_lines.c.state == word(LineState.GOOD),
                    func.jsonb_array_length(import_lines.c.warnings) > 0,
                )
            ).scalar_one()
        )

    def made_of_stopped(self, import_id: str) -> int:
        """The number of stopped lines whose agreement was made before that."""
        return int(
            self._connection.execute(
                select(func.count()).where(
                    import_lines.c.import_id == import_id,
                    import_lines.c.state == word(LineState.STOPPED),
                    import_lines.c.agreement_id.is_not(None),
                )
            ).scalar_one()
        )


def _import(row: Any) -> Import:
    said = row.dialect
    return record(
        Import,
        row,
        state=ImportState(row.state),
        dialect=Dialect(**{**said, "kind": Kind(said["kind"])}),
        headings=tuple(row.headings),
        targets=tuple(row.targets),
        left_out=tuple(row.left_out),
        options=Options.from_json(row.options),
    )
