"""The controller passes on to a colleague: named, proven, notified."""

from __future__ import annotations

import pytest
from bakery import DETAILS
from house import BROWSER, COLLEAGUE, House

from service.agreement.act_record import ProvedMailbox
from service.agreement.capabilities import Purpose
from service.agreement.drafting import Input
from service.agreement.states import PlaceState, State
from service.error_words import words_of
from service.errors import Invalid, LinkUnusable, Refused, WrongState
from service.workflow.keeping.dossier import dossier_of
from service.workflow.signing import complete, delegate, open_link, prove_mailbox, sign


def name(house: House, secret: str, **other: str) -> None:
    delegate.name_colleague(house.deps, secret, **{**COLLEAGUE, **other})


def prove(house: House, secret: str) -> None:
    """Enter the code mailed for this."""
    prove_mailbox.request_code(house.deps, secret, BROWSER, Purpose.DELEGATE)
    prove_mailbox.confirm_code(house.deps, secret, house.code(), BROWSER, Purpose.DELEGATE)


def failed(house: House, reference: str) -> str:
    """A document that could not be made."""
    secret = house.completed(reference)
    house.rows("update agreements set state = 'generation_failed', failure = 'office'")
    return secret


def test_passing_on_gives_the_colleague_a_link_and_asks_the_details_anew(house: House) -> None:
    reference = house.sent()
    secret = house.ready(reference)
    old = house.token(reference)
    house.passed_on(secret)
    passed = house.agreement(reference)
    assert (passed.state, passed.edition, passed.details_confirmed) == (State.SENT, 2, False)
    assert passed.signatory.name == "Jan Claes"
    assert set(passed.places.values()) == {PlaceState.OPEN, PlaceState.BLOCKED}
    assert open_link.landing(house.deps, old).status == "delegated"
    with pytest.raises(LinkUnusable) as refusal:
        delegate.delegate(house.deps, secret, BROWSER)
    assert refusal.value.reason == "delegated"
    invitation = house.mails(reference, "invitation")[-1]
    assert (invitation.recipient, invitation.values["delegated_by"]) == (
        "jan@peeters.example",
        "An Peeters",
    )
    assert invitation.values["message"] == "Kan jij dit doen?"
    with house.deps.database.begin() as tx:
        people = tx.agreements.delegations(passed.id)
        assert "delegated" in tx.agreements.flags(passed.id)
    assert [(each.name, each.delegated_by) for each in people] == [
        ("An Peeters", ""),
        ("Jan Claes", "An Peeters"),
    ]


def test_the_colleague_has_opened_nothing_yet(house: House) -> None:
    reference = house.sent()
    house.passed_on(house.opened(reference))
    assert house.agreement(reference).opened_at is None
    house.opened(reference)
    assert house.agreement(reference).opened_at


def test_who_is_passed_over_is_told_and_the_sender_too(house: House) -> None:
    reference = house.sent()
    house.passed_on(house.opened(reference))
    told = {mail.kind: mail for mail in house.mails(reference)}
    confirmed = told["delegated_confirmed"]
    assert (confirmed.recipient, confirmed.reply_to) == ("an@peeters.example", "els@it4.example")
    assert confirmed.values["to_email"] == "jan@peeters.example"
    assert told["delegated_notice"].recipient == "els@it4.example"


@pytest.mark.parametrize("until", ["opened", "ready", "failed"])
def test_nobody_passes_on_without_the_mailbox(house: House, until: str) -> None:
    reference = house.sent()
    secret = failed(house, reference) if until == "failed" else getattr(house, until)(reference)
    before = house.agreement(reference)
    with pytest.raises(Refused) as unnamed:
        prove_mailbox.request_code(house.deps, secret, BROWSER, Purpose.DELEGATE)
    assert unnamed.value.code == "colleague_first"
    name(house, secret)
    with pytest.raises(Refused) as refusal:
        delegate.delegate(house.deps, secret, BROWSER)
    assert refusal.value.code == "code_first"
    assert house.agreement(reference).signatory == before.signatory
    assert house.mails(reference, "delegated_notice") == []
    prove(house, secret)
    delegate.delegate(house.deps, secret, BROWSER)
    assert house.agreement(reference).signatory.email == "jan@peeters.example"


def test_a_colleague_is_named_by_one_browser_and_another_passes_nobody_on(house: House) -> None:
    reference = house.sent()
    stranger, owner = house.opened(reference), house.opened(reference)
    name(house, stranger, email="vals@elders.example")
    name(house, owner)
    prove(house, owner)
    with pytest.raises(Refused):  # the proof is of the browser in which the code was entered
        delegate.delegate(house.deps, stranger, BROWSER)
    delegate.delegate(house.deps, owner, BROWSER)
    assert house.agreement(reference).signatory.email == "jan@peeters.example"


def test_a_code_to_pass_on_signs_nothing(house: House) -> None:
    reference = house.sent()
    secret = house.read(reference, house.ready(reference))
    name(house, secret)
    prove_mailbox.request_code(house.deps, secret, BROWSER, Purpose.DELEGATE)
    with pytest.raises(Invalid) as wrong:
        prove_mailbox.confirm_code(house.deps, secret, house.code(), BROWSER)
    assert wrong.value.errors[0].code == "code_expired"
    assert house.rows("select tries from code_challenges") == [(0,)]
    prove_mailbox.confirm_code(house.deps, secret, house.code(), BROWSER, Purpose.DELEGATE)
    visit = open_link.visit(house.deps, secret)
    assert (visit.proved, visit.authenticated) == (True, False)
    assert PlaceState.AUTHENTICATED not in house.agreement(reference).places.values()
    with pytest.raises(Refused) as refusal:
        house.prepare(reference, secret)
    assert refusal.value.code == "code_first"
    house.proved(reference, secret)
    house.prepare(reference, secret)


def test_who_proved_the_mailbox_to_sign_is_asked_no_second_code(house: House) -> None:
    reference = house.sent()
    secret = house.proved(reference, house.ready(reference))
    name(house, secret)
    prove_mailbox.request_code(house.deps, secret, BROWSER, Purpose.DELEGATE)
    assert len(house.mails(reference, "code")) == 1
    assert open_link.visit(house.deps, secret).authenticated  # and can still sign instead
    delegate.delegate(house.deps, secret, BROWSER)
    assert house.agreement(reference).signatory.name == "Jan Claes"


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
    secret = house.opened(reference)
    name(house, secret)
    with pytest.raises(Invalid) as wrong:
        name(house, secret, **other)
    assert [error.field for error in wrong.value.errors] == [field]
    kept = open_link.visit(house.deps, secret).session.colleague
    assert kept is not None
    assert kept.email == "jan@peeters.example"  # correct earlier input stays


def test_a_text_that_is_being_made_is_waited_for(house: House) -> None:
    reference = house.sent()
    secret = house.opened(reference)
    name(house, secret)
    prove(house, secret)
    complete.save_details(house.deps, secret, Input(DETAILS), BROWSER)
    house.rows("update agreements set state = 'preparing'")
    for step in (
        lambda: name(house, secret),
        lambda: delegate.delegate(house.deps, secret, BROWSER),
    ):
        with pytest.raises(WrongState) as refusal:
            step()
        assert "het document wordt nu gemaakt" in words_of(refusal.value)


def test_what_we_signed_with_a_name_in_it_is_not_passed_on(house: House) -> None:
    reference = house.pre_signed()
    house.countersign(reference)
    secret = house.opened(reference)
    with pytest.raises(Refused) as refusal:
        name(house, secret)
    assert refusal.value.code == "delegate_pre_signed"
    for step in (
        lambda: house.reopened(secret),
        lambda: complete.save_details(house.deps, secret, Input(DETAILS), BROWSER),
        lambda: complete.save_annex(house.deps, secret, Input({"dpo_answer": "no"}), BROWSER),
    ):
        with pytest.raises(WrongState):
            step()


def test_the_log_and_the_record_say_that_and_when_the_mailbox_was_proved(house: House) -> None:
    reference = house.sent()
    house.passed_on(house.opened(reference))
    timeline = dossier_of(house.deps, reference, house.staff).timeline
    said = next(e.sentence for e in timeline if e.event == "signatory.delegated")
    assert "was bevestigd met een code op" in said
    with house.deps.database.begin() as tx:
        proof = tx.agreements.delegations(house.agreement(reference).id)[-1].proof
    used = house.rows("select sent_to, created_at, consumed_at from code_challenges")[0]
    assert proof == ProvedMailbox("an@peeters.example", used[1], used[2])
    assert used[0] == proof.address


def test_the_colleague_signs_in_the_end(house: House) -> None:
    reference = house.sent()
    house.passed_on(house.ready(reference))
    secret = house.ready(reference, signatory_name="Jan Claes")
    house.prepared(reference, secret, typed="Jan Claes")
    house.sign(reference, secret)
    receipt = sign.receipt(house.deps, secret)
    assert receipt is not None
    assert receipt.agreement.signatory.name == "Jan Claes"
