"""Search by words, quick among very many agreements.

Every typed word must be a prefix of a stored word. The index finds the agreements with a word, but
not in order, so its results must be sorted: fast for a rare word, slow for one that a tenth of all
agreements have. For such a word it is faster to read the newest agreements one by one until the
page is full. PostgreSQL's planner cannot choose, because it assumes that every prefix is common;
its statistics on whole words tell which way is shorter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, literal_column, text
from sqlalchemy.sql import ColumnElement

from service.agreement.lists import words_in
from service.database.tables.agreements import agreements

COMMON = 0.003  # share of all agreements from which the newest are read one by one
SOME = 0.03  # together with a rarer word, the index is used for words up to this share
EVERYWHERE = 0.2  # an index does not help for a word with this share

_NO_WORDS: ColumnElement[str] = literal_column("''::tsvector")
# For each word, the known share of agreements with a word that begins with it.
_SHARES = text("""
select typed.word, coalesce(sum(known.share), 0) as share
from unnest(cast(:words as text[])) as typed (word)
left join (
  select kept, share from pg_stats
  cross join lateral unnest(most_common_elems::text::text[], most_common_elem_freqs)
    as common (kept, share)
  where schemaname = current_schema and tablename = 'agreements' and attname = 'search'
    and kept is not null
) known on starts_with(known.kept, typed.word)
group by typed.word
""")


@dataclass(frozen=True)
class Words:
    """Folded words of a search. ``indexed`` are those looked up in the index; ``common``: many
    agreements have each of them."""

    all: tuple[str, ...]
    indexed: tuple[str, ...]
    common: bool

    def match(self, search: ColumnElement[Any]) -> ColumnElement[bool]:
        """Whether this value of ``search`` has all of them, without the index."""
        return func.coalesce(search, _NO_WORDS).op("@@")(_query(self.all))

    @property
    def found(self) -> list[ColumnElement[bool]]:
        """Conditions that use the index; it is exact, so the words looked up in it are not compared
        with each agreement again."""
        conditions: list[ColumnElement[bool]] = [agreements.c.search.op("@@")(_query(self.indexed))]
        if set(self.indexed) != set(self.all):
            conditions.append(self.match(agreements.c.search))
        return conditions


def judged(connection: Connection, typed: str) -> Words | None:
    """The typed words with the way to search for them; None if there are none."""
    found = words_in(typed)
    if not found:
        return None
    rows = connection.execute(_SHARES, {"words": list(found)})
    shares = {row.word: float(row.share) for row in rows}
    by_use = sorted(found, key=lambda each: (shares[each], -len(each)))
    common = shares[by_use[0]] >= COMMON
    helpful = [each for each in by_use if shares[each] <= (EVERYWHERE if common else SOME)]
    return Words(found, tuple(helpful or by_use[:1]), common)


def _query(found: tuple[str, ...]) -> ColumnElement[str]:
    return func.to_tsquery("simple", " & ".join(f"{each}:*" for each in found))
