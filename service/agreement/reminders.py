"""When reminders are sent to a person who has not signed yet.

A mark is a number of days after the link was made or, if negative, before it expires. It gives nine
o'clock in Brussels on that day or the next working day, unless that is after the end of the term or
within two days of another mail with the link.

After an outage only the last missed reminder is sent. None is sent while a question of the
signatory is open, and never a fifth.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from service.agreement.working_days import is_working_day, working_day_from
from service.error_codes import ErrorCode
from signatures.effective_date import BRUSSELS, local_date

MOST = 4  # to one person about one agreement, including those that staff send
QUIET = timedelta(days=2)  # calendar days between two mails with the link
FIRST_HOUR, LAST_HOUR = 9, 18  # Brussels time; a missed reminder is not sent in the evening


@dataclass(frozen=True)
class Situation:
    """An agreement whose signatory has a valid link and can proceed.

    ``contacts`` are the instants of mails with the link and closed questions; ``reminders`` counts
    the reminders among them.
    """

    link_id: str
    linked_at: datetime
    expires_at: datetime
    contacts: tuple[datetime, ...] = ()
    reminders: int = 0
    question_waits: bool = False

    @property
    def reached(self) -> Reached:
        last = max(self.contacts, default=None)
        return Reached(self.expires_at, self.reminders, last and local_date(last))


@dataclass(frozen=True)
class Reached:
    """How far a signatory who can proceed was reached: ``last_on`` is the Brussels date of the last
    contact, None if there was none."""

    expires_at: datetime
    reminders: int
    last_on: date | None


@dataclass(frozen=True)
class Reminder:
    """A planned reminder: its mark and moment (UTC)."""

    mark: int
    at: datetime


def planned(situation: Situation, marks: Iterable[int]) -> list[Reminder]:
    """All past and future moments of this link, in order."""
    found: list[Reminder] = []
    for day, mark in sorted((_day(situation, mark), mark) for mark in marks):
        at = _at(working_day_from(day), FIRST_HOUR)
        if not situation.linked_at < at <= situation.expires_at:
            continue
        before = [contact for contact in situation.contacts if contact < at]
        before += [each.at for each in found]
        if all(local_date(at) - local_date(earlier) >= QUIET for earlier in before):
            found.append(Reminder(mark, at))
    return found


def is_time(now: datetime) -> bool:
    """Whether reminders may be sent now: in daytime, on a working day in Brussels."""
    local = now.astimezone(BRUSSELS)
    return is_working_day(local.date()) and FIRST_HOUR <= local.hour < LAST_HOUR


def due(situation: Situation, marks: Iterable[int], now: datetime) -> Reminder | None:
    if not _may_go(situation, now) or not is_time(now):
        return None
    return _missed(situation, marks, now)


def next_moment(situation: Situation, marks: Iterable[int], now: datetime) -> datetime | None:
    """Aware UTC; None if there is none."""
    if not _may_go(situation, now):
        return None
    marks = tuple(marks)
    if _missed(situation, marks, now):
        soon = now if is_time(now) else _next_morning(now)
        return soon if soon <= situation.expires_at else None
    return next((each.at for each in planned(situation, marks) if each.at > now), None)


def refused_by_hand(reached: Reached | None, now: datetime) -> ErrorCode | None:
    """Why staff cannot send a reminder now, for the buttons and the step itself; None if they can.

    ``reached`` is None for an agreement that does not wait for its signatory.
    """
    if reached is None or now > reached.expires_at:
        return ErrorCode.REMIND_NOBODY
    if reached.reminders >= MOST:
        return ErrorCode.REMIND_ENOUGH
    return ErrorCode.REMIND_TODAY if reached.last_on == local_date(now) else None


def _may_go(situation: Situation, now: datetime) -> bool:
    open_still = now <= situation.expires_at
    return open_still and not situation.question_waits and situation.reminders < MOST


def _missed(situation: Situation, marks: Iterable[int], now: datetime) -> Reminder | None:
    """The last reminder whose moment has come, unless a mail was sent since."""
    past = [each for each in planned(situation, marks) if each.at <= now]
    if not past or any(contact >= past[-1].at for contact in situation.contacts):
        return None
    return past[-1]


def _next_morning(now: datetime) -> datetime:
    local = now.astimezone(BRUSSELS)
    later = timedelta(days=1) if local.hour >= FIRST_HOUR else timedelta()
    return _at(working_day_from(local.date() + later), FIRST_HOUR)


def _day(situation: Situation, mark: int) -> date:
    start = situation.expires_at if mark < 0 else situation.linked_at
    return local_date(start) + timedelta(days=mark)


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), BRUSSELS).astimezone(UTC)
