"""The anchors of the log, and the chains that grew since the last one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from service.agreement.anchoring import Head, in_order
from service.agreement.events import Event
from service.database.tables.anchors import NOBODY, anchor_heads, anchor_objects, anchors, chain
from service.database.tables.records import Records, columns, record

_CHAIN = chain()

# Entry numbers are assigned before the commit, so a lower number may become visible later.
# Beginning at the anchor before the last one allows a day for that.
_GROWN = text(f"""
with touched as (
  select distinct {_CHAIN} as chain from audit_entries where id > :slack
), tips as (
  select touched.chain, tip.seq, tip.hash from touched
  cross join lateral (
    select seq, hash from audit_entries
    where {_CHAIN} = touched.chain order by seq desc limit 1
  ) tip
), wanted as (
  select chain, seq, hash from tips
  union
  select {_CHAIN}, seq, hash from audit_entries where id > :slack and event = :closed
)
select chain::text, seq, encode(hash, 'hex') as hash from wanted
where not exists (
  select from anchor_heads where {_CHAIN} = wanted.chain and seq = wanted.seq
)
""")  # noqa: S608 (only our own words)


@dataclass(frozen=True)
class Anchor:
    """One anchor: ``record`` is the stamped record, ``response`` the token (``.tsr``)."""

    number: int
    day: date
    record: bytes
    sha256: str
    response: bytes
    token_time: datetime
    token_quality: str
    through: int


@dataclass(frozen=True)
class AnchorObject:
    """One object of an anchor in the bucket."""

    number: int
    key: str
    version_id: str
    sha256: str
    size: int
    locked_until: datetime


class Anchors(Records):
    def newest(self) -> Anchor | None:
        return self._one(select(anchors).order_by(anchors.c.number.desc()).limit(1))

    def grown(self) -> tuple[list[Head], int]:
        """The heads that no anchor holds yet, in the order of the tree, and the newest entry. Of a
        closed agreement also the closing."""
        through = self._connection.execute(
            text("select coalesce(max(id), 0) from audit_entries")
        ).scalar_one()
        slack = self._connection.execute(
            select(anchors.c.through).order_by(anchors.c.number.desc()).offset(1).limit(1)
        ).scalar()
        rows = self._connection.execute(
            _GROWN, {"slack": slack or 0, "closed": Event.ORIGINAL_CLOSED.value}
        )
        heads = [Head(None if r.chain == NOBODY else r.chain, r.seq, r.hash) for r in rows]
        return in_order(heads), int(through)

    def add(self, anchor: Anchor, heads: list[Head]) -> bool:
        """Store an anchor; False if one with this number or for this day already exists."""
        made = self._connection.execute(
            upsert(anchors)
            .values(columns(anchor))
            .on_conflict_do_nothing()
            .returning(anchors.c.number)
        )
        if made.first() is None:
            return False
        if heads:
            self._connection.execute(
                insert(anchor_heads),
                [
                    columns(head, number=anchor.number, position=position)
                    for position, head in enumerate(heads)
                ],
            )
        return True

    def all(self) -> list[Anchor]:
        """Oldest first."""
        rows = self._connection.execute(select(anchors).order_by(anchors.c.number))
        return [record(Anchor, row) for row in rows]

    def of_day(self, day: date) -> str:
        statement = select(anchors.c.sha256).where(anchors.c.day == day)
        return self._connection.execute(statement).scalar() or ""

    def heads(self, number: int) -> list[Head]:
        """In the order of its tree."""
        rows = self._connection.execute(
            select(anchor_heads)
            .where(anchor_heads.c.number == number)
            .order_by(anchor_heads.c.position)
        )
        return [record(Head, row) for row in rows]

    def holding(self, head: Head) -> Anchor | None:
        return self._one(
            select(anchors)
            .join(anchor_heads, anchor_heads.c.number == anchors.c.number)
            .where(
                anchor_heads.c.agreement_id == head.agreement_id,
                anchor_heads.c.seq == head.seq,
                anchor_heads.c.hash == head.hash,
            )
        )

    def not_stored(self) -> list[Anchor]:
        """Anchors without a known copy in the bucket, oldest first."""
        stored = select(anchor_objects.c.number).where(anchor_objects.c.number == anchors.c.number)
        rows = self._connection.execute(
            select(anchors).where(~stored.exists()).order_by(anchors.c.number)
        )
        return [record(Anchor, row) for row in rows]

    def put_objects(self, objects: list[AnchorObject]) -> None:
        """Repeatable."""
        self._connection.execute(
            upsert(anchor_objects).values([vars(each) for each in objects]).on_conflict_do_nothing()
        )

    def locked_for_less_than(self, days: int) -> list[AnchorObject]:
        """Objects whose lock ends within ``days``; at most three per day of the log."""
        rows = self._connection.execute(
            select(anchor_objects)
            .where(
                anchor_objects.c.locked_until
                < func.clock_timestamp() + func.make_interval(0, 0, 0, days)
            )
            .order_by(anchor_objects.c.locked_until)
        )
        return [record(AnchorObject, row) for row in rows]

    def note_lock(self, key: str, until: datetime) -> None:
        self._connection.execute(
            update(anchor_objects).where(anchor_objects.c.key == key).values(locked_until=until)
        )

    def _one(self, statement: Select[Any]) -> Anchor | None:
        row = self._connection.execute(statement).one_or_none()
        return record(Anchor, row) if row else None
