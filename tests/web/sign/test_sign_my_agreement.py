"""After signing: what a link shows in a browser with a proven mailbox, and in another."""

from __future__ import annotations

from typing import Any

import pytest

DOOR, CODE, CHECK = (
    "/tekenen/mijn-overeenkomst",
    "/tekenen/mijn-overeenkomst/code",
    "/tekenen/mijn-overeenkomst/controle",
)


@pytest.fixture
def signed(journey: Any) -> Any:
    """The browser in which the controller signed."""
    browser = journey.at("prepared")
    browser.post("/tekenen/ondertekenen/bijlage", journey.signature(annex_statement="yes"))
    return browser


@pytest.fixture
def completed(journey: Any, signed: Any) -> Any:
    """The same after both parties signed and everything is sealed (as far as these pages see)."""
    journey.steps.countersigned(journey.reference)
    journey.rows("update agreements set state = 'completed'")
    return signed


def another(journey: Any) -> Any:
    """Somebody who opens the link in another browser."""
    browser = type(journey.browser)(journey.browser.client.application.test_client())
    browser.get(journey.link())
    browser.post(journey.link())
    return browser


def test_the_link_says_that_it_is_in_force_and_nothing_more(journey: Any, completed: Any) -> None:
    browser = type(completed)(completed.client.application.test_client())
    browser.get(journey.link())
    assert "De overeenkomst is van kracht sinds" in browser.page
    browser.post(journey.link())
    assert browser.path == DOOR
    assert "De overeenkomst is van kracht sinds" in browser.page
    mails = journey.rows("select 1 from messages where kind = 'code'")
    assert len(mails) == 1  # about signing: nothing is mailed unasked
    for path in (
        "",
        "/klaar",
        "/document.pdf",
        "/overeenkomst.pdf",
        "/bewijsblad.pdf",
        "/lezen",
        "/gegevens",
    ):
        browser.get(f"/tekenen{path}")
        assert browser.path == DOOR
        for word in ("An Peeters", "an@peeters.example", "Els Verkoop", "Molenstraat"):
            assert word not in browser.page


def test_a_code_opens_it(journey: Any, completed: Any) -> None:
    browser = another(journey)
    browser.post(CODE)
    assert browser.path == DOOR
    assert "a…@peeters.example" in browser.page
    wrong = f"{(int(journey.code()) + 1) % 1_000_000:06d}"
    assert browser.post(CHECK, {"code": wrong}).status_code == 422
    assert "U hebt nog 4 pogingen" in browser.page
    browser.post(CHECK, {"code": journey.code()})
    assert browser.path == "/tekenen/klaar"
    assert browser.page.count("An Peeters, Bestuurder") == 2
    assert browser.get("/tekenen/document.pdf").data.startswith(b"%PDF")
    browser.get(DOOR)
    assert browser.path == "/tekenen/klaar"


def test_the_browser_that_signed_goes_straight_on(journey: Any, completed: Any) -> None:
    for _ in range(2):
        completed.get(journey.link())
        completed.post(journey.link())
        assert completed.path == "/tekenen/klaar"
        assert "An Peeters, Bestuurder" in completed.page
    journey.rows("update link_sessions set expires_at = now() - interval '1 second'")
    completed.get(journey.link())
    completed.post(journey.link())
    assert completed.path == DOOR


def test_until_we_sign_the_receipt_is_shown_and_the_text_asks_the_code(
    journey: Any, signed: Any
) -> None:
    browser = another(journey)
    assert browser.path == "/tekenen/klaar"
    assert "Bedankt. U hebt ondertekend." in browser.page
    assert "An Peeters" not in browser.page
    browser.get("/tekenen/document.pdf")
    assert browser.path == DOOR
    assert "Nu is het aan IT4Professionals." in browser.page
    browser.post(CODE)
    browser.post(CHECK, {"code": journey.code()})
    assert browser.path == "/tekenen/klaar"
    assert browser.get("/tekenen/document.pdf").data.startswith(b"%PDF")


def test_codes_are_as_scarce_as_before_signing(journey: Any, completed: Any) -> None:
    browser = another(journey)
    for _ in range(4):
        browser.post(CODE)
        assert browser.path == DOOR
    assert browser.post(CODE).status_code == 429
    assert "U hebt te vaak een code gevraagd" in browser.page
    browser.post(CHECK, {"code": journey.code()})
    assert browser.path == "/tekenen/klaar"


def test_before_signing_there_is_no_such_door(journey: Any) -> None:
    browser = journey.at("opened")
    browser.get(DOOR)
    assert browser.path == "/tekenen/gegevens"
    browser.post(CODE)
    assert browser.path == "/tekenen/gegevens"
    assert journey.rows("select 1 from code_challenges") == []
    for path in (CODE, CHECK):
        browser.get(path)
        assert browser.path == "/tekenen/gegevens"
