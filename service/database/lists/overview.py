"""Lists, counts and search: what is shown many at a time. Keyset paging, never OFFSET."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Select,
    and_,
    cast,
    func,
    literal,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import UUID
from sqlalchemy.sql import ColumnElement

from service.agreement.fields import belgian_number, fold, kvk_number, show_belgian_number
from service.agreement.states import RUNNING, SIGNED_NOT_SEALED, State
from service.database.lists.unsealed import UNSEALED_ACTS
from service.database.people.accounts import may_sign
from service.database.tables.accounts import staff
from service.database.tables.agreements import (
    agreements,
    messages,
    originals,
    signatories,
    signature_places,
)
from service.database.tables.archive import archive_states
from service.database.tables.questions import questions

PAGE = 25


@dataclass(frozen=True)
class Summary:
    """One line of a list; ``number`` as printed."""

    id: str
    reference: str
    state: State
    organisation: str
    number: str
    signatory_name: str
    signatory_email: str
    created_at: datetime
    last_activity_at: datetime
    sent_at: datetime | None
    opened_at: datetime | None
    expires_at: datetime | None
    effective_date: date | None
    awaits_processor: bool
    flags: tuple[str, ...]
    archive_state: str
    archive_looked_at: datetime | None
    mail_trouble: bool
    question_waits: bool
    countersigner_name: str
    countersigner_gone: bool

    @property
    def running(self) -> bool:
        """Whether it can still be signed, until its term ends."""
        return self.state in RUNNING

    @property
    def cursor(self) -> str:
        """Where the next page begins."""
        return f"{self.last_activity_at.isoformat()}|{self.id}"


@dataclass(frozen=True)
class Search:
    """What is looked for; empty values do not narrow."""

    words: str = ""
    group: str = ""
    state: str = ""
    signed_from: date | None = None
    signed_until: date | None = None
    archived_only: bool = False
    after: str = ""


@dataclass(frozen=True)
class SameNumber:
    """Another agreement with the same customer; ``stage`` is draft, running or effective."""

    reference: str
    stage: str


# The groups of the sales list, in the order of the road.
GROUPS: dict[str, tuple[State, ...]] = {
    "draft": (State.DRAFT,),
    "waiting": (State.SENT, State.PREPARING, State.READY, State.IN_SIGNING),
    "awaits_us": (State.READY, State.IN_SIGNING),
    "completed": (State.FULLY_SIGNED, State.SEALING, State.COMPLETED),
    "trouble": (State.GENERATION_FAILED, State.SEAL_FAILED),
    "ended": (State.DECLINED, State.EXPIRED, State.VOIDED, State.SUPERSEDED),
}

_PROCESSOR_OPEN = (
    select(signature_places.c.agreement_id)
    .where(
        signature_places.c.agreement_id == agreements.c.id,
        signature_places.c.place == "processor_agreement",
        signature_places.c.state == "open",
    )
    .exists()
)
_PROCESSOR_SIGNED = (
    select(signature_places.c.agreement_id)
    .where(
        signature_places.c.agreement_id == agreements.c.id,
        signature_places.c.place == "processor_agreement",
        signature_places.c.state == "signed",
    )
    .exists()
)
_QUESTION_WAITS = (
    select(questions.c.id)
    .where(questions.c.agreement_id == agreements.c.id, questions.c.ended == "")
    .exists()
)
RETURNED = (
    select(questions.c.id)
    .where(
        questions.c.agreement_id == agreements.c.id,
        questions.c.ended == "",
        questions.c.staff_id.is_not(None),
    )
    .exists()
)
AWAITS_US = and_(agreements.c.state.in_(("ready", "in_signing")), _PROCESSOR_OPEN)
# A mail that was overtaken (its link died, or the agreement ended) is no trouble.
_MAIL_TROUBLE = (
    select(messages.c.id)
    .where(
        messages.c.agreement_id == agreements.c.id,
        messages.c.state.in_(("failed", "refused")),
        messages.c.settled.is_(False),
    )
    .exists()
)


_others = staff.alias("others")  # a statement may have the countersigner in it already
# Of the running ones: nobody asks who was to sign what is over, or was signed for us.
COUNTERSIGNER_GONE = and_(
    agreements.c.state.in_(RUNNING),
    ~_PROCESSOR_SIGNED,
    agreements.c.countersigner_id.in_(select(_others.c.id).where(~may_sign(_others))),
)


_UNDELIVERED = select(messages.c.agreement_id).where(
    messages.c.state.in_(("failed", "refused")), messages.c.settled.is_(False)
)
_ASKED = select(questions.c.agreement_id).where(questions.c.ended == "")
# What could not be read back is no trouble of the agreement: the round says it, and goes on.
_UNARCHIVED = select(archive_states.c.agreement_id).where(
    or_(
        and_(archive_states.c.failure != "", archive_states.c.state != "verified"),
        archive_states.c.state.in_(("missing", "corrupt")),
    )
)


class Overview:
    """Lists of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, search: Search, *, limit: int = PAGE) -> list[Summary]:
        """The newest that match, at most ``limit`` of them."""
        statement = _SUMMARY
        for condition in _conditions(search):
            statement = statement.where(condition)
        statement = statement.order_by(
            agreements.c.last_activity_at.desc(), agreements.c.id.desc()
        ).limit(limit)
        return [_summary(row) for row in self._connection.execute(statement).mappings()]

    def counts(self) -> dict[str, int]:
        """How many agreements each group of the list holds, and under an empty name all of them.

        An agreement may be in two: one that waits for the customer may need attention as well.
        """
        groups = [func.count().filter(_group(name)) for name in GROUPS]
        statement = select(func.count(), *groups).select_from(agreements)
        row = self._connection.execute(statement).one()
        return dict(zip(("", *GROUPS), map(int, row), strict=True))

    def same_number(self, number: str, but_not: str) -> SameNumber | None:
        """An agreement with the same enterprise number that has not come to nothing: the one that
        is furthest, since a draft says least."""
        row = self._connection.execute(
            select(agreements.c.reference, agreements.c.state, agreements.c.effective_date)
            .where(
                agreements.c.controller["number"].astext == number,
                agreements.c.state.not_in(("declined", "expired", "voided", "superseded")),
                agreements.c.reference != but_not,
            )
            .order_by(
                agreements.c.effective_date.desc().nulls_last(),
                agreements.c.state == State.DRAFT.value,
                agreements.c.reference,
            )
            .limit(1)
        ).one_or_none()
        if row is None:
            return None
        draft = row.state == State.DRAFT.value
        return SameNumber(
            row.reference, "effective" if row.effective_date else "draft" if draft else "running"
        )

    def overdue(self) -> list[str]:
        """Ids of agreements whose term has passed without a last signature."""
        return self._ids(
            agreements.c.state.in_(
                ("sent", "preparing", "generation_failed", "ready", "in_signing")
            ),
            agreements.c.expires_at < func.clock_timestamp(),
        )

    def in_state_since(self, states: tuple[State, ...], seconds: int) -> list[str]:
        """Ids of agreements that have been in these states for longer than they should."""
        return self._ids(
            agreements.c.state.in_([state.value for state in states]),
            agreements.c.last_activity_at
            < func.clock_timestamp() - func.make_interval(0, 0, 0, 0, 0, 0, seconds),
        )

    def unsealed(self, seconds: int) -> list[str]:
        """Ids of agreements with an accepted act, or the whole, that should be sealed by now."""
        return self._ids(
            or_(
                agreements.c.state.in_([state.value for state in SIGNED_NOT_SEALED]),
                and_(agreements.c.state == State.IN_SIGNING.value, UNSEALED_ACTS.exists()),
            ),
            agreements.c.last_activity_at
            < func.clock_timestamp() - func.make_interval(0, 0, 0, 0, 0, 0, seconds),
        )

    def not_archived(self, seconds: int) -> list[str]:
        """Ids of completed agreements whose package is not verified in the archive."""
        statement = (
            select(originals.c.agreement_id)
            .outerjoin(archive_states, archive_states.c.agreement_id == originals.c.agreement_id)
            .where(
                or_(
                    archive_states.c.state.is_(None),
                    archive_states.c.state.in_(("local", "stored", "locked")),
                ),
                originals.c.created_at
                < func.clock_timestamp() - func.make_interval(0, 0, 0, 0, 0, 0, seconds),
            )
            .limit(1000)
        )
        return list(self._connection.execute(statement).scalars())

    def _ids(self, *conditions: ColumnElement[bool]) -> list[str]:
        return list(
            self._connection.execute(
                select(agreements.c.id).where(*conditions).order_by(agreements.c.id).limit(1000)
            ).scalars()
        )


_SUMMARY: Select[Any] = (
    select(
        agreements.c.id,
        agreements.c.reference,
        agreements.c.state,
        agreements.c.controller["name"].astext.label("organisation"),
        agreements.c.controller["number"].astext.label("number"),
        agreements.c.controller["number_type"].astext.label("number_type"),
        agreements.c.created_at,
        agreements.c.last_activity_at,
        agreements.c.sent_at,
        agreements.c.opened_at,
        agreements.c.expires_at,
        agreements.c.effective_date,
        agreements.c.flags,
        signatories.c.name.label("signatory_name"),
        signatories.c.email.label("signatory_email"),
        AWAITS_US.label("awaits_processor"),
        _MAIL_TROUBLE.label("mail_trouble"),
        and_(agreements.c.state.in_(RUNNING), _QUESTION_WAITS).label("question_waits"),
        func.coalesce(archive_states.c.state, "").label("archive_state"),
        archive_states.c.looked_at.label("archive_looked_at"),
        func.coalesce(staff.c.name, "").label("countersigner_name"),
        COUNTERSIGNER_GONE.label("countersigner_gone"),
    )
    .join(signatories, and_(signatories.c.agreement_id == agreements.c.id, signatories.c.current))
    .outerjoin(archive_states, archive_states.c.agreement_id == agreements.c.id)
    .outerjoin(staff, staff.c.id == agreements.c.countersigner_id)
)


def _group(name: str) -> ColumnElement[bool]:
    if name == "awaits_us":
        return AWAITS_US
    if name == "trouble":
        return or_(
            agreements.c.state.in_([state.value for state in GROUPS[name]]),
            agreements.c.id.in_(_UNDELIVERED),
            agreements.c.id.in_(_UNARCHIVED),
            and_(agreements.c.state.in_(RUNNING), agreements.c.id.in_(_ASKED)),
            COUNTERSIGNER_GONE,
        )
    condition = agreements.c.state.in_([state.value for state in GROUPS[name]])
    return and_(condition, ~AWAITS_US) if name == "waiting" else condition


def _conditions(search: Search) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if query := _prefix_query(search.words):
        conditions.append(agreements.c.search.op("@@")(func.to_tsquery("simple", query)))
    if search.group in GROUPS:
        conditions.append(_group(search.group))
    if search.state:
        conditions.append(agreements.c.state == search.state)
    if search.signed_from:
        conditions.append(agreements.c.effective_date >= search.signed_from)
    if search.signed_until:
        conditions.append(agreements.c.effective_date <= search.signed_until)
    if search.archived_only:
        conditions.append(agreements.c.effective_date.is_not(None))
    if search.after:
        moment, _, agreement_id = search.after.partition("|")
        conditions.append(
            tuple_(agreements.c.last_activity_at, agreements.c.id)
            < tuple_(
                literal(datetime.fromisoformat(moment)), cast(agreement_id, UUID(as_uuid=False))
            )
        )
    return conditions


def _prefix_query(typed: str) -> str:
    """Every word typed must begin a word kept; a number in any notation is one word."""
    number = belgian_number(typed) or kvk_number(typed)
    words = [number] if number else fold(typed).split()
    return " & ".join(f"{word}:*" for word in words[:8])


def _summary(row: Any) -> Summary:
    values = dict(row)
    values["state"] = State(values["state"])
    values["flags"] = tuple(values["flags"])
    if values.pop("number_type") == "be":
        values["number"] = show_belgian_number(values["number"])
    return Summary(**values)
