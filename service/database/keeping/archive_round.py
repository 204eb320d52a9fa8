"""Reading the archive back, again and again: what is due, and how far the round is."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, exists, func, not_, or_, select

from service.database.keeping.archive import CHECKED, ArchivedObject
from service.database.tables.agreements import agreements
from service.database.tables.archive import archive_states, archived_objects
from signatures.package.names import AGREEMENT

TERM = timedelta(days=365)
"""Within this time each original is read back."""

_KEPT = archive_states.c.state.in_(CHECKED)
# A failure to read is no finding: the state stays.
_UNREAD = (archive_states.c.state == "verified") & (archive_states.c.failure != "")
# ``now()`` and not the clock: an index is of use only with what stays the same in a transaction.
_OVERDUE = archive_states.c.looked_at < func.now() - TERM


@dataclass(frozen=True)
class Round:
    """How far the round is: ``overdue`` of ``total`` originals were not read back within the term,
    ``oldest`` is the last check of the one that waits longest. ``failing`` is the reference of one
    that could not be read at the last try, empty if there is none, and ``reason`` says why."""

    total: int
    overdue: int
    oldest: datetime | None
    failing: str
    reason: str


class ArchiveRound:
    """The round of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def total(self) -> int:
        """How many originals the archive holds that were checked before."""
        return self._connection.execute(
            select(func.count()).select_from(archive_states).where(_KEPT)
        ).scalar_one()

    def due(self, after: timedelta, damaged_after: timedelta, limit: int) -> list[str]:
        """Ids of agreements whose last check is longer ago than ``after``, the oldest first.

        One that was damaged is due sooner: somebody may have put it right. So is one on which the
        two verdicts disagree. Those of which only the first verdict was given come after all of
        these. What could not be read at the last try comes last, so that it never keeps the others
        waiting.
        """
        good = archive_states.c.state == "verified"
        damaged = archive_states.c.state.in_(("missing", "corrupt"))
        disputed = archive_states.c.disputed_since.is_not(None)
        looked_at = archive_states.c.looked_at
        due = and_(good, looked_at < func.now() - after)
        judged_once = and_(good, archive_states.c.judged_twice_at.is_(None))
        return list(
            self._connection.execute(
                select(archive_states.c.agreement_id)
                .where(
                    or_(
                        due,
                        judged_once,
                        and_(damaged | disputed, looked_at < func.now() - damaged_after),
                    )
                )
                .order_by(
                    _UNREAD,
                    and_(judged_once, not_(due)),
                    looked_at,
                    archive_states.c.agreement_id,
                )
                .limit(limit)
            ).scalars()
        )

    def some_originals(self, count: int) -> list[tuple[str, ArchivedObject]]:
        """The sealed agreement of some packages that are whole as far as is known, with their id.

        Chosen at random: ids are random, so the next ones after a random place are.
        """
        whole = (
            select(archived_objects)
            .join(archive_states, archive_states.c.agreement_id == archived_objects.c.agreement_id)
            .where(
                archive_states.c.state == "verified",
                archived_objects.c.name == AGREEMENT,
            )
            .order_by(archived_objects.c.agreement_id)
        )
        place = str(uuid.uuid4())
        later = whole.where(archived_objects.c.agreement_id >= place).limit(count)
        rows = list(self._connection.execute(later))
        if len(rows) < count:  # go on from the beginning
            before = whole.where(archived_objects.c.agreement_id < place)
            rows += list(self._connection.execute(before.limit(count - len(rows))))
        return [(row.agreement_id, ArchivedObject.of(row)) for row in rows]

    def unread_because(self, kind: str) -> bool:
        """Whether one could not be read at the last try because of this kind of failure."""
        return self._connection.execute(
            select(
                exists().where(_UNREAD, archive_states.c.failure.startswith(kind, autoescape=True))
            )
        ).scalar_one()

    def progress(self) -> Round:
        """How far the round is."""
        overdue, oldest = self._connection.execute(
            select(func.count(), func.min(archive_states.c.looked_at)).where(_KEPT, _OVERDUE)
        ).one()
        failing = self._connection.execute(
            select(agreements.c.reference, archive_states.c.failure)
            .join(archive_states, archive_states.c.agreement_id == agreements.c.id)
            .where(_UNREAD)
            .order_by(archive_states.c.looked_at)
            .limit(1)
        ).one_or_none()
        reference, reason = failing or ("", "")
        return Round(self.total(), overdue, oldest, reference, reason)
