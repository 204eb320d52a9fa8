"""Lists, counts and search, with keyset paging, never OFFSET.

A list first finds the agreements of its page through the narrowest index, then reads their lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Select,
    and_,
    any_,
    bindparam,
    cast,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, UUID
from sqlalchemy.sql import ColumnElement

from service.agreement.fields import show_belgian_number
from service.agreement.lists import GROUPS, PAGE, Order, SameNumber, Search, Summary
from service.agreement.states import State
from service.database.agreement.templates import OF_AN_AGREEMENT
from service.database.lists import groups
from service.database.lists.filters import ENDS
from service.database.lists.groups import (
    AWAITS_US,
    COUNTERSIGNER_GONE,
    MAIL_TROUBLE,
    QUESTION_WAITS,
)
from service.database.lists.page_statements import in_order, shape_of, values_of
from service.database.lists.pages import page
from service.database.tables.accounts import staff
from service.database.tables.agreements import agreements, signatories
from service.database.tables.archive import archive_states
from service.database.tables.columns import word, words
from service.database.tables.messages import messages
from service.database.tables.questions import questions
from service.database.tables.records import Records, names


class Overview(Records):
    def find(self, search: Search, *, limit: int = PAGE) -> list[Summary]:
        """The first matches in the order of the search, at most ``limit``."""
        narrowed = search.narrowed
        plain = not (search.by_words or narrowed.state_days)
        if plain and narrowed.order is Order.ACTIVITY:
            return self._summaries(_listed(shape_of(search), limit), values_of(search))
        ids = page(self._connection, search, limit)
        return self._in_order(ids)

    def _in_order(self, ids: Sequence[str]) -> list[Summary]:
        lines = self._summaries(_THESE, {"ids": list(ids)}) if ids else []
        return sorted(lines, key=lambda line: ids.index(line.id))

    def these(self, references: Sequence[str]) -> list[Summary]:
        """The latest active first."""
        wanted = select(agreements.c.id).where(agreements.c.reference.in_(references))
        return self._summaries(_THESE, {"ids": self._column(wanted)})

    def counts(self) -> dict[str, int]:
        """Per group, and under an empty name in all; ``COUNTED + 1`` means any larger number."""
        row = self._connection.execute(_COUNTS).one()
        return dict(zip(("", *GROUPS), map(int, row), strict=True))

    def same_number(self, number: str, but_not: str, today: date) -> SameNumber | None:
        """The most advanced agreement with the same enterprise number that has not ended, with or
        without signatures, by ``today`` in Brussels."""
        wanted = {"number": number, "but_not": but_not, "in_force_on": today}
        row = self._connection.execute(_SAME_NUMBER, wanted).one_or_none()
        if row is None:
            return None
        draft = row.state == State.DRAFT.value
        return SameNumber(
            row.reference, "effective" if row.effective_date else "draft" if draft else "running"
        )

    def _summaries(self, statement: Select[Any], values: dict[str, Any]) -> list[Summary]:
        return [_summary(row) for row in self._connection.execute(statement, values).all()]


_COUNTS = groups.counts()
# Spelled as in its index.
_own_number: ColumnElement[str] = literal_column("(agreements.controller ->> 'number')")
_SAME_NUMBER = (
    select(agreements.c.reference, agreements.c.state, agreements.c.effective_date)
    .where(
        _own_number == bindparam("number"),
        agreements.c.state.not_in(words(GROUPS["ended"])),
        bindparam("in_force_on") < ENDS,
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
# Columns that are not just one of ``agreements``.
_OTHERS: dict[str, ColumnElement[Any]] = {
    "organisation": agreements.c.controller["name"].astext,
    "number": agreements.c.controller["number"].astext,
    "signatory_name": signatories.c.name,
    "signatory_email": signatories.c.email,
    "awaits_processor": AWAITS_US,
    "mail_trouble": _MAIL_TROUBLE,
    "question_waits": _QUESTION_WAITS,
    "archive_state": func.coalesce(archive_states.c.state, ""),
    "archive_looked_at": archive_states.c.looked_at,
    "sender_name": select(_senders.c.name)
    .where(_senders.c.id == agreements.c.sender_id)
    .scalar_subquery(),
    "countersigner_name": func.coalesce(staff.c.name, ""),
    "countersigner_gone": COUNTERSIGNER_GONE,
    "template": func.coalesce(OF_AN_AGREEMENT, ""),
}
# In the order of the fields: naming them for each line took a third of our time for a page.
_SUMMARY: Select[Any] = (
    select(
        *(
            _OTHERS[name].label(name) if name in _OTHERS else agreements.c[name]
            for name in names(Summary)
        ),
        agreements.c.controller["number_type"].astext.label("number_type"),
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

# In a query of its own PostgreSQL does not see how many there are: otherwise it plans the statement
# anew for each page that is not full, which takes longer than executing it.
_OF_IDS = ARRAY(UUID(as_uuid=False))
_IDS = cast(select(bindparam("ids", type_=_OF_IDS)).scalar_subquery(), _OF_IDS)
_THESE = _SUMMARY.where(agreements.c.id == any_(_IDS)).order_by(
    agreements.c.last_activity_at.desc(), agreements.c.id.desc()
)


# Kept: building the statement takes longer than executing it.
@lru_cache(maxsize=256)
def _listed(shape: Search, most: int) -> Select[Any]:
    """A page without words."""
    found = in_order(shape, most).subquery("page")
    lines = _SUMMARY.join(found, found.c.id == agreements.c.id)
    return lines.order_by(found.c.place.desc(), found.c.id.desc())


_STATE, _NUMBER, _FLAGS = map(names(Summary).index, ("state", "number", "flags"))


def _summary(row: Sequence[Any]) -> Summary:
    *values, number_type = row
    values[_STATE], values[_FLAGS] = State(values[_STATE]), tuple(values[_FLAGS])
    if number_type == "be":
        values[_NUMBER] = show_belgian_number(values[_NUMBER])
    return Summary(*values)
