"""The lines of imports: stored with their verdicts, then made and sent one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Integer,
    Select,
    String,
    Update,
    bindparam,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from service.agreement.bulk.states import LineState
from service.agreement.bulk.verdicts import Note, Verdict, errors_as_json, errors_from_json
from service.database.tables.agreements import agreements
from service.database.tables.columns import word, words
from service.database.tables.imports import import_lines
from service.database.tables.records import Records, record
from service.database.tables.stored_words import IMPORT_WORD, with_words
from service.errors import FieldError
from service.spreadsheets.table import Row

AT_ONCE = 1000  # rows per statement


@dataclass(frozen=True)
class Line:
    """One row of a list. ``number`` is the customer's enterprise number, ``customer`` its number at
    the processor, ``person`` a digest of the signatory, ``reference`` the agreement made. Instants
    are aware UTC."""

    row: int
    state: LineState
    cells: tuple[str, ...]
    errors: tuple[FieldError, ...]
    warnings: tuple[Note, ...]
    skip: Note | None
    organisation: str
    number: str
    mailbox: str
    customer: str
    person: str
    keys: tuple[str, ...]
    agreement_id: str | None
    reference: str
    failure: str
    made_at: datetime | None
    sent_at: datetime | None


_WHOLE = select(import_lines, func.coalesce(agreements.c.reference, "").label("reference")).join(
    agreements, agreements.c.id == import_lines.c.agreement_id, isouter=True
)
_JUDGED = text(
    """
update import_lines l set
  state = v.state, errors = v.errors, warnings = v.warnings, skip = v.skip,
  organisation = v.organisation, number = v.number, mailbox = v.mailbox, customer = v.customer,
  person = v.person, identities = v.identities, failure = ''
from jsonb_to_recordset(:verdicts) as v
  ("row" int, state text, errors jsonb, warnings jsonb, skip jsonb, organisation text,
   number text, mailbox text, customer text, person text, identities text[])
where l.import_id = cast(:import_id as uuid) and l."row" = v."row"
"""
).bindparams(bindparam("verdicts", type_=JSONB))
# In the order of the file, by the index, without rows that another worker has locked; the agreement
# is joined to the one line found.
_FIRST = (
    select(import_lines)
    .where(
        import_lines.c.import_id == bindparam("import_id"),
        import_lines.c.state == bindparam("state", type_=String),
    )
    .order_by(import_lines.c.row)
    .limit(1)
    .with_for_update(skip_locked=True)
    .cte("first")
)
_NEXT = select(_FIRST, func.coalesce(agreements.c.reference, "").label("reference")).join(
    agreements, agreements.c.id == _FIRST.c.agreement_id, isouter=True
)


_TAKE_TURNS = text("select pg_advisory_xact_lock(hashtextextended(:import_id, 0))")
_FOUND_BY_IMPORT = (
    update(agreements)
    .where(agreements.c.id == bindparam("made"))
    .values(search=with_words(IMPORT_WORD))
)


@lru_cache
def _mark(names: tuple[str, ...], stamped: tuple[str, ...]) -> Update:
    """Built once for each kind of mark."""
    values: dict[str, Any] = {
        name: bindparam(f"new_{name}", type_=import_lines.c[name].type) for name in names
    }
    values |= dict.fromkeys(stamped, func.clock_timestamp())
    return (
        update(import_lines)
        .where(
            import_lines.c.import_id == bindparam("of_import"),
            import_lines.c.row == bindparam("at_row"),
        )
        .values(values)
    )


class ImportLines(Records):
    def add(self, import_id: str, rows: Iterable[Row]) -> None:
        """Store the rows of a list, without verdicts."""
        for some in _parts(list(rows)):
            self._connection.execute(
                insert(import_lines),
                [
                    {
                        "import_id": import_id,
                        "row": row.number,
                        "cells": list(row.cells),
                        "state": LineState.WAITING.value,
                    }
                    for row in some
                ],
            )

    def rows(self, import_id: str) -> list[Row]:
        found = self._connection.execute(
            select(import_lines.c.row, import_lines.c.cells)
            .where(import_lines.c.import_id == import_id)
            .order_by(import_lines.c.row)
        )
        return [Row(number, tuple(cells)) for number, cells in found]

    def judged(self, import_id: str, verdicts: Sequence[Verdict]) -> None:
        for some in _parts(verdicts):
            told = {"import_id": import_id, "verdicts": [_told(each) for each in some]}
            self._connection.execute(_JUDGED, told)

    def take_next(self, import_id: str, state: LineState) -> Line | None:
        """The first line in this state that is not locked, under its row lock."""
        wanted = {"import_id": import_id, "state": state.value}
        row = self._connection.execute(_NEXT, wanted).one_or_none()
        return _line(row) if row else None

    def take_turns(self, import_id: str) -> None:
        """Wait until nobody else sends lines of this import; until the transaction ends."""
        self._connection.execute(_TAKE_TURNS, {"import_id": import_id})

    def take_with(self, import_id: str, line: Line, *, limit: int) -> list[Line]:
        """This line and the same person's next ones that were made and not sent, under their
        locks."""
        wanted = (
            select(import_lines.c.row)
            .where(
                import_lines.c.import_id == import_id,
                import_lines.c.person == line.person,
                import_lines.c.person != "",
                import_lines.c.state == word(LineState.MADE),
                import_lines.c.row > line.row,
            )
            .order_by(import_lines.c.row)
            .limit(limit - 1)
        )
        rows = self._column(wanted)
        others = [self.hold(import_id, row) for row in rows]
        return [line, *(each for each in others if each and each.state is LineState.MADE)]

    def hold(self, import_id: str, row: int) -> Line | None:
        """A line under its row lock."""
        held = (
            select(import_lines.c.row)
            .where(import_lines.c.import_id == import_id, import_lines.c.row == row)
            .with_for_update()
        )
        if self._connection.execute(held).one_or_none() is None:
            return None
        whole = _WHOLE.where(import_lines.c.import_id == import_id, import_lines.c.row == row)
        return _line(self._connection.execute(whole).one())

    def page(
        self,
        import_id: str,
        states: Sequence[LineState] = (),
        *,
        doubtful: bool = False,
        after: int = 0,
        limit: int | None = None,
    ) -> list[Line]:
        """The lines in these states (none: all) after row ``after``; ``doubtful``: only those with
        a warning."""
        wanted: Select[Any] = _WHOLE.where(
            import_lines.c.import_id == import_id, import_lines.c.row > after
        ).order_by(import_lines.c.row)
        if states:
            wanted = wanted.where(import_lines.c.state.in_(words(states)))
        if doubtful:
            wanted = wanted.where(func.jsonb_array_length(import_lines.c.warnings) > 0)
        return [_line(row) for row in self._connection.execute(wanted.limit(limit))]

    def mark(self, import_id: str, row: int, state: LineState, **values: Any) -> None:
        """Record what became of a line, with other columns that change with it.

        An agreement that is sent in the same transaction must be saved after this: only then is it
        found by its import.
        """
        made = values.get("agreement_id")
        stamps = {"made_at": made, "sent_at": state is LineState.SENT}
        stamped = tuple(column for column, holds in stamps.items() if holds)
        if "errors" in values:
            values["errors"] = errors_as_json(values["errors"])
        if "skip" in values:
            values["skip"] = _note_as_json(values["skip"])
        new = {"state": state.value, "failure": "", **values}
        told = {f"new_{name}": value for name, value in new.items()}
        told |= {"of_import": import_id, "at_row": row}
        self._connection.execute(_mark(tuple(new), stamped), told)
        if made and state is LineState.MADE:
            self._connection.execute(_FOUND_BY_IMPORT, {"made": made})

    def move(
        self,
        import_id: str,
        states: Sequence[LineState],
        to: LineState,
        *,
        rows: Sequence[int] | None = None,
        doubtful: bool = False,
        made: bool | None = None,
        skip: Note | None = None,
    ) -> int:
        """Move all lines from some states to another; returns how many.

        Only those of ``rows``, if given; ``doubtful``: with a warning; ``made``: whether they have
        an agreement.
        """
        conditions = [
            import_lines.c.import_id == import_id,
            import_lines.c.state.in_(words(states)),
        ]
        if rows is not None:
            listed = bindparam("rows", list(rows), type_=ARRAY(Integer))
            conditions.append(import_lines.c.row == func.any(listed))
        if doubtful:
            conditions.append(func.jsonb_array_length(import_lines.c.warnings) > 0)
        if made is not None:
            has = import_lines.c.agreement_id
            conditions.append(has.is_not(None) if made else has.is_(None))
        moved = self._connection.execute(
            update(import_lines)
            .where(*conditions)
            .values(state=to.value, skip=_note_as_json(skip), failure="")
            .returning(import_lines.c.row)
        )
        return len(moved.all())

    def newest_sent(self, import_id: str | None = None) -> datetime | None:
        """When a line was last sent, of one import or of all."""
        wanted = select(func.max(import_lines.c.sent_at))
        if import_id is not None:
            wanted = wanted.where(
                import_lines.c.import_id == import_id, import_lines.c.state == word(LineState.SENT)
            )
        else:
            wanted = wanted.where(import_lines.c.sent_at.is_not(None))
        newest: datetime | None = self._connection.execute(wanted).scalar_one()
        return newest


def _parts(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), AT_ONCE):
        yield items[start : start + AT_ONCE]


def _told(verdict: Verdict) -> dict[str, Any]:
    said = verdict.identity
    return {
        "row": verdict.row,
        "state": verdict.state.value,
        "errors": errors_as_json(verdict.errors),
        "warnings": [_note_as_json(each) for each in verdict.warnings],
        "skip": _note_as_json(verdict.skip),
        "organisation": said.name,
        "number": said.number,
        "mailbox": said.mailbox,
        "customer": said.customer,
        "person": said.signer,
        "identities": list(said.keys),
    }


def _note_as_json(note: Note | None) -> dict[str, Any] | None:
    return {"code": str(note.code), "values": dict(note.values)} if note else None


def _note(stored: Any) -> Note:
    return Note(stored["code"], stored["values"])


def _line(row: Any) -> Line:
    return record(
        Line,
        row,
        state=LineState(row.state),
        cells=tuple(row.cells),
        keys=tuple(row.identities),
        errors=errors_from_json(row.errors),
        warnings=tuple(map(_note, row.warnings)),
        skip=_note(row.skip) if row.skip else None,
    )
