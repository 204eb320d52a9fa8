"""The limits of the public page: few mails, little kept, nothing guessed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from applicants import applied, code_of, opened
from house import BROWSER, House

from service.error_codes import ErrorCode
from service.error_words import words_by_field
from service.errors import Invalid, Refused, TooMany
from service.workflow.actors import Client
from service.workflow.applying import page
from service.workflow.applying.apply import apply_again, waiting
from service.workflow.applying.begin import begin
from service.workflow.keeping import retain
from service.workflow.telling import deliver

OF_APPLICATIONS = "from messages where subject = 'application'"


def kept(house: House) -> list[Any]:
    return house.rows("select * from applications")


def test_what_is_typed_stays_ten_minutes_and_is_in_no_mail(public: House) -> None:
    cookie = applied(public.deps, name="Koop nu op evil.example", signatory_name="Win Geld")
    ((message_id, values),) = public.rows(f'select id, "values"::text {OF_APPLICATIONS}')
    assert "evil" not in values
    assert "Win" not in values
    deliver.deliver(public.deps, str(message_id))
    shown = waiting(public.deps, cookie)
    assert shown is not None
    assert shown.masked_email == "a…@peeters.example"
    public.rows("update applications set expires_at = now(), asked_at = now() - interval '2 hours'")
    public.rows("update messages set queued_at = now() - interval '2 hours'")
    with pytest.raises(Invalid) as late:
        begin(public.deps, cookie, code_of(public.deps, cookie), BROWSER)
    assert "verlopen" in words_by_field(late.value)["code"]
    retain.tidy(public.deps)
    assert [each.details for each in kept(public)] == [None]
    assert public.rows(f"select count(*) {OF_APPLICATIONS}") == [(0,)]
    with pytest.raises(Refused) as gone:
        begin(public.deps, cookie, code_of(public.deps, cookie), BROWSER)
    assert gone.value.code is ErrorCode.APPLICATION_GONE
    public.rows("update applications set asked_at = now() - interval '25 hours'")
    retain.tidy(public.deps)
    assert kept(public) == []
    assert public.rows("select count(*) from agreements") == [(0,)]
    assert {each[0] for each in public.rows("select agreement_id from audit_entries")} == {None}


def test_an_overtaken_code_is_not_mailed(public: House) -> None:
    first = applied(public.deps)
    second = apply_again(public.deps, first, BROWSER)
    assert apply_again(public.deps, first, BROWSER) == second  # the button, pressed twice
    for (message_id,) in public.rows(f"select id {OF_APPLICATIONS}"):
        deliver.deliver(public.deps, str(message_id))
    states = public.rows(f"select state, last_error {OF_APPLICATIONS} order by queued_at")
    assert [tuple(each) for each in states] == [("refused", "overtaken"), ("sent", "")]
    with pytest.raises(Refused):
        begin(public.deps, first, code_of(public.deps, first), BROWSER)
    begin(public.deps, second, code_of(public.deps, second), BROWSER)


def test_a_form_that_is_sent_twice_mails_once(public: House) -> None:
    assert applied(public.deps) == applied(public.deps)
    changed = applied(public.deps, signatory_email="info@peeters.example")
    assert changed != applied(public.deps)
    assert public.rows(f"select count(*) {OF_APPLICATIONS}") == [(2,)]


def test_codes_are_guessed_five_times_at_most(public: House) -> None:
    cookie = applied(public.deps)
    right = code_of(public.deps, cookie)
    wrong = "000000" if right != "000000" else "111111"
    said = []
    for _ in range(6):
        with pytest.raises(Invalid) as refused:
            begin(public.deps, cookie, wrong, BROWSER)
        said.append(refused.value.errors[0].code.value)
    assert said == ["code_wrong"] * 3 + ["code_wrong_last"] + ["code_locked"] * 2
    with pytest.raises(Invalid):
        begin(public.deps, cookie, right, BROWSER)
    with pytest.raises(Invalid) as none:
        begin(public.deps, cookie, "12", BROWSER)
    assert none.value.errors[0].code.value == "code_required"


@pytest.mark.parametrize("cookie", ["", "x", "00000000-0000-0000-0000-000000000000.x"])
def test_a_cookie_of_another_is_none(public: House, cookie: str) -> None:
    theirs = applied(public.deps)
    forged = cookie or theirs[:-2] + ("AA" if theirs[-2:] != "AA" else "BB")
    assert waiting(public.deps, forged) is None
    for step in (
        lambda: begin(public.deps, forged, code_of(public.deps, theirs), BROWSER),
        lambda: apply_again(public.deps, forged, BROWSER),
    ):
        with pytest.raises(Refused) as gone:
            step()
        assert gone.value.code is ErrorCode.APPLICATION_GONE


def test_mails_to_one_mailbox_are_few(public: House) -> None:
    """However its address is written, and whoever asks."""
    for number, email in enumerate(
        ("an@peeters.example", "AN@peeters.example", "an+1@peeters.example")
    ):
        client = Client(f"198.51.100.{number}", "")
        applied(public.deps, f"form {number}", client, signatory_email=email)
    with pytest.raises(TooMany) as often:
        applied(
            public.deps,
            "one more",
            Client("198.51.100.9", ""),
            signatory_email="an+9@peeters.example",
        )
    assert often.value.wait_seconds == 3600
    public.rows("update applications set asked_at = now() - interval '2 hours'")
    for number in (3, 4):
        applied(public.deps, f"form {number}", Client(f"198.51.100.{number}", ""))
    with pytest.raises(TooMany) as today:
        applied(public.deps, "form 5", Client("198.51.100.5", ""))
    assert today.value.wait_seconds == 24 * 3600
    assert len(kept(public)) == 5


def test_a_network_asks_for_few(public: House) -> None:
    """For IPv6 the /64: its owner has any number of addresses."""
    for number in range(10):
        client = Client(f"2001:db8::{number}", "")
        applied(public.deps, f"form {number}", client, signatory_email=f"an@zaak{number}.example")
    with pytest.raises(TooMany) as often:
        applied(
            public.deps, "more", Client("2001:db8::f:1", ""), signatory_email="an@elders.example"
        )
    assert often.value.code is ErrorCode.APPLICATIONS_TOO_MANY
    applied(public.deps, "other", Client("2001:db8:1::1", ""), signatory_email="an@elders.example")


def test_when_the_day_is_full_staff_see_it(public: House) -> None:
    opened(public.deps, public.staff, per_day="2")
    assert page.full(public.deps, public.staff) is None
    for number in range(2):
        applied(public.deps, f"form {number}", signatory_email=f"an@zaak{number}.example")
    with pytest.raises(TooMany) as full:
        applied(public.deps, "more", signatory_email="an@elders.example")
    assert full.value.code is ErrorCode.APPLICATIONS_FULL
    usage = page.full(public.deps, public.staff)
    assert usage is not None
    assert (usage.asked, usage.most) == (2, 2)
    page.close(public.deps, public.staff)
    assert page.full(public.deps, public.staff) is None


def test_forms_sent_at_once_are_all_counted(public: House) -> None:
    def ask(number: int) -> str:
        try:
            return applied(public.deps, f"form {number}", Client(f"198.51.100.{number}", ""))
        except TooMany:
            return ""

    with ThreadPoolExecutor(8) as crowd:
        given = [each.result() for each in [crowd.submit(ask, number) for number in range(8)]]
    assert len([each for each in given if each]) == 3
