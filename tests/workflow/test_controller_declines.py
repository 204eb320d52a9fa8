"""The controller does not sign: declines, or first asks a question."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from house import BROWSER, House

from service.agreement.states import PlaceState, State
from service.errors import Invalid, LinkUnusable
from service.workflow.actors import Client
from service.workflow.keeping.dossier import dossier_of
from service.workflow.offer import generate, void
from service.workflow.signing import ask, decline, open_link, read


def codes(wrong: Invalid) -> dict[str, str]:
    """The first code per field."""
    found: dict[str, str] = {}
    for error in wrong.errors:
        found.setdefault(error.field, error.code)
    return found


def test_declining_ends_it_and_tells_both_in_brussels_time(house: House) -> None:
    reference = house.sent()
    secret = house.opened(reference)
    decline.decline(house.deps, secret, "content", "Artikel 6\nis te streng", BROWSER)
    declined = house.agreement(reference)
    assert declined.state is State.DECLINED
    assert set(declined.places.values()) == {PlaceState.DECLINED}
    mails = {mail.kind: mail for mail in house.mails(reference)}
    said = mails["declined"].values
    assert datetime.now(UTC) - datetime.fromisoformat(said["declined_at"]) < timedelta(minutes=5)
    assert said["reason"] == "content"  # becomes text when sent
    assert mails["decline_confirmed"].recipient == "an@peeters.example"
    assert mails["declined"].values["explanation"] == "Artikel 6\nis te streng"
    with pytest.raises(LinkUnusable) as refusal:
        decline.decline(house.deps, secret, "content", "", BROWSER)
    assert refusal.value.reason == "declined"
    ending = read.ending_of(house.deps, secret, "declined")
    assert ending is not None
    assert ending.since is not None


@pytest.mark.parametrize(("proved", "words"), [(False, "niet bevestigd"), (True, "bevestigd")])
def test_a_refusal_says_whether_the_mailbox_was_proved(
    house: House, proved: bool, words: str
) -> None:
    reference = house.sent()
    secret = house.ready(reference)
    if proved:
        house.proved(reference, secret)
    decline.decline(house.deps, secret, "content", "", BROWSER)
    assert house.mails(reference, "declined")[0].values["mailbox_proved"] is proved
    timeline = dossier_of(house.deps, reference, house.staff).timeline
    assert f"De inhoud klopt niet (mailbox {words} met een code)" in [
        entry.sentence.removeprefix("Geweigerd. Reden: ") for entry in timeline
    ]


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
    secret = house.opened(reference)
    with pytest.raises(Invalid) as wrong:
        decline.decline(house.deps, secret, reason, explanation, BROWSER)
    assert list(codes(wrong.value)) == [field]
    assert house.agreement(reference).state is State.SENT


def test_a_question_goes_to_the_sender_and_the_link_keeps_working(house: House) -> None:
    reference = house.sent()
    secret = house.opened(reference)
    ask.ask(house.deps, secret, "Wat is een DPO?", BROWSER)
    mail = house.mails(reference, "question")[0]
    assert (mail.recipient, mail.reply_to) == ("els@it4.example", "an@peeters.example")
    assert open_link.visit(house.deps, secret).status == "open"
    with pytest.raises(Invalid) as wrong:
        ask.ask(house.deps, secret, " ", BROWSER)
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
