"""What is counted of the lines of an import: what is wrong with them, and who signs several."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from service.agreement.bulk.states import LineState
from service.database.tables.records import Records, record


@dataclass(frozen=True)
class Reason:
    """One kind of error (of a field) or warning (``field`` is empty), its number of lines, and the
    first of these."""

    field: str
    code: str
    count: int
    first: int


@dataclass(frozen=True)
class Shared:
    """How many people sign more than one agreement, the number of these, and the number of mails if
    each person gets one."""

    people: int
    agreements: int
    mails: int

    @property
    def spared(self) -> int:
        """How many mails fewer than agreements."""
        return self.agreements - self.mails


_SHARED = text(
    """
select count(*) as people, coalesce(sum(lines), 0)::int as agreements,
  coalesce(sum(ceil(lines / cast(:most as numeric))), 0)::int as mails from (
  select count(*) as lines from import_lines
  where import_id = cast(:import_id as uuid) and person <> '' and state in ('good', 'made')
  group by person having count(*) > 1
) as several
"""
)


_REASONS = """
select coalesce(r ->> 'field', '') as field, r ->> 'code' as code, count(*), min(l."row")
from import_lines l cross join jsonb_array_elements(l.{column}) as r
where l.import_id = cast(:import_id as uuid) and l.state = '{state}'
group by 1, 2 order by 3 desc, 4, 1
"""
_FAULTS = text(_REASONS.format(column="errors", state=LineState.FAULTY.value))
_DOUBTS = text(_REASONS.format(column="warnings", state=LineState.GOOD.value))


class LineCounts(Records):
    def shared(self, import_id: str, *, most: int) -> Shared:
        """Who sign more than one of the agreements that are to be made or sent; ``most`` are in one
        mail."""
        row = self._connection.execute(_SHARED, {"import_id": import_id, "most": most}).one()
        return record(Shared, row)

    def faults(self, import_id: str) -> list[Reason]:
        """What is wrong in faulty lines, the most frequent first."""
        return self._reasons(_FAULTS, import_id)

    def doubts(self, import_id: str) -> list[Reason]:
        """The warnings on good lines, the most frequent first."""
        return self._reasons(_DOUBTS, import_id)

    def _reasons(self, statement: Any, import_id: str) -> list[Reason]:
        rows = self._connection.execute(statement, {"import_id": import_id})
        return [Reason(*row) for row in rows]
