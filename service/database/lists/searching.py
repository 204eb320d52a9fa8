"""What was typed into a search, and how it is found quickly among very many agreements.

Every word typed must begin a word kept. The index knows where each word is, but not which of these
agreements are the newest, so what it finds must be sorted: quick for a rare word, slow for one that
a tenth of all agreements have. For such a word it is quicker to read the newest agreements one by
one until the page is full. PostgreSQL cannot tell which way is shorter, because it takes every
beginning of a word for common; its own statistics on whole words do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, literal_column, text
from sqlalchemy.sql import ColumnElement

from service.agreement.lists import words_in
from service.database.tables.agreements import agreements

COMMON = 0.003  # of all agreements: from here on, the newest are read one by one
SOME = 0.03  # beside a rarer word, the index is asked for words up to this share
EVERYWHERE = 0.2  # such a word is no help to an index

_NO_WORDS: ColumnElement[str] = literal_column("''::tsvector")
# Of each word, which part of the agreements have a word that begins so, as far as is known.
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
    """Words of a search, folded. ``indexed`` are those that the index is asked for, and ``common``
    says that many agreements have each of them."""

    all: tuple[str, ...]
    indexed: tuple[str, ...]
    common: bool

    def match(self, search: ColumnElement[Any]) -> ColumnElement[bool]:
        """Whether an agreement with this in ``search`` has all of them; the index is not asked."""
        return func.coalesce(search, _NO_WORDS).op("@@")(_query(self.all))

    @property
    def found(self) -> list[ColumnElement[bool]]:
        """Conditions that find them by the index; it is exact, so the words that it was asked for
        are not compared with each agreement again."""
        conditions: list[ColumnElement[bool]] = [agreements.c.search.op("@@")(_query(self.indexed))]
        if set(self.indexed) != set(self.all):
            conditions.append(self.match(agreements.c.search))
        return conditions


def judged(connection: Connection, typed: str) -> Words | None:
    """The words of what was typed, with how to look for them; None where there are none."""
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
