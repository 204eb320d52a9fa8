"""A signer's input is kept before it is accepted: at every POST, and while typing."""

from __future__ import annotations

from app_browser import Browser
from bakery import DETAILS
from flask import Flask
from form_walk import HOME, SECRET

from service.database.agreement.drafts import PART
from service.workflow.keeping.retain import tidy
from tests.web.sign.conftest import Journey

KEEP = "/tekenen/bewaren/details"


def elsewhere(app: Flask, journey: Journey) -> Browser:
    """The same link on another device."""
    browser = Browser(app.test_client())
    browser.get(journey.link())
    browser.post(journey.link())
    return browser


def test_what_was_typed_with_a_mistake_is_there_on_another_device(
    app: Flask, journey: Journey
) -> None:
    browser = journey.at("opened")
    browser.post("/tekenen/gegevens", {**DETAILS, "number": "12", "city": "Gent"})
    assert not journey.agreement.details_confirmed
    other = elsewhere(app, journey)
    assert (other.value("number"), other.value("city")) == ("12", "Gent")
    assert "data-error-summary" not in other.page
    assert "Bewaard om" in other.page
    other.post("/tekenen/gegevens", {**DETAILS, "city": "Gent"})
    assert journey.agreement.controller.city == "Gent"
    assert journey.rows("select 1 from drafts") == []


def test_going_back_from_bijlage_1_keeps_it(journey: Journey) -> None:
    browser = journey.at("opened")
    browser.post("/tekenen/gegevens", DETAILS)
    before = journey.agreement.annex
    typed = {**journey.annex, "personal_data": ["health"], "dpo_answer": "yes", "dpo_email": "els@"}
    browser.post("/tekenen/bijlage", {**typed, "vorige": "ja"})
    assert browser.path == "/tekenen/gegevens"
    browser.get("/tekenen/bijlage")
    assert 'value="Allergieën van klanten"' in browser.page
    assert 'value="health" checked' in browser.page
    assert 'value="name" checked' not in browser.page  # the suggestion was unticked
    assert browser.value("dpo_email") == "els@"
    assert journey.agreement.annex == before
    browser.post("/tekenen/bijlage", journey.annex)
    assert journey.rows("select 1 from drafts") == []


def test_what_is_typed_is_kept_while_it_is_typed(app: Flask, journey: Journey) -> None:
    browser = journey.at("opened")
    token = browser.value("csrf_token")
    browser.post("/tekenen/gegevens", {"city": "Lier"})
    with_mistakes = browser.answer.request.full_path if browser.answer else ""
    sent = {"csrf_token": token, "city": "Mechelen", "password": SECRET}
    answer = browser.client.post(KEEP, data=sent)
    assert answer.json
    assert answer.json["said"].startswith("Bewaard om ")
    browser.get(with_mistakes)  # reloaded: the last input, with its mistakes
    assert browser.value("city") == "Mechelen"
    assert "data-error-summary" in browser.page
    assert elsewhere(app, journey).value("city") == "Mechelen"
    assert SECRET not in str(journey.rows("select fields from drafts"))
    long = {"csrf_token": token, "city": "Mechelen", "street": "x" * 70_000}
    assert browser.client.post(KEEP, data=long).json == {
        "said": "Niet alles is bewaard: het is te lang"
    }
    old = {**sent, "csrf_token": "oud.token"}
    headers = {"Origin": HOME}
    assert browser.client.post(KEEP, data=old, headers=headers).status_code == 400
    assert browser.client.post("/tekenen/bewaren/anders", data=sent).status_code == 404


def test_going_back_from_the_signature_keeps_it_for_the_same_text(journey: Journey) -> None:
    browser = journey.at("proved")
    drawing = "data:image/png;base64," + "A" * 90_000
    given = journey.signature(method="drawn", drawn_image=drawing)
    browser.post("/tekenen/ondertekenen", {**given, "vorige": "ja"})
    assert browser.path == "/tekenen/lezen"
    browser.get("/tekenen/ondertekenen")
    assert browser.value("drawn_image") == drawing
    assert browser.page.count(" checked") == 5  # the three statements, the method and the face
    journey.rows('update drafts set fields = fields || \'{"document_sha256": ["other"]}\'')
    browser.get("/tekenen/ondertekenen")
    assert browser.value("drawn_image") == drawing
    assert browser.page.count(" checked") == 2
    browser.post("/tekenen/ondertekenen", journey.signature())
    assert browser.path == "/tekenen/ondertekenen/bijlage"
    assert journey.rows("select 1 from drafts") == []


def test_a_question_that_was_not_sent_is_kept(app: Flask, journey: Journey) -> None:
    browser = journey.at("opened")
    browser.post("/tekenen/vraag", {"question": "Mag dit ook op papier?", "vorige": "ja"})
    assert browser.path == "/tekenen/gegevens"
    assert journey.rows("select 1 from questions") == []
    browser.get("/tekenen/vraag")
    assert "Mag dit ook op papier?</textarea>" in browser.page
    browser.post("/tekenen/vraag", {"question": "Mag dit ook op papier?"})
    browser.get("/tekenen/vraag")
    assert "Mag dit" not in browser.page


def test_a_colleague_finds_what_is_about_the_organisation(app: Flask, journey: Journey) -> None:
    browser = journey.at("proved")
    browser.get("/tekenen/gegevens")
    browser.post("/tekenen/gegevens", {**DETAILS, "number": "12", "city": "Gent"})
    browser.post("/tekenen/vraag", {"question": "Van An", "vorige": "ja"})
    browser.get("/tekenen/doorsturen")
    browser.post("/tekenen/doorsturen", {"name": "Jan Claes", "email": "jan@peeters.example"})
    assert "Jan Claes" in browser.page
    colleague = elsewhere(app, journey)
    assert colleague.value("city") == "Gent"
    assert colleague.value("signatory_name") == "Jan Claes"
    colleague.get("/tekenen/vraag")
    assert "Van An" not in colleague.page


def test_a_draft_goes_when_nothing_can_be_filled_in_any_more(journey: Journey) -> None:
    browser = journey.at("opened")
    browser.post("/tekenen/vraag", {"question": "Op papier?", "vorige": "ja"})
    tidy(journey.deps)
    assert len(journey.rows("select 1 from drafts")) == 1
    browser.get("/tekenen/weigeren")
    browser.post("/tekenen/weigeren", {"reason": "other", "explanation": "Te duur"})
    tidy(journey.deps)
    assert journey.rows("select 1 from drafts") == []
    journey.rows("update agreements set state = 'sent'")
    # Of two people, and more than are searched at once.
    journey.rows(
        "insert into signatories (id, agreement_id, name, email, function, current)"
        " select gen_random_uuid(), agreement_id, name, email, function, false from signatories"
    )
    journey.rows(
        "insert into drafts select id, 'ask' || n, '{}', now() - interval '91 days'"
        f" from signatories, generate_series(1, {PART}) n"
    )
    tidy(journey.deps)
    assert journey.rows("select 1 from drafts") == []
