"""After signing, the link alone shows nothing of the agreement."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from house import BROWSER, House

from service.agreement.capabilities import Purpose
from service.errors import Invalid, NotFound, Refused, TooMany, WrongState
from service.workflow.signing import open_link, prove_mailbox, read
from signatures.package.names import AGREEMENT
from tests.variants import some


def doors(house: House, secret: str) -> list[Callable[[], Any]]:
    """Every function that shows or returns contents of the agreement."""
    return [
        lambda: read.frozen(house.deps, secret),
        lambda: read.fetch_shown(house.deps, secret, BROWSER),
        lambda: read.fetch_sealed(house.deps, secret, BROWSER, AGREEMENT),
        lambda: read.acts(house.deps, secret),
    ]


def prove(house: House, secret: str) -> None:
    prove_mailbox.request_code(house.deps, secret, BROWSER, Purpose.OPEN)
    prove_mailbox.confirm_code(house.deps, secret, house.code(), BROWSER, Purpose.OPEN)


@pytest.mark.parametrize("completed", some([False, True]))
def test_a_new_browser_is_asked_for_a_code(house: House, completed: bool) -> None:
    reference = house.sent()
    signer = house.signed(reference)
    if completed:
        house.countersign(reference)
        house.rows("update agreements set state = 'completed'")
    secret = house.opened(reference)
    for door in doors(house, secret):
        with pytest.raises(Refused) as refusal:
            door()
        assert refusal.value.code == "mailbox_first"
    prove(house, secret)
    for browser in (secret, signer):  # and the signer needs no code
        assert read.frozen(house.deps, browser).document.pages
        assert read.fetch_shown(house.deps, browser, BROWSER).pdf.startswith(b"%PDF")
        assert len(read.acts(house.deps, browser)) == (3 if completed else 2)
        with pytest.raises(NotFound):  # nothing was sealed here
            read.fetch_sealed(house.deps, browser, BROWSER, AGREEMENT)
    assert house.events(reference)[-4:-2] == ["code.sent", "code.confirmed"]


def test_until_signing_the_link_shows_the_text(house: House) -> None:
    reference = house.sent()
    secret = house.ready(reference)
    assert read.fetch_shown(house.deps, secret, BROWSER).pdf.startswith(b"%PDF")
    with pytest.raises(WrongState):
        prove_mailbox.request_code(house.deps, secret, BROWSER, Purpose.OPEN)


def test_the_code_of_another_purpose_opens_nothing(house: House) -> None:
    reference = house.sent()
    first = house.ready(reference)
    other = house.read(reference, house.opened(reference))
    prove_mailbox.request_code(house.deps, other, BROWSER)
    forgotten = house.code()
    house.prepared(reference, first)
    house.sign(reference, first)
    for code in (forgotten, house.code()):
        with pytest.raises(Invalid) as wrong:
            prove_mailbox.confirm_code(house.deps, other, code, BROWSER, Purpose.OPEN)
        assert wrong.value.errors[0].code == "code_expired"


@pytest.mark.long
def test_the_codes_of_an_hour_are_counted_together(house: House) -> None:
    reference = house.sent()
    house.signed(reference)  # one code
    secret = house.opened(reference)
    for _ in range(4):
        prove_mailbox.request_code(house.deps, secret, BROWSER, Purpose.OPEN)
    with pytest.raises(TooMany):
        prove_mailbox.request_code(house.deps, secret, BROWSER, Purpose.OPEN)


def test_the_same_browser_goes_straight_on_as_long_as_its_session_lives(house: House) -> None:
    reference = house.sent()
    secret = house.signed(reference)
    ends = house.rows("select expires_at from link_sessions")[0][0]
    again = open_link.enter(house.deps, house.token(reference), BROWSER, known=secret)
    assert again != secret
    assert read.frozen(house.deps, again).document.pages
    assert {row[0] for row in house.rows("select expires_at from link_sessions")} == {ends}
    house.rows("update link_sessions set expires_at = now() - interval '1 second'")
    late = open_link.enter(house.deps, house.token(reference), BROWSER, known=again)
    assert not open_link.visit(house.deps, late).proved


def test_no_proof_is_carried_to_another_link_or_from_a_browser_without_one(house: House) -> None:
    one, other = house.sent(), house.sent(number="0417.497.106", name="Slagerij Claes")
    proved = house.signed(one)
    elsewhere = open_link.enter(house.deps, house.token(other), BROWSER, known=proved)
    assert not open_link.visit(house.deps, elsewhere).proved
    # A session planted by an attacker is not continued, so the attacker learns nothing.
    planted = house.opened(one)
    fresh = open_link.enter(house.deps, house.token(one), BROWSER, known=planted)
    prove(house, fresh)
    assert open_link.visit(house.deps, fresh).proved
    assert not open_link.visit(house.deps, planted).proved
