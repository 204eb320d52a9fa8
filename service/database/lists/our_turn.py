"""Agreements awaiting the processor's signature: one's own and those of colleagues; keyset paging.

Those returned with an open question come last; otherwise the longest without activity first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Select,
    and_,
    any_,
    bindparam,
    cast,
    func,
    literal,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from service.agreement.fields import show_belgian_number
from service.agreement.lists import OfColleague, ToSign
from service.agreement.states import PlaceState
from service.database.lists.groups import AWAITS_US, QUESTION_WAITS
from service.database.people.accounts import may_sign
from service.database.tables.accounts import staff
from service.database.tables.agreements import agreements, annex_items, signatories
from service.database.tables.columns import word
from service.database.tables.openings import openings
from service.database.tables.places import awaiting_us, signature_places
from service.database.tables.questions import questions
from service.database.tables.records import Records, names

# For this person to sign; agreements from before countersigners were chosen name nobody.
_THEIRS = or_(
    agreements.c.countersigner_id.is_(None),
    agreements.c.countersigner_id == bindparam("whose"),
)
# The person has opened exactly the text that awaits the signature.
_OPENED = and_(
    openings.c.agreement_id == agreements.c.id,
    openings.c.staff_id == bindparam("whose"),
    # In the index, so that only those are read.
    func.coalesce(openings.c.signatory_id, openings.c.staff_id) == bindparam("whose"),
    openings.c.edition == agreements.c.edition,
    openings.c.document_sha256 == agreements.c.frozen_sha256,
)
_READ = select(openings.c.id).where(_OPENED).exists()
# All of them, once for a whole statement: there are few, and they have an index of their own.
_RETURNED = select(questions.c.agreement_id).where(
    QUESTION_WAITS, questions.c.staff_id.is_not(None)
)
RETURNED = agreements.c.id.in_(_RETURNED)
_PLACE = (RETURNED, agreements.c.last_activity_at, agreements.c.id)
_LISTED = (
    select(
        agreements.c.id,
        RETURNED.label("returned"),
        agreements.c.last_activity_at,
    )
    .where(AWAITS_US)
    .order_by(*_PLACE)
    .limit(bindparam("most"))
)
_OWN = _LISTED.where(_THEIRS)
_UNREAD = _OWN.where(~_READ)
_FLAGGED = (
    select(
        func.jsonb_agg(
            func.jsonb_build_array(annex_items.c.flag, annex_items.c.label).op("order by")(
                annex_items.c.position
            )
        )
    )
    .where(annex_items.c.agreement_id == agreements.c.id, annex_items.c.flag != "")
    .scalar_subquery()
)
_LINES = (
    select(
        agreements.c.id,
        agreements.c.reference,
        agreements.c.controller["name"].astext.label("organisation"),
        agreements.c.controller["number"].astext.label("number"),
        signatories.c.name.label("signatory_name"),
        signatories.c.function.label("signatory_function"),
        agreements.c.frozen_sha256,
        agreements.c.flags,
        select(func.min(openings.c.opened_at)).where(_OPENED).scalar_subquery().label("opened_at"),
        agreements.c.controller["number_type"].astext.label("number_type"),
        _FLAGGED.label("flagged"),
    )
    .join(
        signatories,
        and_(
            signatories.c.agreement_id == agreements.c.id,
            signatories.c.number == 1,
            signatories.c.current,
        ),
    )
    .where(agreements.c.id == any_(bindparam("ids", type_=ARRAY(UUID(as_uuid=False)))))
)
_place = _LISTED.where(~_THEIRS).subquery("place")
_OF_COLLEAGUES = (
    select(
        agreements.c.reference,
        agreements.c.controller["name"].astext.label("organisation"),
        staff.c.name.label("countersigner_name"),
        (~may_sign(staff)).label("gone"),
        select(signature_places.c.place)
        .where(
            signature_places.c.agreement_id == agreements.c.id,
            signature_places.c.state == word(PlaceState.SIGNED),
        )
        .exists()
        .label("signed"),
    )
    .join(_place, _place.c.id == agreements.c.id)
    .join(staff, staff.c.id == agreements.c.countersigner_id)
    .order_by(_place.c.returned, _place.c.last_activity_at, _place.c.id)
)
_UNSIGNED = (
    select(RETURNED.label("returned"), (~_READ).label("unread"))
    .where(AWAITS_US, _THEIRS)
    .offset(0)
    .subquery("unsigned")
)
_COLLEAGUES = (
    select(func.count())
    .where(awaiting_us.c.countersigner_id != bindparam("whose"))
    .scalar_subquery()
)
_COUNTS = select(
    func.count().filter(~_UNSIGNED.c.returned).label("fresh"),
    func.count().filter(_UNSIGNED.c.returned).label("returned"),
    func.count().filter(_UNSIGNED.c.unread).label("unread"),
    _COLLEAGUES.label("colleagues"),
)
_FRESH = (
    select(func.count())
    .select_from(awaiting_us)
    .where(
        or_(
            awaiting_us.c.countersigner_id.is_(None),
            awaiting_us.c.countersigner_id == bindparam("whose"),
        ),
        awaiting_us.c.agreement_id.not_in(_RETURNED),
    )
)


@dataclass(frozen=True)
class Counts:
    """``fresh`` and ``returned`` (with a question) are this person's own, ``unread`` those of both
    not opened yet, ``colleagues`` those for others to sign."""

    fresh: int
    returned: int
    unread: int
    colleagues: int


@dataclass(frozen=True)
class Listed:
    """One line of the queue: the agreement id and its position in the order."""

    id: str
    returned: bool
    last_activity_at: datetime

    @property
    def cursor(self) -> str:
        return f"{int(self.returned)}|{self.last_activity_at.isoformat()}|{self.id}"


class OurTurn(Records):
    """Agreements awaiting our signature."""

    def counts(self, staff_id: str) -> Counts:
        row = self._connection.execute(_COUNTS, {"whose": staff_id}).mappings().one()
        return Counts(**row)

    def fresh(self, staff_id: str) -> int:
        """This person's count without a question, for the menu of each page."""
        return self._connection.execute(_FRESH, {"whose": staff_id}).scalar_one()

    def own(
        self, staff_id: str, *, limit: int, after: str = "", unread: bool = False
    ) -> list[Listed]:
        """Those that this person can sign; with ``unread`` only those not yet opened.

        ``after`` is the cursor of the last line of the previous page.
        """
        statement = _UNREAD if unread else _OWN
        if after:
            returned, moment, agreement_id = after.split("|")
            statement = statement.where(
                tuple_(*_PLACE)
                > tuple_(
                    literal(returned == "1"),
                    literal(datetime.fromisoformat(moment)),
                    cast(agreement_id, UUID(as_uuid=False)),
                )
            )
        return self._listed(statement, staff_id, limit=limit)

    def one(self, staff_id: str, reference: str) -> list[Listed]:
        """The line of one agreement; none if this person cannot sign it now."""
        only = agreements.c.reference == reference.replace("\x00", "?")
        return self._listed(_OWN.where(only), staff_id, limit=1)

    def lines(self, staff_id: str, ids: Sequence[str]) -> list[ToSign]:
        """The lines of these agreements, in the order of ``ids``."""
        asked = {"whose": staff_id, "ids": list(ids)}
        found = {row.id: _line(row) for row in self._connection.execute(_LINES, asked).all()}
        return [found[each] for each in ids]

    def of_colleagues(self, staff_id: str, *, limit: int) -> list[OfColleague]:
        """The longest waiting first."""
        asked = {"whose": staff_id, "most": limit}
        rows = self._connection.execute(_OF_COLLEAGUES, asked).mappings()
        return [OfColleague(**row) for row in rows]

    def _listed(self, statement: Select[Any], staff_id: str, *, limit: int) -> list[Listed]:
        asked = {"whose": staff_id, "most": limit}
        return [Listed(*row) for row in self._connection.execute(statement, asked).all()]


_NUMBER, _FLAGS = map(names(ToSign).index, ("number", "flags"))


def _line(row: Sequence[Any]) -> ToSign:
    *values, number_type, flagged = row
    flags: dict[str, tuple[str, ...]] = {}
    for flag, label in flagged or ():
        flags[flag] = (*flags.get(flag, ()), label)
    values[_FLAGS] = flags | {each: () for each in values[_FLAGS] if each not in flags}
    if number_type == "be":
        values[_NUMBER] = show_belgian_number(values[_NUMBER])
    return ToSign(*values)
