"""Lists, counts and search, with keyset paging, never OFFSET.

A list first finds the agreements of its page through the narrowest index, and then reads the
contents of the lines of just those.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    FromClause,
    Integer,
    Select,
    Subquery,
    and_,
    any_,
    bindparam,
    func,
    literal_column,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, UUID, array
from sqlalchemy.sql import ColumnElement

from service.agreement.fields import show_belgian_number
from service.agreement.lists import GROUPS, PAGE, SameNumber, Search, Summary
from service.agreement.states import RUNNING, State
from service.database.agreement.templates import OF_AN_AGREEMENT
from service.database.lists import groups, narrowed
from service.database.lists.filters import filter_conditions, filter_values
from service.database.lists.groups import (
    AWAITS_US,
    COUNTERSIGNER_GONE,
    MAIL_TROUBLE,
    QUESTION_WAITS,
)
from service.database.lists.searching import (
    FIRST_FORTNIGHT,
    FORTNIGHT,
    PRESENT_FORTNIGHT,
    Words,
    fortnight_of,
    in_index,
    judged,
    match,
)
from service.database.tables.accounts import staff
from service.database.tables.agreements import agreements, signatories
from service.database.tables.archive import archive_states
from service.database.tables.columns import word, words
from service.database.tables.messages import messages
from service.database.tables.questions import questions
from service.database.tables.records import Records, names, record

SMALL_GROUPS = ("draft", "waiting", "awaits_us", "trouble")


class Overview(Records):
    def find(self, search: Search, *, limit: int = PAGE) -> list[Summary]:
        """The newest matches, at most ``limit``."""
        typed = judged(self._connection, search) if search.by_words else None
        if search.narrowed:
            ids = narrowed.page(self._connection, search, typed, limit)
            lines = self._summaries(_THESE[False], {"ids": list(ids)}) if ids else []
            return sorted(lines, key=lambda line: ids.index(line.id))
        if typed is None:
            return self._summaries(_listed(_shape(search)), {"most": limit, **_values(search)})
        ids = self._search(search, typed, limit)
        return self._summaries(_THESE[search.by_date], {"ids": list(ids)}) if ids else []

    def these(self, references: Sequence[str]) -> list[Summary]:
        """The agreements with these references, the latest active first."""
        wanted = select(agreements.c.id).where(agreements.c.reference.in_(references))
        return self._summaries(_THESE[False], {"ids": self._column(wanted)})

    def counts(self) -> dict[str, int]:
        """The number of agreements per group, and under an empty name of all; ``COUNTED + 1`` means
        any larger number."""
        row = self._connection.execute(_COUNTS).one()
        return dict(zip(("", *GROUPS), map(int, row), strict=True))

    def same_number(self, number: str, but_not: str) -> SameNumber | None:
        """An agreement with the same enterprise number that has not ended without signatures: the
        most advanced one, since a draft says least."""
        wanted = {"number": number, "but_not": but_not}
        row = self._connection.execute(_SAME_NUMBER, wanted).one_or_none()
        if row is None:
            return None
        draft = row.state == State.DRAFT.value
        return SameNumber(
            row.reference, "effective" if row.effective_date else "draft" if draft else "running"
        )

    def _summaries(self, statement: Select[Any], values: dict[str, Any]) -> list[Summary]:
        return [_summary(row) for row in self._connection.execute(statement, values).mappings()]

    def _search(self, search: Search, typed: Words, limit: int) -> Sequence[str]:
        """The ids of a page of agreements with these words."""
        read = typed.read(limit, whole_group=search.group in SMALL_GROUPS)
        shape, values = _shape(search), {**_values(search), **typed.values}
        values |= {"most": limit, "read": read}
        if read:
            ids = self._column(_among_the_newest(shape), values)
            if len(ids) == limit:
                return ids
            # A small group was read whole; of all agreements there are more.
            if search.group in SMALL_GROUPS:
                size = self._connection.execute(_number_of_newest(shape), values).scalar_one()
                if size < read:
                    return ids
            if typed.whole and not search.by_date:
                return self._by_fortnight(search, typed, values, limit)
        elif typed.in_few_fortnights(limit) and not search.by_date:
            return self._by_fortnight(search, typed, values, limit)
        return self._column(_by_index(shape, "indexed_words", typed.exact), values)

    def _by_fortnight(
        self, search: Search, typed: Words, values: dict[str, Any], limit: int
    ) -> Sequence[str]:
        """The same for words that are common, but not among the newest."""
        shape, exact = _shape(search), typed.all_whole
        if search.after:
            values["begun"] = fortnight_of(_instant(search))
        found = [*self._connection.execute(_in_fortnights(shape, exact), values)]
        if values["longer_words"]:
            # A longer word says nothing about the other words.
            longer = _by_index(shape, "longer_words", exact and len(typed.all) == 1)
            found += self._connection.execute(longer, values)
        # The same agreement can have a word both ways.
        places = {(each.last_activity_at, each.id) for each in found}
        return [each for _, each in sorted(places, reverse=True)[:limit]]


_COUNTS = groups.counts()
# The columns by which a page is chosen.
_PLACED = (agreements.c.id, agreements.c.last_activity_at, agreements.c.effective_date)
_ON_A_PAGE = (*_PLACED, agreements.c.search)
# Spelled as in its index.
_own_number: ColumnElement[str] = literal_column("(agreements.controller ->> 'number')")
_SAME_NUMBER = (
    select(agreements.c.reference, agreements.c.state, agreements.c.effective_date)
    .where(
        _own_number == bindparam("number"),
        agreements.c.state.not_in(words(("declined", "expired", "voided", "superseded"))),
        agreements.c.reference != bindparam("but_not"),
    )
    .order_by(
        agreements.c.effective_date.desc().nulls_last(),
        agreements.c.state == word(State.DRAFT),
        agreements.c.reference,
    )
    .limit(1)
)
_QUESTION_WAITS = (
    select(questions.c.id)
    .where(questions.c.agreement_id == agreements.c.id, QUESTION_WAITS)
    .exists()
)
_MAIL_TROUBLE = (
    select(messages.c.id).where(messages.c.agreement_id == agreements.c.id, MAIL_TROUBLE).exists()
)
_senders = staff.alias("senders")
_SUMMARY: Select[Any] = (
    select(
        *(agreements.c[name] for name in names(Summary) if name in agreements.c),
        agreements.c.controller["name"].astext.label("organisation"),
        agreements.c.controller["number"].astext.label("number"),
        agreements.c.controller["number_type"].astext.label("number_type"),
        signatories.c.name.label("signatory_name"),
        signatories.c.email.label("signatory_email"),
        AWAITS_US.label("awaits_processor"),
        _MAIL_TROUBLE.label("mail_trouble"),
        and_(agreements.c.state.in_(words(sorted(RUNNING))), _QUESTION_WAITS).label(
            "question_waits"
        ),
        func.coalesce(archive_states.c.state, "").label("archive_state"),
        archive_states.c.looked_at.label("archive_looked_at"),
        select(_senders.c.name)
        .where(_senders.c.id == agreements.c.sender_id)
        .scalar_subquery()
        .label("sender_name"),
        func.coalesce(staff.c.name, "").label("countersigner_name"),
        COUNTERSIGNER_GONE.label("countersigner_gone"),
        func.coalesce(OF_AN_AGREEMENT, "").label("template"),
    )
    .select_from(agreements)
    .join(
        signatories,
        and_(
            signatories.c.agreement_id == agreements.c.id,
            signatories.c.number == 1,
            signatories.c.current,
        ),
    )
    .outerjoin(archive_states, archive_states.c.agreement_id == agreements.c.id)
    .outerjoin(staff, staff.c.id == agreements.c.countersigner_id)
)

_THESE = {
    by_date: _SUMMARY.where(
        agreements.c.id == any_(bindparam("ids", type_=ARRAY(UUID(as_uuid=False))))
    ).order_by(
        (agreements.c.effective_date if by_date else agreements.c.last_activity_at).desc(),
        agreements.c.id.desc(),
    )
    for by_date in (False, True)
}


def _place(rows: FromClause, search: Search) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """The columns by which lines are ordered, in a selection of agreements."""
    return rows.c.effective_date if search.by_date else rows.c.last_activity_at, rows.c.id


def _newest_first(rows: FromClause, search: Search) -> list[ColumnElement[Any]]:
    return [column.desc() for column in _place(rows, search)]


def _newest(search: Search, limit: int | BindParameter[int]) -> Subquery:
    """The newest of these in their order, regardless of words."""
    wanted = select(*_ON_A_PAGE)
    wanted = wanted.where(*_filters(search)).order_by(*_newest_first(agreements, search))
    wanted = wanted.limit(limit)
    if search.group not in GROUPS:
        return wanted.subquery("page")
    branches = [wanted.where(each) for each in groups.branches(search.group)]
    if len(branches) == 1:
        return branches[0].subquery("page")
    several = union_all(*(each.subquery().select() for each in branches)).subquery()
    ordered = select(several).order_by(*_newest_first(several, search))
    return ordered.limit(limit).subquery("page")


def _filters(search: Search) -> list[ColumnElement[bool]]:
    """All filters besides words and group; ``_values`` has their values."""
    conditions = filter_conditions(search)
    if search.after:
        column, agreement_id = _place(agreements, search)
        last = (bindparam("last", type_=column.type), bindparam("last_id", type_=agreement_id.type))
        conditions.append(tuple_(column, agreement_id) < tuple_(*last))
    return conditions


def _values(search: Search) -> dict[str, Any]:
    """The values of its filters."""
    values = filter_values(search)
    if search.after:
        instant = _instant(search)
        values["last"] = instant.date() if search.by_date else instant
        values["last_id"] = search.after.partition("|")[2]
    return values


def _shape(search: Search) -> Search:
    """The same for all searches whose statements differ only in values."""
    return Search(
        group=search.group,
        state="any" if search.state else "",
        signed_from=search.signed_from and date.min,
        signed_until=search.signed_until and date.min,
        in_force_on=search.in_force_on and date.min,
        lately=search.lately,
        archived_only=search.archived_only,
        after="any" if search.after else "",
    )


@lru_cache(maxsize=256)
def _listed(shape: Search) -> Select[Any]:
    """A page. Kept: building the statement takes longer than executing it."""
    page = _newest(shape, bindparam("most"))
    lines = _SUMMARY.join(page, page.c.id == agreements.c.id)
    return lines.order_by(*_newest_first(agreements, shape))


# The statements of a search are kept as well.
@lru_cache(maxsize=256)
def _among_the_newest(shape: Search) -> Select[Any]:
    newest = _newest(shape, bindparam("read"))
    having = select(newest.c.id).where(match(newest.c.search))
    return having.order_by(*_newest_first(newest, shape)).limit(bindparam("most"))


@lru_cache(maxsize=256)
def _number_of_newest(shape: Search) -> Select[Any]:
    return select(func.count()).select_from(_newest(shape, bindparam("read")))


@lru_cache(maxsize=256)
def _in_fortnights(shape: Search, exact: bool) -> Select[Any]:
    begun = bindparam("begun", type_=Integer) if shape.after else PRESENT_FORTNIGHT
    numbers = select(func.generate_series(begun, FIRST_FORTNIGHT, -1).label("number")).subquery(
        "fortnights"
    )
    within = _matching(shape, "whole_words", exact).where(
        FORTNIGHT.op("@>")(array([numbers.c.number]))
    )
    page = within.order_by(*_newest_first(agreements, shape)).limit(bindparam("most"))
    each = page.lateral("page")
    # In the order of the series, because the second table depends on each row of the first.
    return select(each).select_from(numbers.join(each, true())).limit(bindparam("most"))


@lru_cache(maxsize=256)
def _by_index(shape: Search, words: str, exact: bool) -> Select[Any]:
    """The newest of these. Found first, then sorted: otherwise PostgreSQL may read all
    agreements in the order of the list, expecting that the first ones match."""
    found = (
        _matching(shape, words, exact)
        .cte("found")
        .prefix_with("materialized", dialect="postgresql")
    )
    page = select(found).order_by(*_newest_first(found, shape))
    return page.limit(bindparam("most"))


def _instant(search: Search) -> datetime:
    """That of the cursor; for a list by date: midnight."""
    moment = datetime.fromisoformat(search.after.partition("|")[0])
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _matching(search: Search, words: str, exact: bool) -> Select[Any]:
    """The agreements that the index finds by these words and that meet the filters; unless
    ``exact``, they are also compared with all words."""
    wanted = select(*_PLACED).where(in_index(words), *_filters(search))
    if not exact:
        wanted = wanted.where(match(agreements.c.search))
    return wanted.where(groups.in_group(search.group)) if search.group in GROUPS else wanted


def _summary(row: Any) -> Summary:
    number = row["number"]
    return record(
        Summary,
        row,
        state=State(row["state"]),
        flags=tuple(row["flags"]),
        number=show_belgian_number(number) if row["number_type"] == "be" else number,
    )
