"""Search by words, quick among very many agreements.

Every typed word must be a prefix of a stored word. There are three ways to the newest agreements
with all of them; PostgreSQL's planner cannot choose between them, because it assumes that every
prefix is common, but its statistics on whole words tell which is the shortest.

1. *Read the newest one by one* until the page is full: best for common words.
2. *Use the index on words* and sort what it finds: best for rare words, slow for one that many
   agreements have.
3. *By fortnight*, for a word that is common, but not among the newest, such as a year in the past:
   the index also has the fortnight of the last activity, so it finds the whole word in one
   fortnight after the other, the newest first. Longer words that begin with it are rare, so these
   are found in the second way.

What the archive is filtered by is stored as words too (``service/agreement/facets.py``), and found
in the same ways.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from math import prod
from string import ascii_lowercase, digits
from typing import Any

from sqlalchemy import Connection, bindparam, func, literal_column, select, text
from sqlalchemy.sql import ColumnElement

from service.agreement.facets import is_facet
from service.agreement.lists import Search, words_in
from service.database.tables.agreements import agreements

COMMON = 0.003  # the share of all agreements from which a whole word is worth the third way
EVERYWHERE = 0.5  # an index does not help for a word with this share
READ_AT_MOST = 20_000  # newest agreements read one by one
SPARE = 4  # so many times more than expected are read, before they are searched in another way

_FIRST_DAY = date(2000, 1, 1)


def _fortnight(instant: str) -> str:
    return f"(({instant} at time zone 'UTC')::date - date '{_FIRST_DAY}') / 14"


def fortnight_of(instant: datetime) -> int:
    """The number of the fortnight of this instant."""
    return (instant.astimezone(UTC).date() - _FIRST_DAY).days // 14


# Spelled as in the index on words.
FORTNIGHT: ColumnElement[Any] = literal_column(
    f"array[{_fortnight('agreements.last_activity_at')}]"
)
PRESENT_FORTNIGHT: ColumnElement[int] = literal_column(_fortnight("now()"))
_FIRST: ColumnElement[int] = literal_column(_fortnight("min(agreements.last_activity_at)"))
FIRST_FORTNIGHT = select(_FIRST).select_from(agreements).scalar_subquery()
_NO_WORDS: ColumnElement[str] = literal_column("''::tsvector")
# For each word, the known share of agreements with it, and with a word that begins with it.
_SHARES = text("""
select typed.word, coalesce(sum(known.share), 0) as share,
  coalesce(sum(known.share) filter (where known.kept = typed.word), 0) as whole,
  (select reltuples from pg_class where oid = 'agreements'::regclass) as agreements
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
    """Folded words of a search. ``indexed`` are those looked up in the index, ``whole`` those that
    are common as they are, and rare as the beginning of a longer word. ``share`` is the share of
    agreements with all words, if one word says nothing about another; ``agreements`` how many there
    are."""

    all: tuple[str, ...]
    indexed: tuple[str, ...]
    whole: tuple[str, ...]
    share: float
    agreements: float

    def read(self, limit: int, *, whole_group: bool) -> int:
        """How many of the newest to read one by one for ``limit`` results; 0: the index is quicker.

        The index finds ``agreements * share``; one by one, ``limit / share`` are read.
        ``whole_group``: of a group so small that all of it can be read.
        """
        if self.agreements * self.share**2 < limit:
            return 0
        if whole_group:
            return READ_AT_MOST
        return int(min(READ_AT_MOST, SPARE * limit / self.share))

    def in_few_fortnights(self, limit: int) -> bool:
        """Whether several words that are each common are rare together, but not so rare that the
        page is not full after some fortnights: then the index need not find all of any."""
        several = self.all_whole and len(self.all) > 1
        return several and self.agreements * self.share > SPARE * limit

    @property
    def exact(self) -> bool:
        """Whether all of them are looked up in the index. It is exact, so they need not be compared
        with each agreement again."""
        return set(self.indexed) == set(self.all)

    @property
    def all_whole(self) -> bool:
        """Whether that holds for the search by fortnight."""
        return set(self.whole) == set(self.all)

    @property
    def values(self) -> dict[str, str]:
        """The values of ``match`` and of the conditions on the index."""
        return {
            "all_words": _beginning(self.all),
            "indexed_words": _beginning(self.indexed),
            "whole_words": " & ".join(self.whole),
            "longer_words": " | ".join(
                f"{each}{following}:*"
                for each in self.whole
                if not is_facet(each)
                for following in digits + ascii_lowercase
            ),
        }


def match(search: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether this value of ``search`` has all words, without the index."""
    return func.coalesce(search, _NO_WORDS).op("@@")(_query("all_words"))


def in_index(words: str) -> ColumnElement[bool]:
    """A condition that uses the index: on the ``indexed_words``, the ``whole_words`` as they are,
    or ``longer_words``, which begin with one of those."""
    return agreements.c.search.op("@@")(_query(words))


def judged(connection: Connection, search: Search) -> Words | None:
    """The words of a search and of its facets, with the way to search for them; None if there are
    none."""
    typed_words = (*words_in(search.words), *search.facets.words)
    if not typed_words:
        return None
    rows = {row.word: row for row in connection.execute(_SHARES, {"words": list(typed_words)})}
    shares = {word: min(1.0, float(row.share)) for word, row in rows.items()}
    return Words(
        typed_words,
        _indexed(shares),
        tuple(word for word, row in rows.items() if _is_whole(word, row.whole, shares[word])),
        prod(shares.values()),
        float(next(iter(rows.values())).agreements),
    )


def _indexed(shares: dict[str, float]) -> tuple[str, ...]:
    """The rarest word, and those for which searching the index costs less than it spares: a word in
    the index takes a third of the time of an agreement that is read."""
    by_use = sorted(shares, key=lambda each: (shares[each], -len(each)))
    chosen, share = by_use[:1], shares[by_use[0]]
    for each in by_use[1:]:
        if shares[each] <= 3 * share:
            chosen.append(each)
            share *= shares[each]
    return tuple(chosen)


def _is_whole(word: str, whole: float, beginning: float) -> bool:
    if is_facet(word):  # one that most agreements have may still be missing among the newest
        return whole >= COMMON
    return COMMON <= whole < EVERYWHERE and beginning - whole < COMMON


def _beginning(words: tuple[str, ...]) -> str:
    return " & ".join(f"{each}:*" for each in words)


def _query(words: str) -> ColumnElement[str]:
    return func.to_tsquery("simple", bindparam(words))
