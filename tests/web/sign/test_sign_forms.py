"""Steps 1 and 2: input is kept, lines can be added, going back starts a new edition."""

from __future__ import annotations

import re
from typing import Any

from bakery import DETAILS

from service.agreement.states import State


def test_details_that_are_wrong_come_back_as_typed(journey: Any) -> None:
    browser = journey.at("opened")
    wrong = {
        **DETAILS,
        "number": "0403.170.702",
        "postcode": "20",
        "street": "'t Hof <3> & Zn",
    }
    answer = browser.post("/tekenen/gegevens", wrong)
    assert answer.status_code == 422
    assert browser.value("number") == "0403.170.702"
    assert browser.value("street") == "'t Hof <3> & Zn"
    assert "data-error-summary" in browser.page
    for name in ("number", "postcode"):
        assert f'id="e-{name}"' in browser.page
        assert f'href="#f-{name}"' in browser.page
    assert journey.agreement.details_confirmed is False


def test_the_signatory_cannot_choose_another_mailbox(journey: Any) -> None:
    browser = journey.at("opened")
    browser.post("/tekenen/gegevens", {**DETAILS, "signatory_email": "other@evil.example"})
    assert journey.agreement.signatory.email == "an@peeters.example"
    assert browser.path == "/tekenen/bijlage"


def test_a_visit_goes_on_where_it_was(journey: Any) -> None:
    browser = journey.at("opened")
    browser.post("/tekenen/gegevens", DETAILS)
    browser.client.delete_cookie("zegel-signer")  # another device
    assert journey.at("opened").path == "/tekenen/bijlage"


def test_bijlage_1_comes_after_the_details(journey: Any) -> None:
    browser = journey.at("opened")
    browser.get("/tekenen/bijlage")
    assert browser.path == "/tekenen/gegevens"


def test_a_line_is_added_without_javascript_and_kept(journey: Any) -> None:
    browser = journey.at("opened")
    browser.post("/tekenen/gegevens", DETAILS)
    assert _lines(browser) == []
    typed = {"personal_data": ["name", "health"], "add": "personal_data"}
    answer = browser.post("/tekenen/bijlage", typed)
    assert answer.status_code == 200
    assert answer.history[0].location.endswith("#f-personal_data_own")
    assert _lines(browser) == [("personal_data_own", "f-personal_data_own")]
    browser.post("/tekenen/bijlage", {**typed, "personal_data_own": ["Allergieën"]})
    assert _lines(browser)[-1] == ("personal_data_own", "f-personal_data_own-2")
    assert [box for box in _boxes(browser) if box in ("name", "contact", "health")] == [
        "name",
        "health",
    ]
    browser.get("/tekenen/bijlage")
    assert 'value="Allergieën"' in browser.page
    assert journey.agreement.state is State.SENT


def test_bijlage_1_begins_with_what_the_services_suggest(journey: Any) -> None:
    """Ticked and marked; Bijlage 1 is what the signer leaves ticked."""
    browser = journey.at("opened")
    browser.post("/tekenen/gegevens", DETAILS)
    suggested = ["name", "contact", "account", "ip", "files", "customers", "suppliers", "employees"]
    assert _boxes(browser) == suggested
    assert browser.page.count(">voorstel</span>") == len(suggested)
    in_sight = browser.page.split("<details")[0]
    assert 'value="files"' in in_sight
    assert 'value="health"' not in in_sight
    browser.post(
        "/tekenen/bijlage",
        {"personal_data": ["name", "orders"], "data_subjects": ["customers"], "dpo_answer": "no"},
    )
    kept = [(item.code, item.entered_by) for item in journey.agreement.annex.items]
    assert kept == [("name", "processor"), ("orders", "controller"), ("customers", "processor")]


def test_bijlage_1_must_be_complete(journey: Any) -> None:
    browser = journey.at("opened")
    browser.post("/tekenen/gegevens", DETAILS)
    answer = browser.post(
        "/tekenen/bijlage", {"personal_data_own": ["Allergieën", ""], "dpo_name": "Els"}
    )
    assert answer.status_code == 422
    for name in ("data_subjects", "dpo_answer"):
        assert f'id="e-{name}"' in browser.page
    assert 'value="Allergieën"' in browser.page
    assert browser.value("dpo_name") == "Els"
    assert journey.agreement.state is State.SENT


def test_the_page_waits_until_the_document_is_there(journey: Any) -> None:
    browser = journey.at("completed")
    assert browser.path == "/tekenen/document"
    assert "Uw document wordt gemaakt" in browser.page
    assert browser.get("/tekenen/document/stand").json == {"state": "preparing"}
    for path in ("lezen", "gegevens", "bijlage", "ondertekenen"):
        browser.get(f"/tekenen/{path}")
        assert browser.path == "/tekenen/document"
    journey.ready()
    assert browser.get("/tekenen/document/stand").json == {"state": "ready"}
    browser.get("/tekenen/document")
    assert browser.path == "/tekenen/lezen"


def test_a_document_that_failed_can_be_tried_again(journey: Any) -> None:
    browser = journey.at("completed")
    journey.rows("update agreements set state = 'generation_failed', failure = 'office timeout'")
    browser.get("/tekenen/lezen")
    assert "Het document is nog niet klaar" in browser.page
    assert "office" not in browser.page
    browser.post("/tekenen/document")
    assert "Uw document wordt gemaakt" in browser.page
    assert journey.agreement.state is State.PREPARING


def test_going_back_without_a_change_keeps_the_text(journey: Any) -> None:
    browser = journey.at("ready")
    frozen = journey.agreement.frozen_sha256
    browser.get("/tekenen/gegevens")
    browser.post("/tekenen/gegevens", DETAILS)
    assert browser.path == "/tekenen/bijlage"
    browser.post(
        "/tekenen/bijlage",
        {**journey.annex, "personal_data": ["contact", "name"]},
    )
    assert browser.path == "/tekenen/lezen"
    assert (journey.agreement.frozen_sha256, journey.agreement.edition) == (frozen, 1)


def test_a_change_after_reading_begins_a_next_edition(journey: Any) -> None:
    browser = journey.at("ready")
    browser.get("/tekenen/gegevens")
    browser.post("/tekenen/gegevens", {**DETAILS, "street": "Molenstraat 5"})
    assert browser.path == "/tekenen/bijlage"
    agreement = journey.agreement
    assert (agreement.state, agreement.edition) == (State.SENT, 2)
    assert agreement.frozen_sha256 == ""
    assert agreement.controller.street == "Molenstraat 5"


def _lines(browser: Any) -> list[tuple[str, str]]:
    """Name and id of the lines for own wording, without the template for scripts."""
    page = re.sub(r"<template>.*?</template>", "", browser.page)
    return re.findall(r'name="(\w+_own)"[^>]* id="([^"]+)"', page)


def _boxes(browser: Any) -> list[str]:
    """The values of the ticked boxes on the page."""
    return re.findall(r'type="checkbox"[^>]* value="(\w+)" checked', browser.page)
