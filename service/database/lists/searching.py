"""The words of a search: how common each is, and the conditions that find them.

A typed word must be the beginning of a stored word; filters are whole words
(``service/agreement/facets.py``). A typed word that is common by itself but rare as a beginning is
also taken whole; the longer ones are then found separately.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from math import prod
from string import ascii_lowercase, digits
from typing import Any

from sqlalchemy import (
    Connection,
    Integer,
    ScalarSelect,
    bindparam,
    cast,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.sql import ColumnElement

from service.agreement.facets import facet_word, is_facet
from service.agreement.lists import GROUPS, Search, words_in
from service.agreement.states import State
from service.database.lists.statistics import Statistics, statistics
from service.database.tables.agreements import agreements

COMMON = 0.003  # the share of all agreements from which a typed word is worth finding as a whole
MANY = 2_000  # agreements with a word, from which looking it up as a beginning takes long
EVERYWHERE = 0.5  # an index does not help for a word with this share
# How many words of digits an agreement has. The statistics know few of them, because each is rare;
# but many begin with the same two digits.
_NUMBERS = 5
# Of a word in the index without its agreement, relative to an agreement that is read.
_OF_A_BEGINNING = 0.05
# So many whole words in the index take less time than an agreement that is read.
_SPARED = 50

# The index has three numbers for each date: its fortnight, its day (negative), and its half year,
# far below.
_FIRST_DAY = date(2000, 1, 1)
FORTNIGHT, HALF_YEAR = 14, 182  # days
HALF_YEARS = -1_000_000


def _number(day: str) -> str:
    return f"({day} - date '{_FIRST_DAY}')"


def _of_instant(instant: str) -> str:
    return _number(f"({instant} at time zone 'UTC')::date")


def _parts(number: str) -> ColumnElement[Any]:
    half_year = f"{HALF_YEARS} - {number} / {HALF_YEAR}"
    return literal_column(f"array[{number} / {FORTNIGHT}, -{number}, {half_year}]")


def _first(number: str) -> ScalarSelect[int]:
    day: ColumnElement[int] = literal_column(number, Integer)
    return select(day).select_from(agreements).correlate(None).scalar_subquery()


def number_of(moment: date) -> int:
    """The number of this day, or of the day of this instant in UTC."""
    day = moment.astimezone(UTC).date() if isinstance(moment, datetime) else moment
    return (day - _FIRST_DAY).days


# Spelled as in the index on words.
ACTIVE = _parts(_of_instant("agreements.last_activity_at"))
EFFECTIVE = _parts(_number("agreements.effective_date"))
PRESENT: ColumnElement[int] = literal_column(_of_instant("now()"), Integer)
# The day with which the list begins, by the last activity or by the effective date.
EARLIEST_ACTIVE = _first(_of_instant("min(last_activity_at)"))
EARLIEST_EFFECTIVE = _first(_number("min(effective_date)"))
_NO_WORDS: ColumnElement[str] = literal_column("''::tsvector")


@dataclass(frozen=True)
class Words:
    """Folded words of a search, and those of its filters.

    ``beginnings`` and ``whole`` are typed words; ``states`` are those of its group. ``shares`` are
    the shares of agreements with each, ``agreements`` their number; words are assumed to be
    independent.
    """

    all: tuple[str, ...]
    beginnings: tuple[str, ...]
    whole: tuple[str, ...]
    states: tuple[str, ...]
    shares: Mapping[str, float]
    agreements: float

    @property
    def share(self) -> float:
        """The share of agreements with all words and one of the states."""
        return self._of_states * prod(self.shares[each] for each in self.all)

    @property
    def with_whole_words(self) -> float:
        """How many agreements have the words that are looked up as whole ones."""
        return self.agreements * self._of_states * prod(self.shares[each] for each in self.whole)

    @property
    def cost_of_index(self) -> float:
        """How many agreements are read if the index finds all, or as much work."""
        many, others = self._of_many, self._others
        found = prod(self.shares[each] for each in (*many, *others, *self._filters))
        looked_up = _OF_A_BEGINNING * sum(self.shares[each] for each in others)
        looked_up += sum(self.shares[each] for each in many) / _SPARED
        return self.agreements * (found * self._of_states + looked_up)

    @property
    def keys(self) -> tuple[str, ...]:
        """The names of the conditions on the index that find all."""
        return (*self._always, *(("beginnings",) if self.beginnings else ()))

    @property
    def exact(self) -> bool:
        """Whether ``keys`` find nothing else."""
        return set(self.beginnings) >= {each for each in self.all if not is_facet(each)}

    @property
    def keys_of_longer(self) -> tuple[str, ...]:
        """Those that find words which begin with a whole one; empty if nobody typed a whole one."""
        if not any(not is_facet(each) for each in self.whole):
            return ()
        return (*self._always, "longer_words")

    @property
    def ways(self) -> tuple[tuple[str, ...], ...]:
        """The conditions that find all: ``keys``, but if many have a typed whole word, those that
        find it as such, and those that find longer words. A beginning is looked up with all that
        have it, a whole word is not."""
        if not self._of_many:
            return (self.keys,)
        others = ("others",) if self._others else ()
        whole = (f"whole_{self.whole.index(each)}" for each in self._of_many)
        return ((*self._always, *whole, *others), self.keys_of_longer)

    @property
    def whole_keys(self) -> tuple[str, ...]:
        """Those that find only whole words, in a fortnight; empty if there are none."""
        return (*(f"whole_{n}" for n in range(len(self.whole))), *self._group)

    @property
    def all_whole(self) -> bool:
        """Whether ``whole_keys`` find nothing else."""
        return set(self.whole) == set(self.all)

    @property
    def values(self) -> dict[str, str]:
        """The values of the conditions."""
        typed = [each for each in self.whole if not is_facet(each)]
        longer = [f"{each}{more}" for each in typed for more in digits + ascii_lowercase]
        return {
            "all_words": _query(self.all, " & "),
            "beginnings": _query(self.beginnings, " & "),
            "others": _query(self._others, " & "),
            "longer_words": _query(longer, " | "),
            "group": _query(self.states, " | "),
            **{f"filter_{n}": _query([each], "") for n, each in enumerate(self._filters)},
            **{f"whole_{n}": f"'{each}'" for n, each in enumerate(self.whole)},
        }

    @property
    def _of_many(self) -> tuple[str, ...]:
        """Whole words that many have, of which it costs less to look them up than it spares."""
        found = prod(self.shares[each] for each in (*self.beginnings, *self._filters))
        return tuple(
            each
            for each in self.whole
            if not is_facet(each)
            and self.agreements * self.shares[each] > MANY
            and (each in self.beginnings or self.shares[each] <= _SPARED * found)
        )

    @property
    def _others(self) -> tuple[str, ...]:
        return tuple(each for each in self.beginnings if each not in self._of_many)

    @property
    def _always(self) -> tuple[str, ...]:
        return (*(f"filter_{n}" for n in range(len(self._filters))), *self._group)

    @property
    def _filters(self) -> tuple[str, ...]:
        return tuple(filter(is_facet, self.all))

    @property
    def _group(self) -> tuple[str, ...]:
        return ("group",) if self.states and self._of_states < EVERYWHERE else ()

    @property
    def _of_states(self) -> float:
        return min(1.0, sum(self.shares[each] for each in self.states)) if self.states else 1.0


def match(search: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether this value of ``search`` has all words, without the index: as a condition on the
    column, PostgreSQL would look up each beginning in it."""
    return func.coalesce(search, _NO_WORDS).op("@@")(_bound("all_words"))


def in_index(*names: str) -> list[ColumnElement[bool]]:
    """Conditions that use the index, one per value: then PostgreSQL goes from one match of the
    rarest to the next instead of reading all."""
    return [agreements.c.search.op("@@")(_bound(name)) for name in names]


def judged(connection: Connection, search: Search) -> Words:
    """The words of a search, of its filters, and of its group."""
    typed, filters = words_in(search.words), search.facet_words
    words = tuple(dict.fromkeys((*typed, *filters)))
    states: tuple[str, ...] = ()
    if search.group in GROUPS and search.group != "trouble":  # which is not about states alone
        states = _words_for(GROUPS[search.group])
    known = statistics(connection)
    shares = {word: _share(word, known) for word in {*words, *states}}
    return Words(
        words,
        _beginnings({word: shares[word] for word in typed}),
        tuple(word for word in words if _is_whole(word, known)),
        states,
        shares,
        known.agreements,
    )


def _share(word: str, known: Statistics) -> float:
    if is_facet(word):
        return min(1.0, known.whole(word))
    at_least = _NUMBERS / 10 ** len(word) if word.isdecimal() else 0.0
    return min(1.0, max(at_least, known.beginning(word)))


def _words_for(states: Sequence[State]) -> tuple[str, ...]:
    return tuple(facet_word("state", each.value) for each in states)


def _beginnings(shares: dict[str, float]) -> tuple[str, ...]:
    """The rarest word, and those whose search in the index costs less than it spares: a word there
    takes a third of the time of an agreement."""
    by_use = sorted(shares, key=lambda each: (shares[each], -len(each)))
    chosen, share = by_use[:1], shares[by_use[0]] if by_use else 1.0
    for each in by_use[1:]:
        if shares[each] <= 3 * share:
            chosen.append(each)
            share *= shares[each]
    return tuple(chosen)


def _is_whole(word: str, known: Statistics) -> bool:
    if is_facet(word):
        return True
    whole, share = known.whole(word), _share(word, known)
    return COMMON <= whole < EVERYWHERE and share - whole < COMMON


def _query(words: Sequence[str], between: str) -> str:
    """Typed words as beginnings, filters as they are."""
    return between.join(f"'{each}'" if is_facet(each) else f"'{each}':*" for each in words)


def _bound(name: str) -> ColumnElement[Any]:
    return cast(bindparam(name), TSQUERY)
