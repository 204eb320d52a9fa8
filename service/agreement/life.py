"""The life of an agreement after signing, and how long its original is kept after its end.

It is *in force* from its effective date, *terminating* once its end is recorded, and *terminated*
from that date on. Dates are Europe/Brussels calendar dates.

The original is kept until some years after the end, by default ten: for so long a party can sue on
a contract in Belgium (art. 2262bis § 1 of the former Civil Code, which the new Code still leaves in
force). To be confirmed by a lawyer (docs/aandachtspunten-voor-uw-jurist.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from service.agreement.end_reason import CHOICES, EndReason
from service.agreement.fields import Checker
from service.agreement.model import Agreement
from service.agreement.states import State
from service.error_codes import ErrorCode, FieldCode
from service.errors import FieldError, Invalid, WrongState
from signatures.effective_date import BRUSSELS

MOST_YEARS_AHEAD = 10  # a later date is a typing error


class LifeState(StrEnum):
    """The names are in ``states.life``."""

    IN_FORCE = "in_force"
    TERMINATING = "terminating"
    TERMINATED = "terminated"


@dataclass(frozen=True)
class GivenEnd:
    """An end as somebody typed it."""

    ends_on: str
    reason: str
    note: str = ""


@dataclass(frozen=True)
class End:
    """When an agreement ended or will end, and why."""

    ends_on: date
    reason: EndReason


@dataclass(frozen=True)
class RecordedEnd:
    """The end in force, when it was recorded (aware UTC) and by whom, as the log names them."""

    ends_on: date
    reason: EndReason
    noted_at: datetime
    noted_by: str

    @property
    def end(self) -> End:
        return End(self.ends_on, self.reason)

    @property
    def version(self) -> str:
        """Distinguishes what a person read from what others recorded later."""
        return self.noted_at.isoformat()


@dataclass(frozen=True)
class Life:
    """``end`` and ``kept_until``, the last day of keeping, are None while no end is recorded."""

    state: LifeState
    end: RecordedEnd | None
    kept_until: date | None
    may_be_deleted: bool


def life_of(end: RecordedEnd | None, today: date, years: int) -> Life:
    """The life of an agreement that took effect; its original is kept ``years`` after the end."""
    if end is None:
        return Life(LifeState.IN_FORCE, None, None, may_be_deleted=False)
    last = kept_until(end.ends_on, years)
    return Life(state_after(end.ends_on, today), end, last, may_be_deleted=last < today)


def state_after(ends_on: date, today: date) -> LifeState:
    return LifeState.TERMINATED if ends_on <= today else LifeState.TERMINATING


def kept_until(ends_on: date, years: int) -> date:
    """The last day of keeping: the same day so many years later, 28 February after 29 February."""
    try:
        return ends_on.replace(year=ends_on.year + years)
    except ValueError:
        return date(ends_on.year + years, 2, 28)


def kept_no_longer(today: date, years: int) -> date:
    """What ended before this date is not kept any more: ``kept_until`` it is before today."""
    try:
        return today.replace(year=today.year - years)
    except ValueError:
        return date(today.year - years, 3, 1)


def end_of_day(day: date) -> datetime:
    """The end of a Brussels calendar day, in UTC: the midnight that follows it."""
    return datetime.combine(day + timedelta(days=1), time(), BRUSSELS).astimezone(UTC)


def effective_date_of(agreement: Agreement) -> date:
    """The effective date of an agreement that is completed, or was signed elsewhere.

    Raises WrongState for any other.
    """
    lives = agreement.state in (State.COMPLETED, State.REGISTERED)
    if not lives or agreement.effective_date is None:
        raise WrongState(ErrorCode.WRONG_STATE, state=agreement.state.value)
    return agreement.effective_date


def checked(given: GivenEnd, effective: date, today: date) -> tuple[End, str]:
    """The end and the note: not before the effective date, nor over ten years ahead.

    Raises Invalid naming ``ends_on``, ``reason`` or ``note``.
    """
    check = Checker()
    ends_on = check.day("ends_on", given.ends_on)
    if ends_on is None and not check.errors:
        check.refuse("ends_on", FieldCode.REQUIRED)
    elif ends_on and ends_on < effective:
        check.refuse("ends_on", FieldCode.END_BEFORE_EFFECT, effective=effective)
    elif ends_on and ends_on > kept_until(today, MOST_YEARS_AHEAD):
        check.refuse("ends_on", FieldCode.END_TOO_FAR, years=MOST_YEARS_AHEAD)
    if given.reason not in CHOICES:
        check.refuse("reason", FieldCode.CHOOSE)
    note = check.text_area("note", given.note)
    check.raise_if_wrong()
    if ends_on is None:  # which was refused above
        raise Invalid([FieldError("ends_on", FieldCode.REQUIRED)])
    return End(ends_on, EndReason(given.reason)), note
