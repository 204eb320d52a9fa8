"""All chains of the log with their anchors, read in batches, whatever they contain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sqlalchemy import text

from service.agreement.anchoring import Head
from service.database.log.audit_log import Entry, entry_of
from service.database.tables.anchors import chain
from service.database.tables.columns import Digest
from service.database.tables.records import Records

_EACH = text(f"""
select e.*, p.data as personal, p.salt, a.reference, h.hash as anchored_hash, n.day as anchored_day
from audit_entries e
left join audit_personal p on p.entry_id = e.id
left join agreements a on a.id = e.agreement_id
left join anchor_heads h on {chain("h")} = {chain("e")}
  and h.seq = e.seq
left join anchors n on n.number = h.number
order by {chain("e")}, e.seq, e.id
""").columns(  # noqa: S608 (only our own words)
    **dict.fromkeys(("personal_digest", "prev_hash", "hash", "anchored_hash"), Digest)
)

_GONE = text(f"""
select h.agreement_id::text, a.reference, h.seq, encode(h.hash, 'hex') as hash, n.day
from anchor_heads h
join anchors n on n.number = h.number
left join agreements a on a.id = h.agreement_id
where not exists (
  select from audit_entries e
  where {chain("e")} = {chain("h")} and e.seq = h.seq
)
order by h.agreement_id, h.seq
""")  # noqa: S608 (only our own words)

_EMPTY = text(f"""
select id::text, reference from agreements a
where not exists (
  select from audit_entries e where {chain("e")} = a.id
)
order by reference
""")  # noqa: S608 (only our own words)


@dataclass(frozen=True)
class Chain:
    """The entries of one chain as stored, and the anchored heads for their numbers.

    The general chain has the reference '' and the agreement id None.
    """

    agreement_id: str | None
    reference: str
    entries: list[Entry]
    anchored: list[tuple[Head, date]]


class Chains(Records):
    def each(self) -> Iterator[Chain]:
        rows = self._connection.execute(
            _EACH,
            execution_options={"stream_results": True, "yield_per": 1000},
        )
        for _, rest in groupby(rows, lambda row: row.agreement_id):
            found = list(rest)
            own = str(found[0].agreement_id) if found[0].agreement_id else None
            yield Chain(
                own,
                found[0].reference or "",
                [entry_of(row) for row in found],
                [
                    (Head(own, row.seq, row.anchored_hash), row.anchored_day)
                    for row in found
                    if row.anchored_hash
                ],
            )

    def gone(self) -> list[Chain]:
        """By chain, the anchored heads for whose number there is no entry; without entries."""
        rows = self._connection.execute(_GONE)
        return [
            Chain(
                own,
                found[0].reference or "",
                [],
                [(Head(own, row.seq, row.hash), row.day) for row in found],
            )
            for own, found in (
                (key, list(rest)) for key, rest in groupby(rows, lambda row: row.agreement_id)
            )
        ]

    def empty(self) -> list[tuple[str, str]]:
        """Id and reference of agreements without any entry."""
        rows = self._connection.execute(_EMPTY)
        return [(row.id, row.reference) for row in rows]
