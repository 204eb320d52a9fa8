"""The rows of a list with the best agreement that each customer has, some hundreds at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text

from service.agreement.bulk.coverage import Cover, Covered, Match
from service.agreement.states import EFFECTIVE, RUNNING, State
from service.database.tables.records import Records, record

_IN_FORCE = ", ".join(f"'{each}'" for each in sorted(EFFECTIVE - {State.SUPERSEDED}))
_RUNNING = ", ".join(f"'{each}'" for each in sorted(RUNNING))
# The conditions on numbers and names are spelled as in their indexes. A row that repeats another is
# no further customer. ``offset 0`` looks up each row by itself; otherwise PostgreSQL, which does
# not know the size of a part, may read all agreements.
_KEYS = text("""
select "row", identities from import_lines
where import_id = cast(:import_id as uuid) and "row" > :after
  and coalesce(skip ->> 'code', '') <> 'same_row'
order by "row" limit :most
""")
# All keys of a part at once: each look into the index also reads its unsorted additions.
_MADE = text("""
select key, agreement_id
from import_lines join imports on imports.id = import_lines.import_id, unnest(identities) as key
where identities && cast(:keys as text[]) and agreement_id is not null
  and shape = :shape and import_id <> cast(:import_id as uuid)
""")
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
  select customers."row", customers.id, 3, 'customer'
  from unnest(cast(:made_rows as int[]), cast(:made_ids as uuid[])) as customers ("row", id)
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
        asked = {"import_id": import_id, "after": after, "most": most}
        customers = self._customers(shape, asked)
        asked |= {
            "today": today,
            "made_rows": [row for row, _ in customers],
            "made_ids": [agreement_id for _, agreement_id in customers],
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

    def _customers(self, shape: str, asked: Mapping[str, Any]) -> list[tuple[int, str]]:
        """The rows about customers of earlier lists, each with an agreement made for these."""
        rows_of: dict[str, list[int]] = {}
        for row, keys in self._connection.execute(_KEYS, asked):
            for key in keys:
                rows_of.setdefault(key, []).append(row)
        if not rows_of:
            return []
        wanted = {"keys": list(rows_of), "shape": shape, "import_id": asked["import_id"]}
        made = self._connection.execute(_MADE, wanted)
        return [(row, str(made_id)) for key, made_id in made for row in rows_of.get(key, ())]
