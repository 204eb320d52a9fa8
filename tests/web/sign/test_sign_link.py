"""The link: what it shows, that a GET changes nothing, and the exchange for a session."""

from __future__ import annotations

import re
from typing import Any

import pytest

from service.workflow.offer import change_email, expire, void

TABLES = "agreements links link_sessions audit_entries messages code_challenges signature_places"


def everything(journey: Any) -> dict[str, list[Any]]:
    return {table: journey.rows(f"select * from {table}") for table in TABLES.split()}


def test_looking_at_the_link_changes_nothing(journey: Any) -> None:
    before = everything(journey)
    for _ in range(3):
        answer = journey.browser.get(journey.link())
    assert answer.status_code == 200
    assert "Bakkerij Peeters" in journey.browser.page
    for secret in (journey.reference, "an@peeters.example", "An Peeters"):
        assert secret not in journey.browser.page
    assert everything(journey) == before


def test_the_exchange_takes_the_token_out_of_the_address(journey: Any) -> None:
    link = journey.link()
    journey.browser.get(link)
    answer = journey.browser.post(link, follow=False)
    assert answer.status_code == 303
    assert re.fullmatch(r"/tekenen\?bezoek=[0-9a-f]{10}", answer.location)
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if "signer" in c)
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    page = journey.browser.get("/tekenen")
    assert journey.browser.path == "/tekenen/gegevens"
    assert link.rpartition("/")[2] not in journey.browser.page
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"


def test_the_exchange_wants_a_form_of_ours(journey: Any) -> None:
    answer = journey.browser.client.post(journey.link())
    assert answer.status_code == 400
    assert journey.rows("select * from link_sessions") == []


@pytest.mark.parametrize("tail", [".", ")", "%20", ",", "%C2%A0", ">", "'", "*", "_"])
def test_a_link_opens_with_what_was_copied_behind_it(journey: Any, tail: str) -> None:
    answer = journey.browser.get(journey.link() + tail)
    assert answer.status_code == 200
    journey.browser.post(journey.link() + tail)
    assert journey.browser.path == "/tekenen/gegevens"


def test_an_unknown_link(journey: Any) -> None:
    answer = journey.browser.get("/tekenen/link/zegel_" + "x" * 43)
    assert answer.status_code == 404
    assert "Wij kennen deze link niet" in journey.browser.page


def test_without_a_session_the_mailed_link_is_asked_for(journey: Any) -> None:
    for path in ("/tekenen", "/tekenen/gegevens", "/tekenen/lezen", "/tekenen/document.pdf"):
        answer = journey.browser.get(path)
        assert answer.status_code == 403
        assert "Open uw link opnieuw" in journey.browser.page


def test_an_expired_link_asks_its_sender_for_another(journey: Any) -> None:
    link = journey.link()
    journey.rows("update agreements set expires_at = now() - interval '1 day'")
    answer = journey.browser.get(link)
    assert answer.status_code == 410
    assert "Deze link is verlopen" in journey.browser.page
    journey.browser.post(f"{link}/nieuwe-link")
    assert 'role="status"' in journey.browser.page
    asked = journey.rows("select recipient from messages where kind = 'new_link_requested'")
    assert asked == [("els@it4.example",)]


def test_a_link_that_expires_during_the_visit(journey: Any) -> None:
    browser = journey.at("opened")
    journey.rows("update agreements set expires_at = now() - interval '1 day'")
    expire.expire(journey.deps)
    assert browser.get("/tekenen/gegevens").status_code == 410
    assert "Deze link is verlopen" in browser.page
    browser.post("/tekenen/nieuwe-link")
    assert browser.path == "/tekenen"
    assert 'role="status"' in browser.page
    assert len(journey.rows("select 1 from messages where kind = 'new_link_requested'")) == 1


def test_a_replaced_link_does_not_say_where_the_new_one_went(journey: Any) -> None:
    """Anybody may hold an old link, and must not learn who signs now."""
    old, browser = journey.link(), journey.at("opened")
    change_email.change_email(
        journey.deps, journey.reference, "Jan Claes", "jan@peeters.example", journey.steps.staff
    )
    for path in (old, "/tekenen/gegevens"):
        assert browser.get(path).status_code == 410
        assert "Er is een nieuwere link" in browser.page
        for trace in ("@peeters.example", "Jan Claes"):
            assert trace not in browser.page


def test_who_leaves_ends_the_session_here(journey: Any) -> None:
    browser = journey.at("opened")
    browser.get("/tekenen/gegevens")
    cookie = browser.client.get_cookie("zegel-signer")
    assert "Afsluiten op dit toestel" in browser.page
    browser.post("/tekenen/afsluiten")
    assert "U hebt afgesloten" in browser.page
    assert browser.client.get_cookie("zegel-signer") is None
    browser.client.set_cookie("zegel-signer", cookie.value)  # a copied cookie opens nothing either
    assert browser.get("/tekenen/gegevens").status_code == 403
    assert journey.at("opened").get("/tekenen/gegevens").status_code == 200


def test_a_voided_link(journey: Any) -> None:
    old, browser = journey.link(), journey.at("opened")
    void.void(journey.deps, journey.reference, "Dubbel verstuurd", journey.steps.staff)
    for path in (old, "/tekenen"):
        assert browser.get(path).status_code == 410
        assert "IT4Professionals heeft deze aanvraag ingetrokken" in browser.page


def test_the_privacy_statement(journey: Any) -> None:
    assert journey.browser.get("/privacy").status_code == 200
    assert "info@it4professionals.example" in journey.browser.page


@pytest.mark.parametrize("path", ["gegevens", "bijlage", "weigeren", "doorsturen", "vraag"])
def test_pages_change_nothing_when_looked_at(journey: Any, path: str) -> None:
    browser = journey.at("opened")
    browser.post("/tekenen/gegevens", {})  # stays on the page; nothing is saved
    before = everything(journey)
    browser.get(f"/tekenen/{path}")
    assert everything(journey) == before
