"""The repeated reading back of the archive: what is due, and the progress."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    and_,
    exists,
    func,
    not_,
    or_,
    select,
    text,
    true,
    union,
)

from service.agreement.archive_round import COUNTED, Round
from service.agreement.states import DAMAGED, PackageState
from service.agreement.terms import READ_BACK
from service.database.keeping.archive import CHECKED, ArchivedObject
from service.database.tables.agreements import agreements
from service.database.tables.archive import archive_states, archived_objects
from service.database.tables.columns import word, words
from service.database.tables.records import Records
from signatures.package.names import AGREEMENT

_CHECKED_BEFORE = archive_states.c.looked_at.is_not(None)
_KEPT = archive_states.c.state.in_(words(CHECKED))
_GOOD = archive_states.c.state == word(PackageState.VERIFIED)
_DAMAGED = archive_states.c.state.in_(words(DAMAGED))
_DISPUTED = archive_states.c.disputed_since.is_not(None)
# A failed reading is not a result: the state does not change.
_FAILED = archive_states.c.failure != word("")
_UNREAD = and_(_GOOD, _FAILED)
# ``now()``, not ``clock_timestamp()``: an index needs a value that is constant.
_OVERDUE = archive_states.c.looked_at < func.now() - READ_BACK
_ESTIMATE = text("select reltuples::bigint from pg_class where oid = 'archive_states'::regclass")


class ArchiveRound(Records):
    def total(self) -> int:
        """The number of originals checked at least once; an estimate above ``COUNTED``."""
        counted = self._connection.execute(_TOTAL).scalar_one()
        if counted <= COUNTED:
            return counted
        return max(counted, int(self._connection.execute(_ESTIMATE).scalar_one()))

    def due(self, after: timedelta, damaged_after: timedelta, limit: int) -> list[str]:
        """Ids of agreements whose last check is longer ago than ``after``, the oldest first.

        Damaged and disputed ones are due sooner, those with only a first verdict come next, and
        those that could not be read last time come last.
        """
        looked_at, once = archive_states.c.looked_at, archive_states.c.judged_twice_at.is_(None)
        late = looked_at < func.now() - after
        soon = looked_at < func.now() - damaged_after
        # Each kind uses its own index; an agreement of two kinds comes with the first.
        kinds = [
            _first(limit, and_(_GOOD, late, ~_FAILED)),
            _first(limit, and_(_DAMAGED, soon)),
            _first(limit, and_(_DISPUTED, soon)),
            _first(limit, and_(_GOOD, once, ~_FAILED)),
            _first(limit, and_(_UNREAD, or_(late, once))),
        ]
        judged_once = and_(_GOOD, once, not_(late))
        found = union(*(each.subquery().select() for each in kinds)).subquery()
        return self._column(
            select(archive_states.c.agreement_id)
            .join(found, found.c.agreement_id == archive_states.c.agreement_id)
            .order_by(_UNREAD, judged_once, looked_at, archive_states.c.agreement_id)
            .limit(limit)
        )

    def some_originals(self, count: int) -> list[tuple[str, ArchivedObject]]:
        """The sealed agreements of some presumably intact packages, with their agreement ids. Ids
        are random, so the next ones after a random position are too."""
        whole = (
            select(archived_objects)
            .join(archive_states, archive_states.c.agreement_id == archived_objects.c.agreement_id)
            .where(
                _GOOD,
                archived_objects.c.name == word(AGREEMENT),
            )
            .order_by(archived_objects.c.agreement_id)
        )
        place = str(uuid.uuid4())
        # A condition on both tables: otherwise PostgreSQL reads the other from its beginning.
        later = whole.where(
            archived_objects.c.agreement_id >= place, archive_states.c.agreement_id >= place
        ).limit(count)
        rows = list(self._connection.execute(later))
        if len(rows) < count:  # continue from the beginning
            before = whole.where(archived_objects.c.agreement_id < place)
            rows += list(self._connection.execute(before.limit(count - len(rows))))
        return [(row.agreement_id, ArchivedObject.of(row)) for row in rows]

    def unread_because(self, kind: str) -> bool:
        """Whether any last attempt to read failed for this kind of reason."""
        return self._connection.execute(
            select(
                exists().where(_UNREAD, archive_states.c.failure.startswith(kind, autoescape=True))
            )
        ).scalar_one()

    def progress(self) -> Round:
        row = self._connection.execute(_PROGRESS).one()
        return Round(row.checked, row.overdue, row.oldest, row.reference or "", row.failure or "")


def _counted(*conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    """The number, at most ``COUNTED + 1``."""
    some = select(archive_states.c.agreement_id).where(*conditions).limit(COUNTED + 1)
    return select(func.count()).select_from(some.subquery()).scalar_subquery()


def _first(limit: int, condition: ColumnElement[bool]) -> Select[Any]:
    return (
        select(archive_states.c.agreement_id)
        .where(condition)
        .order_by(archive_states.c.looked_at, archive_states.c.agreement_id)
        .limit(limit)
    )


_TOTAL = select(_counted(_CHECKED_BEFORE))
# ``offset(0)``: found by their own small index, then sorted; PostgreSQL would rather read all
# packages.
_unread = (
    select(archive_states.c.agreement_id, archive_states.c.failure, archive_states.c.looked_at)
    .where(_UNREAD)
    .offset(0)
    .subquery("unread")
)
_failing = (
    select(agreements.c.reference, _unread.c.failure)
    .join(_unread, _unread.c.agreement_id == agreements.c.id)
    .order_by(_unread.c.looked_at)
    .limit(1)
    .subquery("failing")
)
_oldest = (
    select(archive_states.c.looked_at)
    .where(_KEPT, _OVERDUE)
    .order_by(archive_states.c.looked_at)
    .limit(1)
)
_counts = select(
    _counted(_CHECKED_BEFORE).label("checked"),
    _counted(_KEPT, _OVERDUE).label("overdue"),
    _oldest.scalar_subquery().label("oldest"),
).subquery("counts")
_PROGRESS = select(_counts, _failing.c.reference, _failing.c.failure).select_from(
    _counts.outerjoin(_failing, true())
)
