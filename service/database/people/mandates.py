"""Standing mandates, and the agreements for which they were tried.

A mandate is decided on under the lock of its row in ``mandate_states``; the order of locks is
agreement, mandate, staff.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, any_, bindparam, func, insert, or_, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from service.agreement.mandate import Mandate, MandateEnd, Misfit, Outcome
from service.database.tables.agreements import agreements
from service.database.tables.columns import is_id, word
from service.database.tables.mandates import mandate_cases, mandate_states, mandates
from service.database.tables.records import Records, record

_GIVING_LOCK = 7_403_148
LATEST = 10
MOST = 100

_WHOLE = select(mandates, mandate_states.c.ended, mandate_states.c.ended_at).join(
    mandate_states, mandate_states.c.mandate_id == mandates.c.id
)
_ONE = _WHOLE.where(mandates.c.id == bindparam("wanted"))
_CURRENT = _WHOLE.where(
    mandate_states.c.staff_id == bindparam("whose"), mandate_states.c.ended == word("")
)
_HOLD = (
    select(mandate_states.c.mandate_id)
    .where(mandate_states.c.mandate_id == bindparam("wanted"))
    .with_for_update()
)
_HOLD_CURRENT = (
    select(mandate_states.c.mandate_id)
    .where(mandate_states.c.staff_id == bindparam("whose"), mandate_states.c.ended == word(""))
    .with_for_update()
)
_SIGNED = mandate_cases.c.outcome == word(Outcome.SIGNED)
_CASE = select(mandate_cases).where(
    mandate_cases.c.agreement_id == bindparam("agreement"),
    mandate_cases.c.edition == bindparam("attempt"),
)
_LATEST = (
    select(
        agreements.c.reference,
        agreements.c.controller["name"].astext.label("organisation"),
        agreements.c.effective_date,
    )
    .join(mandate_cases, mandate_cases.c.agreement_id == agreements.c.id)
    .where(mandate_cases.c.mandate_id == bindparam("wanted"), _SIGNED)
    .order_by(agreements.c.fully_signed_at.desc())
    .limit(LATEST)
)
_HELD = and_(mandate_cases.c.outcome == word(Outcome.WAITING), mandate_cases.c.day.is_not(None))
_NOT_SIGNED = (
    select(mandate_cases.c.agreement_id, mandate_cases.c.misfits)
    .join(
        agreements,
        and_(
            agreements.c.id == mandate_cases.c.agreement_id,
            agreements.c.edition == mandate_cases.c.edition,
        ),
    )
    .where(
        mandate_cases.c.agreement_id == any_(bindparam("ids", type_=ARRAY(UUID(as_uuid=False)))),
        or_(mandate_cases.c.outcome == word(Outcome.REFUSED), _HELD),
    )
)


@dataclass(frozen=True)
class Case:
    """An agreement for which a mandate was tried; ``misfits`` say why it was not signed. ``day`` is
    the Brussels day of the act or, while it waits, the last one with its number reached.
    ``made_at``: when the controller signed, aware UTC."""

    mandate_id: str
    outcome: Outcome
    misfits: tuple[str, ...]
    day: date | None
    made_at: datetime


@dataclass(frozen=True)
class Used:
    """How many agreements were signed under a mandate: on a day, and in all."""

    today: int = 0
    total: int = 0


@dataclass(frozen=True)
class SignedUnder:
    reference: str
    organisation: str
    effective_date: date


class Mandates(Records):
    def take_turns(self) -> None:
        """Let others who give a mandate, or change an account, wait until this transaction ends."""
        self._connection.execute(select(func.pg_advisory_xact_lock(_GIVING_LOCK)))

    def next_number(self) -> int:
        """The next number; the caller has taken its turn."""
        last = select(func.coalesce(func.max(mandates.c.number), 0))
        return int(self._connection.execute(last).scalar_one()) + 1

    def add(self, mandate: Mandate) -> None:
        """Store a mandate that was given; the person has no other that is in force."""
        self._add(mandate)

    def _add(self, mandate: Mandate, **ended: Any) -> None:
        self._connection.execute(
            insert(mandates).values(
                id=mandate.id,
                number=mandate.number,
                staff_id=mandate.staff_id,
                given_at=mandate.given_at,
                content=dict(mandate.content),
                sha256=mandate.sha256,
            )
        )
        self._connection.execute(
            insert(mandate_states).values(mandate_id=mandate.id, staff_id=mandate.staff_id, **ended)
        )

    def restore(self, mandate: Mandate) -> bool:
        """Store a mandate from the archive, which is in force no longer; False if another one has
        its number."""
        taken = select(mandates.c.id).where(mandates.c.number == mandate.number)
        if self._column(taken):
            return False
        self._add(mandate, ended=mandate.ended.value, ended_at=func.clock_timestamp())
        return True

    def get(self, mandate_id: str) -> Mandate | None:
        if not is_id(mandate_id):
            return None
        return self._one(_ONE, wanted=mandate_id)

    def lock(self, mandate_id: str) -> Mandate | None:
        """The same under its lock, until this transaction ends."""
        if not is_id(mandate_id):
            return None
        self._connection.execute(_HOLD, {"wanted": mandate_id})
        return self.get(mandate_id)

    def current(self, staff_id: str) -> Mandate | None:
        """The mandate of this person that was not ended; its last day may be over."""
        if not is_id(staff_id):
            return None
        return self._one(_CURRENT, whose=staff_id)

    def lock_current(self, staff_id: str) -> Mandate | None:
        """The same under its lock, until this transaction ends."""
        if not is_id(staff_id):
            return None
        # A separate statement, as in ``Agreements.lock``: it may have waited for the end.
        self._connection.execute(_HOLD_CURRENT, {"whose": staff_id})
        return self.current(staff_id)

    def of(self, staff_id: str = "") -> list[Mandate]:
        """The newest mandates of all, or of one person, the newest first."""
        statement = _WHOLE.order_by(mandates.c.number.desc()).limit(MOST)
        if staff_id:
            statement = statement.where(mandates.c.staff_id == staff_id)
        return [_mandate(row) for row in self._connection.execute(statement)]

    def templates_of(self, numbers: Iterable[int]) -> dict[int, list[tuple[str, str]]]:
        """The digest and version of each template in the mandates with these numbers."""
        wanted = select(mandates.c.number, mandates.c.content["templates"].label("templates"))
        rows = self._connection.execute(wanted.where(mandates.c.number.in_(sorted(numbers))))
        return {
            row.number: [(each["sha256"], each["version"]) for each in row.templates]
            for row in rows
        }

    def end(self, mandate_id: str, how: MandateEnd) -> None:
        """End a mandate; the caller holds its lock."""
        self._connection.execute(
            update(mandate_states)
            .where(mandate_states.c.mandate_id == mandate_id)
            .values(ended=how.value, ended_at=func.clock_timestamp())
        )

    def used(self, mandate_id: str, day: date) -> Used:
        """How many were signed under a mandate: exact while its lock is held."""
        row = self._connection.execute(
            select(
                func.count().filter(mandate_cases.c.day == day).label("today"),
                func.count().label("total"),
            ).where(mandate_cases.c.mandate_id == mandate_id, _SIGNED)
        ).one()
        return Used(row.today, row.total)

    def latest(self, mandate_id: str) -> list[SignedUnder]:
        """Newest first."""
        rows = self._connection.execute(_LATEST, {"wanted": mandate_id})
        return [record(SignedUnder, row) for row in rows]

    def propose(self, agreement_id: str, edition: int, mandate_id: str) -> None:
        self._connection.execute(
            insert(mandate_cases).values(
                agreement_id=agreement_id, edition=edition, mandate_id=mandate_id
            )
        )

    def case(self, agreement_id: str, edition: int) -> Case | None:
        asked = {"agreement": agreement_id, "attempt": edition}
        row = self._connection.execute(_CASE, asked).one_or_none()
        return _case(row) if row else None

    def settle(
        self,
        agreement_id: str,
        edition: int,
        outcome: Outcome,
        *,
        misfits: Sequence[Misfit] = (),
        day: date | None = None,
    ) -> None:
        """Record the outcome; the caller holds the locks of agreement and mandate. A case that
        waits for another ``day`` is settled again."""
        self._connection.execute(
            update(mandate_cases)
            .where(mandate_cases.c.agreement_id == agreement_id, mandate_cases.c.edition == edition)
            .values(outcome=outcome.value, misfits=[each.value for each in misfits], day=day)
        )

    def not_signed(self, agreement_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Why the present texts of these were not signed under a mandate, by agreement id."""
        rows = self._connection.execute(_NOT_SIGNED, {"ids": list(agreement_ids)})
        return {row.agreement_id: tuple(row.misfits) for row in rows}

    def held_before(self, mandate_id: str, day: date, moment: datetime) -> int:
        """How many have waited since before this moment for a place on a day after an earlier one:
        exact while the mandate's lock is held."""
        found = select(func.count()).where(
            _HELD,
            mandate_cases.c.mandate_id == mandate_id,
            mandate_cases.c.day < day,
            mandate_cases.c.made_at < moment,
        )
        return int(self._connection.execute(found).scalar_one())

    def held(self, day: date) -> list[str]:
        """Ids of agreements that exceeded the number of an earlier day, or whose mandate has ended,
        in the order in which the controllers signed."""
        return self._column(
            select(mandate_cases.c.agreement_id)
            .join(mandate_states, mandate_states.c.mandate_id == mandate_cases.c.mandate_id)
            .where(_HELD, or_(mandate_cases.c.day < day, mandate_states.c.ended != word("")))
            .order_by(mandate_cases.c.made_at)
            .limit(1000)
        )

    def waiting(self, seconds: int) -> list[str]:
        """Ids of agreements that have waited for longer than this to be tried."""
        longer = mandate_cases.c.made_at < func.statement_timestamp() - text(
            f"interval '{seconds} seconds'"
        )
        return self._column(
            select(mandate_cases.c.agreement_id)
            .where(
                mandate_cases.c.outcome == word(Outcome.WAITING),
                mandate_cases.c.day.is_(None),
                longer,
            )
            .order_by(mandate_cases.c.made_at)
            .limit(1000)
        )

    def _one(self, statement: Any, **asked: str) -> Mandate | None:
        row = self._connection.execute(statement, asked).one_or_none()
        return _mandate(row) if row else None


def _mandate(row: Any) -> Mandate:
    return record(Mandate, row, ended=MandateEnd(row.ended))


def _case(row: Any) -> Case:
    return record(Case, row, outcome=Outcome(row.outcome), misfits=tuple(row.misfits))
