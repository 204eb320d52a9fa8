"""Staff activity outside the hash-chained log, one erasable row per person, activity, subject and
hour; and one combined view of both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    Text,
    and_,
    bindparam,
    cast,
    delete,
    func,
    literal,
    null,
    or_,
    select,
    text,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert

from service.agreement.activity import PAGE, Activity, Line, Wanted
from service.agreement.terms import ACTIVITY_DAYS
from service.database.tables.accounts import staff_activity
from service.database.tables.log import audit_entries, audit_personal
from service.database.tables.records import Records, record

MOST_OF_A_SUBJECT = 200


_COUNTED = upsert(staff_activity).values(
    {name: bindparam(name) for name in ("kind", "staff_id", "subject", "client")}
    | {"hour": func.date_trunc("hour", func.clock_timestamp())}
)
_NOTE = _COUNTED.on_conflict_do_update(
    index_elements=["kind", "staff_id", "subject", "hour"],
    set_={
        "times": staff_activity.c.times + 1,
        "last_at": func.clock_timestamp(),
        "client": _COUNTED.excluded.client,
    },
)


class StaffActivity(Records):
    def note(
        self,
        kind: Activity,
        staff_id: str | None,
        subject: str = "",
        *,
        client: Mapping[str, str] | None = None,
    ) -> None:
        """Count an activity, in one row per hour.

        ``client`` is the last browser used.
        """
        self._connection.execute(
            _NOTE,
            {
                "kind": kind.value,
                "staff_id": staff_id,
                "subject": subject[:MOST_OF_A_SUBJECT],
                "client": dict(client) if client else None,
            },
        )

    def read(self, wanted: Wanted, *, limit: int = PAGE) -> list[Line]:
        """The newest lines of the general chain and of the staff activity."""
        both = union_all(_chain(wanted, limit), _beside(wanted, limit)).subquery()
        rows = self._connection.execute(
            select(both)
            .order_by(both.c.at.desc(), both.c.source.desc(), both.c.id.desc())
            .limit(limit)
        )
        return [record(Line, row, data=row.data or {}, personal=row.personal or {}) for row in rows]

    def drop_old(self) -> int:
        """Delete expired rows; returns how many."""
        gone = self._connection.execute(
            delete(staff_activity)
            .where(
                staff_activity.c.last_at
                < func.statement_timestamp() - text(f"interval '{ACTIVITY_DAYS} days'")
            )
            .returning(staff_activity.c.id)
        )
        return len(gone.all())


def _chain(wanted: Wanted, limit: int) -> Any:
    table = audit_entries
    where: list[Any] = [table.c.agreement_id.is_(None)]
    if wanted.staff_id:
        actor, about = f"staff:{wanted.staff_id}", table.c.data["staff"].astext
        where.append(or_(table.c.actor == actor, about == wanted.staff_id))
    if wanted.kinds:
        where.append(table.c.event.in_(wanted.kinds))
    where += _between(table.c.at, wanted)
    where += _after(table.c.at, literal("chain"), table.c.id, wanted)
    return (
        select(
            table.c.at,
            literal("chain").label("source"),
            table.c.id,
            table.c.event.label("kind"),
            table.c.actor,
            literal("").label("subject"),
            literal(1).label("times"),
            table.c.data,
            audit_personal.c.data.label("personal"),
        )
        .outerjoin(audit_personal, audit_personal.c.entry_id == table.c.id)
        .where(*where)
        .order_by(table.c.at.desc(), table.c.id.desc())
        .limit(limit)
        .subquery()
        .select()
    )


def _beside(wanted: Wanted, limit: int) -> Any:
    table = staff_activity
    where: list[Any] = []
    if wanted.staff_id:
        where.append(table.c.staff_id == wanted.staff_id)
    if wanted.kinds:
        where.append(table.c.kind.in_(wanted.kinds))
    where += _between(table.c.last_at, wanted)
    where += _after(table.c.last_at, literal("beside"), table.c.id, wanted)
    return (
        select(
            table.c.last_at.label("at"),
            literal("beside").label("source"),
            table.c.id,
            table.c.kind,
            func.coalesce("staff:" + cast(table.c.staff_id, Text), "").label("actor"),
            table.c.subject,
            table.c.times,
            cast(null(), JSONB).label("data"),
            table.c.client.label("personal"),
        )
        .where(*where)
        .order_by(table.c.last_at.desc(), table.c.id.desc())
        .limit(limit)
        .subquery()
        .select()
    )


def _between(at: Any, wanted: Wanted) -> list[Any]:
    found = []
    if wanted.since:
        found.append(at >= wanted.since)
    if wanted.until:
        found.append(at < wanted.until)
    return found


def _after(at: Any, source: Any, line_id: Any, wanted: Wanted) -> list[Any]:
    if wanted.after is None:
        return []
    last = tuple_(*(literal(part) for part in wanted.after))
    return [and_(at <= wanted.after[0], tuple_(at, source, line_id) < last)]
