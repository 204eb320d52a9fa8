"""The rows of a list with the best agreement that each customer has, some hundreds at a time."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text

from service.agreement.bulk.coverage import Cover, Covered, Match
from service.agreement.states import EFFECTIVE, RUNNING, State
from service.database.tables.records import Records, record

_IN_FORCE = ", ".join(f"'{each}'" for each in sorted(EFFECTIVE - {State.SUPERSEDED}))
_RUNNING = ", ".join(f"'{each}'" for each in sorted(RUNNING))
# The conditions on numbers and names are spelled as in their indexes. A row that only repeats
# another is no further customer. With ``offset 0`` each row is looked up by itself: PostgreSQL does
# not know how many rows a part has, and may otherwise read all agreements for it.
_PART = text(f"""
with lines as materialized (
  select "row", cells, organisation, number, customer, identities, agreement_id
  from import_lines
  where import_id = cast(:import_id as uuid) and "row" > :after
    and coalesce(skip ->> 'code', '') <> 'same_row'
  order by "row" limit :most
), found as (
  select l."row", l.agreement_id, 1 as sure, 'row' as match
  from lines l where l.agreement_id is not null
  union all
  select l."row", same.id, 2, 'number'
  from lines l cross join lateral (
    select agreements.id from agreements
    where (agreements.controller ->> 'number') = l.number offset 0
  ) same
  where l.number <> ''
  union all
  select l."row", other.agreement_id, 3, 'customer'
  from lines l cross join unnest(l.identities) key cross join lateral (
    select import_id, agreement_id from import_lines
    where import_lines.identities @> array[key] and agreement_id is not null offset 0
  ) other
  join imports on imports.id = other.import_id
  where imports.shape = :shape and other.import_id <> cast(:import_id as uuid)
  union all
  select l."row", same.id, 4, 'name'
  from lines l cross join lateral (
    select agreements.id, coalesce(agreements.controller ->> 'number', '') as number
    from agreements where lower(agreements.controller ->> 'name') = lower(l.organisation) offset 0
  ) same
  where l.organisation <> '' and (l.number = '' or same.number = '')
), ranked as (
  select found."row", found.sure, found.match, a.id, a.reference, a.state, a.effective_date,
    a.created_at, case
      when a.state in ({_IN_FORCE}) and coalesce(life.ends_on, 'infinity') > cast(:today as date)
        then 'in_force'
      when a.state in ({_RUNNING}) then 'asked'
      when a.state = 'draft' then 'draft'
      else 'ended'
    end as cover
  from found join agreements a on a.id = found.agreement_id
  left join contract_lives life on life.agreement_id = a.id
), best as (
  select distinct on ("row") * from ranked
  order by "row", array_position(array['in_force', 'asked', 'draft', 'ended'], cover), sure,
    created_at desc, id
)
select lines."row", cells, organisation, number, customer, coalesce(cover, 'never') as cover,
  match, coalesce(reference, '') as reference, state, effective_date
from lines left join best on best."row" = lines."row"
order by lines."row"
""")  # noqa: S608  only constants


class Coverage(Records):
    def part(
        self, import_id: str, shape: str, after: int, *, today: Any, most: int
    ) -> list[Covered]:
        """The rows behind ``after``, at most so many. ``today`` is the date in Brussels."""
        asked = {
            "import_id": import_id,
            "shape": shape,
            "after": after,
            "today": today,
            "most": most,
        }
        return [
            record(
                Covered,
                row,
                cells=tuple(row.cells),
                cover=Cover(row.cover),
                match=Match(row.match) if row.match else None,
                state=State(row.state) if row.state else None,
            )
            for row in self._connection.execute(_PART, asked)
        ]
