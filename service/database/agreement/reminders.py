"""Candidates for reminders: agreements whose signatory has a valid link and can proceed.

One statement reads many; ``service.agreement.reminders`` decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, and_, any_, bindparam, func, select, tuple_, union_all
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from service.agreement.places import Party
from service.agreement.reminders import Situation
from service.agreement.states import PlaceState, State
from service.database.tables.agreements import agreements, signatories
from service.database.tables.columns import words
from service.database.tables.links import links
from service.database.tables.messages import messages
from service.database.tables.places import signature_places
from service.database.tables.questions import questions
from service.database.tables.records import Records, record

# While there is no document, the signatory cannot do anything.
CAN_GO_ON = (State.SENT.value, State.READY.value, State.IN_SIGNING.value)
_THEIR_TURN = (PlaceState.OPEN.value, PlaceState.VIEWED.value, PlaceState.AUTHENTICATED.value)
_REMINDING = ("reminder", "bundle_reminder")
_WITH_THE_LINK = (
    "invitation",
    "bundle_invitation",
    "link_renewed",
    "question_answered",
    *_REMINDING,
)

_TO_THEM = and_(
    messages.c.agreement_id == agreements.c.id, messages.c.recipient == signatories.c.email
)
_MAILED = select(messages.c.queued_at.label("at")).where(
    _TO_THEM, messages.c.kind.in_(_WITH_THE_LINK)
)
_THEIR_QUESTION = and_(
    questions.c.agreement_id == agreements.c.id, questions.c.signatory_id == signatories.c.id
)
_ANSWERED = select(questions.c.ended_at.label("at")).where(_THEIR_QUESTION, questions.c.ended != "")
_CONTACTS = func.array(union_all(_MAILED, _ANSWERED).scalar_subquery())
_QUESTION_WAITS = select(questions.c.id).where(_THEIR_QUESTION, questions.c.ended == "").exists()
_REMINDERS = (
    select(func.count()).select_from(messages).where(_TO_THEM, messages.c.kind.in_(_REMINDING))
)
SITUATION = (
    select(
        agreements.c.id.label("agreement_id"),
        links.c.id.label("link_id"),
        links.c.created_at.label("linked_at"),
        agreements.c.expires_at,
        _CONTACTS.label("contacts"),
        _REMINDERS.scalar_subquery().label("reminders"),
        _QUESTION_WAITS.label("question_waits"),
    )
    .join(links, and_(links.c.agreement_id == agreements.c.id, links.c.ended == ""))
    .join(signatories, signatories.c.id == links.c.signatory_id)
    .where(
        select(signature_places.c.place)
        .where(
            signature_places.c.agreement_id == agreements.c.id,
            signature_places.c.party == Party.CONTROLLER.value,
            signature_places.c.signatory == links.c.number,
            signature_places.c.state.in_(_THEIR_TURN),
        )
        .exists()
    )
    .where(agreements.c.state.in_(words(CAN_GO_ON)), agreements.c.expires_at.is_not(None))
)
# By the ends of their terms, which have an index.
_PLACE = (agreements.c.expires_at, agreements.c.id)
_WAITING = (
    select(*_PLACE)
    .where(agreements.c.state.in_(words(CAN_GO_ON)), agreements.c.expires_at.is_not(None))
    .order_by(*_PLACE)
    .limit(bindparam("most"))
)
_WAITING_NEXT = _WAITING.where(
    tuple_(*_PLACE)
    > tuple_(
        bindparam("ended", type_=DateTime(timezone=True)),
        bindparam("behind", type_=UUID(as_uuid=False)),
    )
)
_SITUATION_OF_SOME = SITUATION.where(
    agreements.c.id == any_(bindparam("some", type_=ARRAY(UUID(as_uuid=False))))
)
_SITUATION_OF = SITUATION.where(agreements.c.id == bindparam("agreement"))


Waiting = tuple[datetime, str]  # the end of its term, and its id


class Reminders(Records):
    def waiting(self, limit: int, after: Waiting | None = None) -> list[Waiting]:
        """The next agreements that may be waiting for their signatory, behind ``after``."""
        asked: dict[str, object] = {"most": limit}
        if after:
            asked["ended"], asked["behind"] = after
        rows = self._connection.execute(_WAITING_NEXT if after else _WAITING, asked)
        return [(row.expires_at, row.id) for row in rows]

    def situations(self, ids: Sequence[str]) -> dict[str, Situation]:
        """By id; only of agreements that wait for their signatory."""
        rows = self._connection.execute(_SITUATION_OF_SOME, {"some": list(ids)}).mappings()
        return {row["agreement_id"]: _situation(row) for row in rows}

    def situation(self, agreement_id: str) -> Situation | None:
        """None if it does not wait for its signatory."""
        row = (
            self._connection.execute(_SITUATION_OF, {"agreement": agreement_id})
            .mappings()
            .one_or_none()
        )
        return _situation(row) if row else None


def _situation(row: Any) -> Situation:
    return record(Situation, row, contacts=tuple(row["contacts"]))
