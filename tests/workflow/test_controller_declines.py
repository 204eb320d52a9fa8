"""The controller does not sign: declines, passes on, or asks first."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from house import BROWSER, DETAILS, House

from service.agreement.deadlines import local_date, show_date
from service.agreement.drafting import Input
from service.agreement.states import PlaceState, State
from service.errors import (
    Invalid,
    LinkUnusable,
    Refused,
    WrongState,
)
from service.workflow import (
    complete,
    decline,
    generate,
    open_link,
    read,
    void,
)
from service.workflow.actors import Client


def codes(wrong: Invalid) -> dict[str, str]:
    """Per field the first code."""
    found: dict[str, str] = {}
    for error in wrong.errors:
        found.setdefault(error.field, error.code)
    return found


# Not signing -----------------------------------------------------------------------------------


def test_declining_ends_it_and_tells_both_in_brussels_time(house: House) -> None:
    reference = house.sent()
    secret = house.entered(reference)
    decline.decline(house.deps, secret, "content", "Artikel 6\nis te streng", BROWSER)
    declined = house.agreement(reference)
    assert declined.state is State.DECLINED
    assert set(declined.places.values()) == {PlaceState.DECLINED}
    mails = {mail.kind: mail for mail in house.mails(reference)}
    today = show_date(local_date(datetime.now(UTC)))
    assert mails["declined"].values["declined_at"].startswith(f"{today} om ")
    assert mails["decline_confirmed"].recipient == "an@peeters.example"
    assert mails["declined"].values["explanation"] == "Artikel 6\nis te streng"
    with pytest.raises(LinkUnusable) as refusal:
        decline.decline(house.deps, secret, "content", "", BROWSER)
    assert refusal.value.reason == "declined"
    ending = read.ending_of(house.deps, secret, "declined")
    assert ending is not None
    assert ending.since is not None


@pytest.mark.parametrize(
    ("reason", "explanation", "field"),
    [
        ("", "", "reason"),
        ("hacked", "", "reason"),
        ("other", " ", "explanation"),
        ("content", "x" * 2001, "explanation"),
    ],
)
def test_declining_says_why(house: House, reason: str, explanation: str, field: str) -> None:
    reference = house.sent()
    secret = house.entered(reference)
    with pytest.raises(Invalid) as wrong:
        decline.decline(house.deps, secret, reason, explanation, BROWSER)
    assert list(codes(wrong.value)) == [field]
    assert house.agreement(reference).state is State.SENT


def pass_on(house: House, secret: str, **other: str) -> None:
    """To a colleague."""
    values = {
        "name": "Jan Claes",
        "function": "Zaakvoerder",
        "email": "jan@peeters.example",
        "message": "Kan jij dit doen?",
    }
    decline.delegate(house.deps, secret, **{**values, **other}, client=BROWSER)


def test_passing_on_gives_the_colleague_a_link_and_asks_the_details_anew(house: House) -> None:
    reference = house.sent()
    secret = house.frozen(reference)
    old = house.token(reference)
    pass_on(house, secret)
    passed = house.agreement(reference)
    assert (passed.state, passed.revision, passed.details_confirmed) == (State.SENT, 2, False)
    assert passed.signatory.name == "Jan Claes"
    assert open_link.landing(house.deps, old).status == "delegated"
    with pytest.raises(LinkUnusable) as refusal:
        pass_on(house, secret)
    assert refusal.value.reason == "delegated"
    invitation = house.mails(reference, "invitation")[-1]
    assert (invitation.recipient, invitation.values["delegated_by"]) == (
        "jan@peeters.example",
        "An Peeters",
    )
    assert house.kinds(reference)[-1] == "delegated_notice"
    with house.deps.database.begin() as tx:
        people = tx.agreements.delegations(passed.id)
        assert "delegated" in tx.agreements.flags(passed.id)
    assert [(p["name"], p["delegated_by"]) for p in people] == [
        ("An Peeters", ""),
        ("Jan Claes", "An Peeters"),
    ]


@pytest.mark.parametrize(
    ("other", "field"),
    [
        ({"name": ""}, "name"),
        ({"email": "x"}, "email"),
        ({"email": "AN@peeters.example"}, "email"),
        ({"message": "\x07"}, "message"),
    ],
)
def test_passing_on_needs_somebody_else(house: House, other: dict[str, str], field: str) -> None:
    reference = house.sent()
    secret = house.entered(reference)
    with pytest.raises(Invalid) as wrong:
        pass_on(house, secret, **other)
    assert list(codes(wrong.value)) == [field]
    assert house.agreement(reference).signatory.name == "An Peeters"


def test_a_text_that_is_being_made_is_waited_for(house: House) -> None:
    reference = house.sent()
    secret = house.completed(reference)
    with pytest.raises(WrongState) as refusal:
        pass_on(house, secret)
    assert "document wordt gemaakt" in str(refusal.value)


def test_what_we_signed_with_a_name_in_it_is_not_passed_on(house: House) -> None:
    reference = house.pre_signed()
    house.countersign(reference)
    secret = house.entered(reference)
    with pytest.raises(Refused) as refusal:
        pass_on(house, secret)
    assert refusal.value.code == "delegate_pre_signed"
    for step in (
        lambda: complete.reopen(house.deps, secret, BROWSER),
        lambda: complete.save_details(house.deps, secret, Input(DETAILS), BROWSER),
        lambda: complete.save_annex(house.deps, secret, Input({"dpo_answer": "no"}), BROWSER),
        lambda: complete.keep_annex(house.deps, secret, Input({})),
    ):
        with pytest.raises(WrongState):
            step()


def test_a_question_goes_to_the_sender_and_the_link_keeps_working(house: House) -> None:
    reference = house.sent()
    secret = house.entered(reference)
    decline.ask(house.deps, secret, "Wat is een DPO?", BROWSER)
    mail = house.mails(reference, "question")[0]
    assert (mail.recipient, mail.reply_to) == ("els@it4.example", "an@peeters.example")
    assert open_link.visit(house.deps, secret).status == "open"
    with pytest.raises(Invalid) as wrong:
        decline.ask(house.deps, secret, " ", BROWSER)
    assert codes(wrong.value) == {"question": "question_required"}


def test_a_very_long_browser_name_is_cut(house: House) -> None:
    reference = house.sent()
    client = Client("203.0.113.9", "x" * 5_000)
    open_link.enter(house.deps, house.token(reference), client)
    with house.deps.database.begin() as tx:
        personal = tx.audit.of(house.agreement(reference).id)[-1].personal
    assert personal is not None
    assert len(personal["user_agent"]) == 400


def test_a_withdrawn_text_is_not_frozen_after_all(house: House) -> None:
    reference = house.sent()
    house.completed(reference)
    void.void(house.deps, reference, "Verkeerde klant", house.staff)
    generate.generate(house.deps, house.agreement(reference).id)
    assert house.agreement(reference).state is State.VOIDED
    assert house.rows("select count(*) from documents")[0][0] == 0
