"""The groups of the sales list: the agreements in each, and their number.

Words in an index condition are literals (``word``), because the planner cannot see the parameters
of a prepared statement.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Integer,
    Select,
    and_,
    any_,
    func,
    literal_column,
    or_,
    select,
    union,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, UUID
from sqlalchemy.sql import ColumnElement

from service.agreement.lists import COUNTED, GROUPS
from service.agreement.states import DAMAGED, RUNNING, MailState, PackageState, State
from service.database.people.accounts import may_sign
from service.database.tables.accounts import staff
from service.database.tables.agreements import agreements
from service.database.tables.archive import archive_states
from service.database.tables.columns import word, words
from service.database.tables.messages import messages
from service.database.tables.places import awaiting_us, signature_places
from service.database.tables.questions import questions

_THEIR_STATES = (State.READY, State.IN_SIGNING)  # in which the processor's place can be open
_PLACE = and_(
    signature_places.c.agreement_id == agreements.c.id,
    signature_places.c.party == word("processor"),
)
_OUR_TURN = (
    select(awaiting_us.c.agreement_id).where(awaiting_us.c.agreement_id == agreements.c.id).exists()
)
_PROCESSOR_UNSIGNED = (
    select(signature_places.c.agreement_id)
    .where(_PLACE, signature_places.c.state != word("signed"))
    .exists()
)
# The same for many agreements: those that await us are read once, not looked up.
NOT_OURS = agreements.c.id.not_in(select(awaiting_us.c.agreement_id))
# The states too, of which there is an index.
AWAITS_US = and_(agreements.c.state.in_(words(_THEIR_STATES)), _OUR_TURN)

_others = staff.alias("others")  # the statement may already contain the countersigner
# As an array, so that the index on countersigners is searched for these few people.
_MAY_NOT_SIGN: ColumnElement[Any] = func.array(
    select(_others.c.id).where(~may_sign(_others)).scalar_subquery(),
    type_=ARRAY(UUID(as_uuid=False)),
)
# Only running ones: the countersigner of ended or signed agreements does not matter.
COUNTERSIGNER_GONE = and_(
    agreements.c.state.in_(words(sorted(RUNNING))),
    agreements.c.countersigner_id == any_(_MAY_NOT_SIGN),
    _PROCESSOR_UNSIGNED,  # last: it is looked up
)

# A mail that is no longer relevant (its link was revoked, or the agreement ended) is settled.
MAIL_TROUBLE = and_(
    messages.c.state.in_(words((MailState.FAILED, MailState.REFUSED))), ~messages.c.settled
)
QUESTION_WAITS = and_(questions.c.ended == word(""), questions.c.matters)
# A failure to read back is not reported per agreement: the round shows it and continues.
_UNARCHIVED = and_(
    # By name, so that their index is read only there.
    archive_states.c.state.in_(words(sorted(set(PackageState) - {PackageState.VERIFIED}))),
    or_(archive_states.c.failure != word(""), archive_states.c.state.in_(words(DAMAGED))),
)
# Each of these has its own small index.
_TROUBLES = (
    select(agreements.c.id).where(agreements.c.state.in_(words(GROUPS["trouble"]))),
    select(messages.c.agreement_id).where(MAIL_TROUBLE, messages.c.agreement_id.is_not(None)),
    select(archive_states.c.agreement_id).where(_UNARCHIVED),
    select(questions.c.agreement_id).where(QUESTION_WAITS),
    select(agreements.c.id).where(COUNTERSIGNER_GONE),
)
_TROUBLED = union(*_TROUBLES)
# As an array, whose agreements PostgreSQL looks up in one scan of their index, each once.
_ANY_TROUBLED = any_(
    func.array(
        select(union_all(*_TROUBLES).subquery("troubled")).scalar_subquery(),
        type_=ARRAY(UUID(as_uuid=False)),
    )
)
_COUNTED_ALONE: dict[str, Select[Any] | CompoundSelect[Any]] = {
    "awaits_us": select(awaiting_us.c.agreement_id),
    "trouble": _TROUBLED,
}


def in_group(name: str) -> ColumnElement[bool]:
    """Whether an agreement is in this group; it may be in two."""
    if name == "awaits_us":
        return AWAITS_US
    if name == "trouble":
        return agreements.c.id == _ANY_TROUBLED
    condition = agreements.c.state.in_(words(GROUPS[name]))
    return and_(condition, ~AWAITS_US) if name == "waiting" else condition


def beside_states(name: str) -> list[ColumnElement[bool]]:
    """What is asked of an agreement that has one of the states of this group; not of *trouble*."""
    if name == "awaits_us":
        return [_OUR_TURN]
    return [~AWAITS_US] if name == "waiting" else []


def branches(name: str, not_ours: ColumnElement[bool] = ~_OUR_TURN) -> list[ColumnElement[bool]]:
    """Mutually exclusive conditions that together form the group: an index has one state in the
    order of a list, so the list merges the first page of each.

    ``not_ours`` may be NOT_OURS, if many are read.
    """
    if name in ("awaits_us", "trouble"):
        return [in_group(name)]
    return [
        and_(agreements.c.state == word(state), not_ours)
        if name == "waiting" and state in _THEIR_STATES
        else agreements.c.state == word(state)
        for state in GROUPS[name]
    ]


def counts() -> Select[Any]:
    """Of all agreements and of each group; ``COUNTED + 1`` means any larger number."""
    everything = select(agreements.c.id)
    # The newest are together in the table, so that few pages are read.
    newest = everything.order_by(agreements.c.last_activity_at.desc(), agreements.c.id.desc())
    parts: list[Select[Any] | CompoundSelect[Any]] = [newest]
    for name in GROUPS:
        part = union_all(*(everything.where(each) for each in branches(name)))
        parts.append(_COUNTED_ALONE.get(name, part))
    return select().add_columns(*map(_counted, parts))


def _counted(some: Select[Any] | CompoundSelect[Any]) -> ColumnElement[int]:
    at_most = literal_column(str(COUNTED + 1), Integer)
    return select(func.count()).select_from(some.limit(at_most).subquery()).scalar_subquery()
