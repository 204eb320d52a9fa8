"""Which agreements are on a page of a list: quick among very many, with any words and filters.

PostgreSQL's planner cannot choose the way, because it assumes that every beginning of a word is
common; its statistics tell which one reads least.

- *In order*, if only the order, a group or dates are asked, which an index has.
- *Read the first ones one by one* until the page is full: best for what many have.
- *Use the index on words* and sort the result: best for what is rare.
- *By half year*, from the newest on, if one may have a page of them, but none has very many.
- *By fortnight*, for whole words that are common, but perhaps not among the first. The index has
  the half year, fortnight and day of the last activity and of the effective date; from the first
  fortnight on they are found day by day, and after six weeks by fortnight; at once by fortnight
  if one has less than a page. What is from no particular time is first looked for in the newest
  six weeks.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Executable, Select

from service.agreement.facets import ANY
from service.agreement.lists import GROUPS, Order, Search
from service.database.lists.page_statements import (
    among_the_newest,
    by_index,
    in_order,
    instant,
    one_by_one,
    shape_of,
    values_of,
)
from service.database.lists.parts_of_time import first_fortnight, from_the_newest, in_parts
from service.database.lists.searching import FORTNIGHT, HALF_YEAR, Words, judged, number_of

READ_AT_MOST = 20_000  # agreements read one by one
SPARE = 4  # so many times more than expected are read, before they are found in another way
BY_DAY = 3  # fortnights that are searched day by day
SAMPLED = 10_000  # agreements, from which half years are sampled
DENSE = 1  # pages that a fortnight has on average, from which they are
RECENT = ("draft", "waiting", "awaits_us")  # groups of which most are from the last weeks
OVER_HALF_YEARS = 8  # pages that all of them have, from which they are searched by half year
SPREAD = 4_000  # agreements, until which they are; one half year may have them all
OF_A_TEMPLATE = 2  # times as many: it has its own time, outside which there are none
FEW = 2_000  # found and sorted in less time than another way takes
FUTURE = 100_000  # a day that nobody reaches
MORE = 8_000  # the same, if that way finds so little that it must look everywhere


def page(connection: Connection, search: Search, limit: int) -> Sequence[str]:
    """The ids of a page, in its order."""
    typed = judged(connection, search)
    found = _Found(connection, search, typed, limit)
    if search.narrowed.state_days:
        return found.that_wait()
    if search.narrowed.order is not Order.ACTIVITY:
        return found.in_other_order()
    if search.group == "trouble":  # a small group, of which all are read
        return found.newest(read=READ_AT_MOST)
    if found.spread:
        return found.by_half_year()
    fills = typed.agreements * typed.share > limit  # otherwise another way reads to the end
    if typed.cost_of_index <= (FEW if fills else MORE):
        return found.by_index()
    if typed.whole_keys:
        few = typed.with_whole_words <= FEW
        return found.by_half_year() if few else found.by_fortnight()
    if typed.agreements * typed.share**2 < limit:  # the index finds fewer than would be read
        return found.by_index()
    read = int(min(READ_AT_MOST, SPARE * limit / typed.share))
    ids = found.newest(read=read)
    return ids if len(ids) == limit else found.by_index()


class _Found:
    """What one search finds, in each way."""

    def __init__(self, connection: Connection, search: Search, typed: Words, limit: int) -> None:
        self._connection, self._search, self._typed = connection, search, typed
        self._limit = limit
        self.shape = shape_of(search)
        self._values = values_of(search) | typed.values

    def ids(self, statement: Select[Any], **more: Any) -> list[str]:
        return [row.id for row in self._rows(statement, **more)]

    def newest(self, read: int) -> list[str]:
        return self.ids(among_the_newest(self.shape, self._limit), read=read)

    def by_index(self) -> list[str]:
        typed = self._typed
        compared = bool(typed.all) and not (typed.exact and len(typed.ways) == 1)
        return self.ids(by_index(self.shape, self._limit, typed.ways, compared))

    def that_wait(self) -> list[str]:
        """Few agreements wait, and an index has since when: the rest is compared."""
        return self.ids(by_index(self.shape, self._limit, ((),), bool(self._typed.all)))

    def in_other_order(self) -> list[str]:
        """Of this order no index has fortnights."""
        typed, group = self._typed, self._search.group
        if not typed.all and group not in GROUPS:
            return self.ids(in_order(self.shape, self._limit))
        if typed.cost_of_index > FEW and group != "trouble":
            read = int(min(READ_AT_MOST, SPARE * self._limit / max(typed.share, 1e-9)))
            ids = self.ids(one_by_one(self.shape, self._limit, bool(typed.all)), read=read)
            if len(ids) == self._limit:
                return ids
        return self.by_index()

    @property
    def spread(self) -> bool:
        """Whether a half year may have a page of them, but none has very many."""
        most = SPREAD * OF_A_TEMPLATE if self._of_a_template else SPREAD
        return self._of_any_time and OVER_HALF_YEARS * self._limit <= self._expected <= most

    def by_half_year(self) -> list[str]:
        return self._first(self._from_the_newest(HALF_YEAR))

    @property
    def _expected(self) -> float:
        return self._typed.agreements * self._typed.share

    @property
    def _of_any_time(self) -> bool:
        """Whether whole words find them, and none of these is for a year, a month or an import."""
        search, typed = self._search, self._typed
        of_one_time = search.facets.sent not in ("", ANY) or search.narrowed.imported
        of_a_year = any(each.isdecimal() for each in typed.whole)
        return bool(typed.whole_keys) and not of_one_time and not of_a_year

    @property
    def _of_a_template(self) -> bool:
        return bool(self._search.facets.template or self._search.narrowed.template)

    def _from_the_newest(self, part: int) -> list[Any]:
        typed, (newest, oldest) = self._typed, self._span()
        keys, longer, compared = typed.whole_keys, typed.keys_of_longer, not typed.all_whole
        within = from_the_newest(self.shape, self._limit, keys, longer, compared, part)
        return self._rows(within, newest=newest, oldest=oldest)

    def by_fortnight(self) -> list[str]:
        typed, keys = self._typed, self._typed.whole_keys
        expected, recent = self._expected, self._search.group in RECENT
        if self._of_any_time and not self._of_a_template and expected > SPREAD:
            newest_ones = self._from_the_newest(1 if expected > SAMPLED else FORTNIGHT)
            if sum(not each.beside for each in newest_ones) >= self._limit:
                return self._first(newest_ones)
        within = in_parts(self.shape, self._limit, keys, not typed.all_whole)
        newest, oldest = self._span()
        found: list[Any] = []
        first_one = first_fortnight(self.shape, keys, sampled=expected > SAMPLED)
        firsts = self._rows(first_one, newest=newest, oldest=oldest)
        for first, newest_day, earliest in firsts:
            until = first
            if recent or expected > DENSE * self._limit * (first - earliest):
                until -= BY_DAY
                day = min(newest_day, first * FORTNIGHT + FORTNIGHT - 1)
                found = self._rows(within, from_part=-day, to_part=-(until + 1) * FORTNIGHT, step=1)
            if len(found) < self._limit:
                found += self._rows(within, from_part=until, to_part=earliest, step=-1)
        if typed.keys_of_longer:
            ways, compared = (typed.keys_of_longer,), len(typed.all) > 1
            found += self._rows(by_index(self.shape, self._limit, ways, compared))
        return self._first(found)

    def _first(self, found: list[Any]) -> list[str]:
        """The same agreement can have a word as a whole and as a beginning."""
        places = {(each.place, each.id) for each in found}
        return [each for _, each in sorted(places, reverse=True)[: self._limit]]

    def _rows(self, statement: Executable, **more: Any) -> list[Any]:
        return list(self._connection.execute(statement, self._values | more).all())

    def _span(self) -> tuple[int, int]:
        """The days to which the search itself limits the order, the newest first."""
        search = self._search
        ends: list[date | None] = [instant(search)] if search.after else []
        oldest = 0
        if search.by_date:
            ends += [search.signed_until, search.in_force_on]
            oldest = number_of(search.signed_from) if search.signed_from else 0
        return min([FUTURE, *(number_of(each) for each in ends if each)]), oldest
