"""The groups of the sales list: which agreements are in each, and how many.

Words that an index of ours names stand in the statement itself (``word``): a prepared statement
hides its values from the planner, which then cannot see that the index will do.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, any_, func, or_, select, union
from sqlalchemy.dialects.postgresql import ARRAY, UUID
from sqlalchemy.sql import ColumnElement

from service.agreement.lists import COUNTED, GROUPS
from service.agreement.states import RUNNING, State
from service.database.people.accounts import may_sign
from service.database.tables.accounts import staff
from service.database.tables.agreements import agreements
from service.database.tables.archive import archive_states
from service.database.tables.columns import word, words
from service.database.tables.messages import messages
from service.database.tables.places import signature_places
from service.database.tables.questions import questions

_THEIR_STATES = (State.READY, State.IN_SIGNING)  # in which the processor's place can be open
_PLACE = and_(
    signature_places.c.agreement_id == agreements.c.id,
    signature_places.c.party == word("processor"),
)
PROCESSOR_OPEN = (
    select(signature_places.c.agreement_id)
    .where(_PLACE, signature_places.c.state == word("open"))
    .exists()
)
_PROCESSOR_UNSIGNED = (
    select(signature_places.c.agreement_id)
    .where(_PLACE, signature_places.c.state != word("signed"))
    .exists()
)
AWAITS_US = and_(agreements.c.state.in_(words(_THEIR_STATES)), PROCESSOR_OPEN)

_others = staff.alias("others")  # a statement may have the countersigner in it already
# As an array, so that the index on countersigners is asked for each of these few, and not the other
# way round for each agreement.
_MAY_NOT_SIGN: ColumnElement[Any] = func.array(
    select(_others.c.id).where(~may_sign(_others)).scalar_subquery(),
    type_=ARRAY(UUID(as_uuid=False)),
)
# Of the running ones: nobody asks who was to sign what is over, or was signed for us.
COUNTERSIGNER_GONE = and_(
    agreements.c.state.in_(words(sorted(RUNNING))),
    _PROCESSOR_UNSIGNED,
    agreements.c.countersigner_id == any_(_MAY_NOT_SIGN),
)

# A mail that was overtaken (its link died, or the agreement ended) is no trouble.
MAIL_TROUBLE = and_(messages.c.state.in_(words(("failed", "refused"))), ~messages.c.settled)
QUESTION_WAITS = questions.c.ended == word("")
# What could not be read back is no trouble of the agreement: the round says it, and goes on.
_UNARCHIVED = or_(
    and_(archive_states.c.failure != word(""), archive_states.c.state != word("verified")),
    archive_states.c.state.in_(words(("missing", "corrupt"))),
)
# Each of these is found by a small index of its own.
_TROUBLED = union(
    select(agreements.c.id).where(agreements.c.state.in_(words(GROUPS["trouble"]))),
    select(messages.c.agreement_id).where(MAIL_TROUBLE, messages.c.agreement_id.is_not(None)),
    select(archive_states.c.agreement_id).where(_UNARCHIVED),
    select(questions.c.agreement_id)
    .join(agreements, agreements.c.id == questions.c.agreement_id)
    .where(QUESTION_WAITS, agreements.c.state.in_(words(sorted(RUNNING)))),
    select(agreements.c.id).where(COUNTERSIGNER_GONE),
)


def in_group(name: str) -> ColumnElement[bool]:
    """Whether an agreement is in this group. It may be in two: one that waits for the customer may
    need attention as well."""
    if name == "awaits_us":
        return AWAITS_US
    if name == "trouble":
        return agreements.c.id.in_(select(_TROUBLED.subquery("troubled")))
    condition = agreements.c.state.in_(words(GROUPS[name]))
    return and_(condition, ~AWAITS_US) if name == "waiting" else condition


def branches(name: str) -> list[ColumnElement[bool]]:
    """Conditions that no agreement meets two of, and that together are the group.

    An index has one state in the order of a list, but not several; so the list asks for the first
    page of each and takes the first of all of them.
    """
    if name in ("awaits_us", "trouble"):
        return [in_group(name)]
    return [
        and_(agreements.c.state == word(state), ~PROCESSOR_OPEN)
        if name == "waiting" and state in _THEIR_STATES
        else agreements.c.state == word(state)
        for state in GROUPS[name]
    ]


def counts() -> Select[Any]:
    """How many agreements there are, and how many in each group; one more than ``COUNTED`` where
    there are more."""
    everything = select(agreements.c.id)
    return select(
        *(
            select(func.count()).select_from(each.limit(COUNTED + 1).subquery()).scalar_subquery()
            for each in (everything, *(everything.where(in_group(name)) for name in GROUPS))
        )
    )
