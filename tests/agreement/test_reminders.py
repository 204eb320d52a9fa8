"""When reminders are due: hand-written tables, and properties across clock changes and year
ends."""

from __future__ import annotations

import dataclasses
import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.agreement.deadlines import end_of_day_after
from service.agreement.reminders import (
    MOST,
    Situation,
    due,
    next_moment,
    planned,
    refused_by_hand,
)
from service.agreement.working_days import is_working_day
from service.error_codes import ErrorCode
from signatures.effective_date import BRUSSELS, local_date

MARKS = (3, 10, -3)


def at(moment: str) -> datetime:
    """A moment in Brussels, in UTC."""
    return datetime.fromisoformat(moment).replace(tzinfo=BRUSSELS).astimezone(UTC)


def linked(moment: str, days: int = 30) -> Situation:
    """A link that was mailed at that moment and is valid for so many days."""
    made = at(moment)
    return Situation("link", made, end_of_day_after(made, days), (made,))


def mailed(situation: Situation, *moments: str, reminders: int = 0) -> Situation:
    """The same after more mails."""
    return dataclasses.replace(
        situation,
        contacts=(*situation.contacts, *(at(each) for each in moments)),
        reminders=reminders,
    )


@pytest.mark.parametrize(
    ("made", "days", "moments"),
    [
        # Wednesday; Saturday the 28th moves to Monday; the last is 3 days before the end
        ("2026-11-25T14:00", 30, ["2026-11-30T09:00", "2026-12-07T09:00", "2026-12-22T09:00"]),
        # 3 days later is Good Friday, not a legal holiday; 10 days later is a Friday
        ("2026-03-31T10:00", 30, ["2026-04-03T09:00", "2026-04-10T09:00", "2026-04-27T09:00"]),
        # the clock goes forward on 29 March, back on 25 October: it is still nine o'clock
        ("2026-03-27T08:00", 7, ["2026-03-30T09:00"]),
        ("2026-10-22T23:30", 14, ["2026-10-26T09:00", "2026-11-02T09:00"]),
        # over the year end: 1 January moves to Monday
        ("2026-12-29T12:00", 30, ["2027-01-04T09:00", "2027-01-08T09:00", "2027-01-25T09:00"]),
        # three days after the first, and three before the last: adjacent days, one reminder
        ("2026-11-23T09:00", 7, ["2026-11-26T09:00"]),
        ("2026-11-23T09:00", 3, ["2026-11-26T09:00"]),  # on its last day
        ("2026-11-23T09:00", 2, []),
        # a term that ends on Saturday: its third day, that Saturday, is not moved beyond the end
        ("2026-11-25T09:00", 3, []),
    ],
)
def test_the_moments_of_a_link(made: str, days: int, moments: list[str]) -> None:
    found = planned(linked(made, days), MARKS)
    assert [each.at for each in found] == [at(moment) for moment in moments]


def test_no_moment_right_after_another_mail_with_the_link() -> None:
    resent = mailed(linked("2026-11-25T14:00"), "2026-12-05T09:00")
    assert [each.mark for each in planned(resent, MARKS)] == [3, 10, -3]  # two days before
    resent = mailed(linked("2026-11-25T14:00"), "2026-12-06T23:30")
    assert [each.mark for each in planned(resent, MARKS)] == [3, -3]


def test_a_reminder_is_due_from_nine_until_it_was_sent() -> None:
    situation = linked("2026-11-25T14:00")
    assert due(situation, MARKS, at("2026-11-30T08:59")) is None
    found = due(situation, MARKS, at("2026-11-30T09:00"))
    assert found
    assert found.mark == 3
    sent = mailed(situation, "2026-11-30T09:01", reminders=1)
    for moment in ("2026-11-30T09:02", "2026-12-04T12:00"):
        assert due(sent, MARKS, at(moment)) is None
    after = due(sent, MARKS, at("2026-12-07T09:00"))
    assert after
    assert after.mark == 10


def test_a_worker_that_stood_still_sends_the_last_one_only_and_by_day() -> None:
    situation = linked("2026-11-25T14:00")
    for moment in ("2026-12-10T03:00", "2026-12-10T18:00", "2026-12-12T10:00"):
        assert due(situation, MARKS, at(moment)) is None  # night, evening, Saturday
    late = due(situation, MARKS, at("2026-12-10T17:59"))
    assert late
    assert late.mark == 10
    assert next_moment(situation, MARKS, at("2026-12-10T17:59")) == at("2026-12-10T17:59")
    assert next_moment(situation, MARKS, at("2026-12-11T20:00")) == at("2026-12-14T09:00")
    assert next_moment(situation, MARKS, at("2026-12-14T03:00")) == at("2026-12-14T09:00")


def test_whoever_was_mailed_meanwhile_is_not_reminded_late() -> None:
    resent = mailed(linked("2026-11-25T14:00"), "2026-12-08T12:00")
    assert due(resent, MARKS, at("2026-12-10T12:00")) is None
    assert next_moment(resent, MARKS, at("2026-12-10T12:00")) == at("2026-12-22T09:00")


@pytest.mark.parametrize(
    "changed",
    [{"question_waits": True}, {"reminders": MOST}],
    ids=lambda changed: next(iter(changed)),
)
def test_what_keeps_every_reminder_back(changed: dict[str, object]) -> None:
    situation = dataclasses.replace(linked("2026-11-25T14:00"), **changed)  # type: ignore[arg-type]
    assert due(situation, MARKS, at("2026-11-30T09:00")) is None
    assert next_moment(situation, MARKS, at("2026-11-26T09:00")) is None


def test_nothing_is_due_after_the_term_or_without_marks() -> None:
    situation = linked("2026-11-25T14:00", 10)
    assert due(situation, MARKS, at("2026-12-07T09:00")) is None
    assert next_moment(situation, MARKS, at("2026-12-07T09:00")) is None
    assert due(situation, (), at("2026-11-30T09:00")) is None
    assert next_moment(situation, (), at("2026-11-26T09:00")) is None


def test_extending_moves_the_mark_before_the_end_and_no_other() -> None:
    situation = linked("2026-11-25T14:00")
    extended = dataclasses.replace(situation, expires_at=at("2027-02-26T23:59:59"))
    assert [each.at for each in planned(extended, MARKS)] == [
        at("2026-11-30T09:00"),
        at("2026-12-07T09:00"),
        at("2027-02-23T09:00"),
    ]


def test_today_is_a_day_in_brussels() -> None:
    reached = linked("2026-11-25T00:30").reached  # still the 24th in UTC
    assert refused_by_hand(reached, at("2026-11-25T23:59")) is ErrorCode.REMIND_TODAY
    assert refused_by_hand(reached, at("2026-11-26T00:01")) is None
    assert refused_by_hand(reached, at("2026-11-24T23:59")) is None


MOMENTS = st.integers(0, 400_000_000).map(
    lambda seconds: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
SITUATIONS = st.builds(
    lambda made, days, gaps: Situation(
        "link",
        made,
        end_of_day_after(made, days),
        (made, *(made + timedelta(hours=gap) for gap in gaps)),
    ),
    MOMENTS,
    st.integers(1, 180),
    st.lists(st.integers(1, 3000), max_size=3),
)
MARK_LISTS = st.lists(st.integers(-60, 60).filter(lambda mark: mark != 0), max_size=4, unique=True)


@given(SITUATIONS, MARK_LISTS)
def test_every_moment_is_nine_on_a_working_day_within_the_term(
    situation: Situation, marks: list[int]
) -> None:
    found = planned(situation, marks)
    for each in found:
        local = each.at.astimezone(BRUSSELS)
        assert (local.hour, local.minute) == (9, 0)
        assert is_working_day(local.date())
        assert situation.linked_at < each.at <= situation.expires_at
        for contact in situation.contacts:
            assert contact >= each.at or (local.date() - local_date(contact)).days >= 2
    days = [local_date(each.at) for each in found]
    assert all((later - day).days >= 2 for day, later in itertools.pairwise(days))


@given(SITUATIONS, MARK_LISTS)
def test_a_worker_that_looks_every_ten_minutes_sends_each_mark_once_and_at_most_four(
    situation: Situation, marks: list[int]
) -> None:
    sent: list[int] = []
    now = max(situation.contacts)
    while (upcoming := next_moment(situation, marks, now)) is not None:
        assert upcoming > now or not sent
        now = upcoming
        found = due(situation, marks, now)
        assert found, "what was announced goes out"
        sent.append(found.mark)
        now += timedelta(minutes=1)
        situation = dataclasses.replace(
            situation, contacts=(*situation.contacts, now), reminders=situation.reminders + 1
        )
    assert len(sent) == len(set(sent)) <= MOST
