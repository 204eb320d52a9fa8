"""Not signing: declining, or asking first."""

from __future__ import annotations

from typing import Any

from service.agreement.states import State


def test_declining_wants_a_reason_and_ends_the_link(journey: Any) -> None:
    browser = journey.at("opened")
    browser.get("/tekenen/weigeren")
    answer = browser.post("/tekenen/weigeren", {"explanation": "Nee & nee"})
    assert answer.status_code == 422
    assert 'id="e-reason"' in browser.page
    assert "Nee & nee" in browser.page
    browser.get("/tekenen/geweigerd")  # not yet
    assert browser.path == "/tekenen/gegevens"
    browser.get("/tekenen/weigeren")
    answer = browser.post("/tekenen/weigeren", {"reason": "content", "explanation": "Art. 3"})
    for _ in range(2):
        assert answer.status_code == 200
        assert "Wij hebben uw weigering ontvangen" in browser.page
        answer = browser.get("/tekenen/geweigerd")  # a reload sends nothing
    assert journey.agreement.state is State.DECLINED
    for path in ("/tekenen", journey.link()):
        assert browser.get(path).status_code == 410
        assert "Deze overeenkomst is geweigerd" in browser.page


def test_declining_for_another_reason_wants_an_explanation(journey: Any) -> None:
    browser = journey.at("opened")
    answer = browser.post("/tekenen/weigeren", {"reason": "other"})
    assert answer.status_code == 422
    assert 'id="e-explanation"' in browser.page
    assert journey.agreement.state is State.SENT


def test_who_wants_to_talk_first_asks_and_declines_nothing(journey: Any) -> None:
    browser = journey.at("opened")
    browser.get("/tekenen/weigeren")
    browser.post("/tekenen/weigeren", {"reason": "ask", "explanation": "Mag artikel 3 weg?"})
    assert "U hebt niets geweigerd." in browser.page
    assert "Mag artikel 3 weg?" in browser.page
    assert journey.agreement.state is State.SENT
    browser.post("/tekenen/vraag", {"question": "Mag artikel 3 weg?"})
    assert browser.path == "/tekenen/vraag/verstuurd"
    refused = browser.post("/tekenen/weigeren", {"reason": "discuss_first"})
    assert refused.status_code == 422


def test_a_question_is_sent_and_the_link_keeps_working(journey: Any) -> None:
    browser = journey.at("opened")
    assert browser.post("/tekenen/vraag", {"question": " "}).status_code == 422
    assert 'id="e-question"' in browser.page
    browser.post("/tekenen/vraag", {"question": "Wat is een FG?"})
    assert browser.path == "/tekenen/vraag/verstuurd"
    assert len(journey.rows("select 1 from messages where kind = 'question'")) == 1
    browser.get("/tekenen")
    assert browser.path == "/tekenen/gegevens"
