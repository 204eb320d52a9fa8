"""Not signing: declining, passing on to a colleague, asking first."""

from __future__ import annotations

from typing import Any

from service.agreement.states import State

COLLEAGUE = {
    "name": "Jan Baas",
    "function": "Zaakvoerder",
    "email": "jan@peeters.example",
    "message": "Jan,\nkan jij dit tekenen?",
}


def test_declining_wants_a_reason_and_ends_the_link(journey: Any) -> None:
    browser = journey.entered()
    browser.get("/tekenen/weigeren")
    answer = browser.post("/tekenen/weigeren", {"explanation": "Nee & nee"})
    assert answer.status_code == 422
    assert 'id="e-reason"' in browser.page
    assert "Nee & nee" in browser.page
    answer = browser.post("/tekenen/weigeren", {"reason": "content", "explanation": "Art. 3"})
    assert answer.status_code == 200
    assert "Wij hebben uw weigering ontvangen" in browser.page
    assert journey.agreement.state is State.DECLINED
    for path in ("/tekenen", journey.link):
        assert browser.get(path).status_code == 410
        assert "Deze overeenkomst is geweigerd" in browser.page


def test_declining_for_another_reason_wants_an_explanation(journey: Any) -> None:
    browser = journey.entered()
    answer = browser.post("/tekenen/weigeren", {"reason": "other"})
    assert answer.status_code == 422
    assert 'id="e-explanation"' in browser.page
    assert journey.agreement.state is State.SENT


def test_passing_on_kills_the_link_and_invites_the_colleague(journey: Any) -> None:
    old, browser = journey.link, journey.entered()
    answer = browser.post("/tekenen/doorsturen", {**COLLEAGUE, "email": "jan"})
    assert answer.status_code == 422
    assert 'value="Jan Baas"' in browser.page
    browser.post("/tekenen/doorsturen", COLLEAGUE)
    assert "Doorgestuurd naar Jan Baas" in browser.page
    assert "j…@peeters.example" in browser.page
    assert browser.get(old).status_code == 410
    assert "Deze link is doorgestuurd" in browser.page
    assert browser.get("/tekenen").status_code == 403
    invited = journey.rows("select recipient from messages where kind = 'invitation'")
    assert ("jan@peeters.example",) in invited
    browser.client.delete_cookie("zegel-signer")
    assert journey.entered().path == "/tekenen/gegevens"
    assert 'value="Jan Baas"' in journey.browser.page


def test_a_colleague_with_the_same_address_is_refused(journey: Any) -> None:
    browser = journey.entered()
    answer = browser.post("/tekenen/doorsturen", {**COLLEAGUE, "email": "an@peeters.example"})
    assert answer.status_code == 422
    assert 'id="e-email"' in browser.page


def test_a_question_is_sent_and_the_link_keeps_working(journey: Any) -> None:
    browser = journey.entered()
    assert browser.post("/tekenen/vraag", {"question": " "}).status_code == 422
    assert 'id="e-question"' in browser.page
    browser.post("/tekenen/vraag", {"question": "Wat is een FG?"})
    assert browser.path == "/tekenen/vraag/verstuurd"
    assert len(journey.rows("select 1 from messages where kind = 'question'")) == 1
    browser.get("/tekenen")
    assert browser.path == "/tekenen/gegevens"
