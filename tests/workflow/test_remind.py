"""Reminders on the real database: whom they reach, once, and whom they do not."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
from house import House
from mornings import a_morning, linked

from service.agreement.permissions import Role, Staff
from service.agreement.reminders import planned
from service.error_codes import ErrorCode
from service.errors import NotAllowed, Refused, TooLate
from service.wiring.build import mailbox
from service.workflow.keeping.dossier import dossier_of
from service.workflow.offer import change_email, expire, remind, resend, void
from service.workflow.telling import deliver


def not_offered(house: House, reference: str) -> ErrorCode | None:
    """Why the dossier offers no reminder; None if it does."""
    return dossier_of(house.deps, reference, house.staff).remind_refused


def test_a_reminder_goes_out_once_with_the_same_link(house: House) -> None:
    reference = house.sent()
    link = house.token(reference)
    morning = linked(house, reference, 3)
    before = house.agreement(reference)
    assert remind.remind_due(house.deps, now=morning) == 1
    assert remind.remind_due(house.deps, now=morning) == 0
    assert house.agreement(reference) == before
    (mail,) = house.mails(reference, "reminder")
    assert (mail.recipient, mail.reply_to) == ("an@peeters.example", house.staff.email)
    assert mail.values["sender_name"] == house.staff.name
    assert house.events(reference)[-1] == "signatory.reminded"
    assert house.jobs().count("deliver") == 2
    deliver.deliver(house.deps, mail.id)
    kept = mailbox(house.deps.settings)
    (sent,) = [kept.read(each.id) for each in kept.list()]
    assert sent.subject == "Herinnering: uw verwerkersovereenkomst met IT4Professionals"
    assert f"http://localhost/tekenen/link/{link}" in sent.text
    assert house.token(reference) == link


def test_the_log_says_which_day_it_was(house: House) -> None:
    reference = house.sent()
    morning = linked(house, reference, 3)
    remind.remind_due(house.deps, now=morning)
    line = dossier_of(house.deps, reference, house.staff).timeline[-1]
    assert line.sentence == "Herinnering gestuurd: dag 3 na de link."
    assert line.who == ""


def test_each_mark_its_own_and_none_in_between(house: House) -> None:
    reference = house.sent()
    remind.remind_due(house.deps, now=linked(house, reference, 3))
    assert remind.remind_due(house.deps, now=linked(house, reference, 7)) == 0
    assert remind.remind_due(house.deps, now=linked(house, reference, 10)) == 1
    assert remind.remind_due(house.deps, now=linked(house, reference, 25, left=3)) == 1
    assert house.kinds(reference).count("reminder") == 3
    assert len({mail.id for mail in house.mails(reference, "reminder")}) == 3


def test_a_mark_is_never_used_twice(house: House) -> None:
    """Even if its sending time is lost, as in a restored backup."""
    reference = house.sent()
    morning = linked(house, reference, 3)
    assert remind.remind_due(house.deps, now=morning) == 1
    house.rows("update messages set queued_at = now() - interval '20 days'")
    assert remind.remind_due(house.deps, now=morning) == 0
    assert house.events(reference).count("signatory.reminded") == 1


def test_many_are_found_in_parts(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remind, "AT_ONCE", 2)  # the terms of three end at the same moment
    references = [house.sent(signatory_email=f"an{n}@peeters.example") for n in range(3)]
    fresh = house.sent()
    for reference in references:
        morning = linked(house, reference, 10)
    assert remind.remind_due(house.deps, now=morning) == 3
    assert house.kinds(fresh) == ["invitation"]


def _declined(house: House, reference: str) -> None:
    house.rows("update agreements set state = 'declined' where reference = :r", r=reference)


def _voided(house: House, reference: str) -> None:
    void.void(house.deps, reference, "Verkeerde klant", house.staff)


def _expired(house: House, reference: str) -> None:
    house.forget_time(reference)
    expire.expire(house.deps)


def _being_made(house: House, reference: str) -> None:
    house.completed(reference)


def _signed(house: House, reference: str) -> None:
    house.signed(reference)


@pytest.mark.parametrize("happen", [_declined, _voided, _expired, _being_made, _signed])
def test_nobody_is_reminded_of_what_they_cannot_do(
    house: House, happen: Callable[[House, str], None]
) -> None:
    reference = house.sent()
    happen(house, reference)
    morning = linked(house, reference, 3)
    assert remind.remind_due(house.deps, now=morning) == 0
    with pytest.raises(Refused):
        remind.remind(house.deps, reference, house.staff)
    assert "reminder" not in house.kinds(reference)
    assert not_offered(house, reference)


def test_a_frozen_text_that_waits_is_reminded_of(house: House) -> None:
    reference = house.sent()
    house.ready(reference)
    assert remind.remind_due(house.deps, now=linked(house, reference, 3)) == 1


def test_a_pre_signed_offer_only_once_it_is_their_turn(house: House) -> None:
    reference = house.pre_signed()
    assert remind.remind_due(house.deps, now=linked(house, reference, 3)) == 0
    house.countersign(reference)
    assert remind.remind_due(house.deps, now=linked(house, reference, 3)) == 1


def test_a_new_link_counts_anew(house: House) -> None:
    reference = house.sent()
    morning = linked(house, reference, 10)
    resend.resend(house.deps, reference, house.staff)
    assert remind.remind_due(house.deps, now=morning) == 0
    assert remind.remind_due(house.deps, now=linked(house, reference, 3)) == 1


def test_another_person_is_another_count(house: House) -> None:
    reference = house.sent()
    morning = linked(house, reference, 3)
    remind.remind_due(house.deps, now=morning)
    corrected = ("An Peeters", "nieuw@peeters.example")
    change_email.change_email(house.deps, reference, *corrected, house.staff)
    with house.deps.database.begin() as tx:
        situation = tx.reminders.situation(house.agreement(reference).id)
    assert situation
    assert situation.reminders == 0
    assert len(situation.contacts) == 1


def test_whoever_signed_meanwhile_gets_no_mail(house: House) -> None:
    reference = house.sent()
    remind.remind_due(house.deps, now=linked(house, reference, 3))
    house.signed(reference)
    (mail,) = house.mails(reference, "reminder")
    deliver.deliver(house.deps, mail.id)
    assert [(each.state, each.last_error) for each in house.mails(reference, "reminder")] == [
        ("refused", "overtaken")
    ]


def test_no_marks_no_reminders(house: House) -> None:
    reference = house.sent()
    morning = linked(house, reference, 3)
    settings = dataclasses.replace(house.deps.settings, reminder_days=())
    without = dataclasses.replace(house.deps, settings=settings)
    assert remind.remind_due(without, now=morning) == 0
    assert dossier_of(without, reference, house.staff).next_reminder is None


def test_by_hand_once_a_day(house: House) -> None:
    reference = house.sent()
    with pytest.raises(Refused) as refused:  # the invitation was sent today
        remind.remind(house.deps, reference, house.staff)
    assert refused.value.code == not_offered(house, reference) == "remind_today"
    linked(house, reference, 5)
    assert not_offered(house, reference) is None
    remind.remind(house.deps, reference, house.staff)
    with pytest.raises(Refused) as refused:
        remind.remind(house.deps, reference, house.staff)
    assert refused.value.code == "remind_today"
    assert house.kinds(reference).count("reminder") == 1
    line = dossier_of(house.deps, reference, house.staff).timeline[-1]
    assert line.sentence == "Herinnering gestuurd: op verzoek van een medewerker."
    assert line.who == house.staff.name


def test_a_fifth_is_refused_and_none_goes_out_by_itself(house: House) -> None:
    reference = house.sent()
    for day in range(4):
        linked(house, reference, 20 - day)
        remind.remind(house.deps, reference, house.staff)
        house.rows("update messages set key = key || :n where kind = 'reminder'", n=f"-{day}")
    linked(house, reference, 10)
    with pytest.raises(Refused) as refused:
        remind.remind(house.deps, reference, house.staff)
    assert refused.value.code == not_offered(house, reference) == "remind_enough"
    house.forget_time(reference)
    with pytest.raises(Refused) as refused:  # before the expiry job runs
        remind.remind(house.deps, reference, house.staff)
    assert refused.value.code == not_offered(house, reference) == "remind_nobody"
    assert remind.remind_due(house.deps, now=a_morning()) == 0
    assert dossier_of(house.deps, reference, house.staff).next_reminder is None


def test_who_may_and_when_it_is_too_late(house: House, another: Callable[..., Staff]) -> None:
    reference = house.sent()
    for role in (Role.SIGNATORY, Role.ARCHIVE):
        with pytest.raises(NotAllowed):
            remind.remind(house.deps, reference, another(role))
    _voided(house, reference)
    with pytest.raises(TooLate):
        remind.remind(house.deps, reference, house.staff)


def test_the_dossier_says_when_the_next_one_goes_out(house: House) -> None:
    reference = house.sent()
    with house.deps.database.begin() as tx:
        situation = tx.reminders.situation(house.agreement(reference).id)
    assert situation
    first = planned(situation, house.deps.settings.reminder_days)[0]
    shown = dossier_of(house.deps, reference, house.staff)
    assert shown.next_reminder == first.at
    draft = dossier_of(house.deps, house.draft(), house.staff)
    assert (draft.invited, draft.next_reminder) == (False, None)
