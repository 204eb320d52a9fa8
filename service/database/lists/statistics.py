"""How common each search word is, by PostgreSQL's statistics, read once a minute. They only decide
in which way a page is found."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from time import monotonic

from sqlalchemy import Connection, text

KEPT_SECONDS = 60
_KEY = "statistics of search words"
_LAST = "\U0010ffff"  # behind all letters
_READ = text("""
select reltuples as agreements, kept.words, kept.shares
from pg_class left join (
  select most_common_elems::text::text[] as words, most_common_elem_freqs as shares from pg_stats
  where schemaname = current_schema and tablename = 'agreements' and attname = 'search'
) kept on true
where oid = 'agreements'::regclass
""")


@dataclass(frozen=True)
class Statistics:
    """The number of agreements, and the common words in their order; ``sums`` has the shares of all
    before each, and of all."""

    agreements: float
    words: Sequence[str]
    sums: Sequence[float]

    @classmethod
    def of(cls, agreements: float, shares: dict[str, float]) -> Statistics:
        words = sorted(shares)
        sums = accumulate((shares[each] for each in words), initial=0.0)
        return cls(max(agreements, 1.0), words, [*sums])

    def whole(self, word: str) -> float:
        place = bisect_left(self.words, word)
        known = place < len(self.words) and self.words[place] == word
        return self._between(place, place + 1) if known else 0.0

    def beginning(self, word: str) -> float:
        """The sum of the shares of all words that begin so."""
        return self._between(bisect_left(self.words, word), bisect_left(self.words, word + _LAST))

    def _between(self, first: int, end: int) -> float:
        return self.sums[end] - self.sums[first]


@dataclass(frozen=True)
class _Kept:
    statistics: Statistics
    until: float  # by the monotonic clock


def statistics(connection: Connection) -> Statistics:
    """Those of the last minute."""
    kept: _Kept | None = connection.info.get(_KEY)
    if kept is None or kept.until < monotonic():
        kept = _Kept(_read(connection), monotonic() + KEPT_SECONDS)
        connection.info[_KEY] = kept
    return kept.statistics


def _read(connection: Connection) -> Statistics:
    row = connection.execute(_READ).one()
    words, shares = row.words or [], row.shares or []
    # Behind the shares are the smallest and the largest of them.
    known = zip(words, shares[: len(words)], strict=True)
    return Statistics.of(float(row.agreements), dict(known))
