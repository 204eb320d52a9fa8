"""The signer's forms come back by a redirect, filled; two agreements in one browser stay
separate."""

from __future__ import annotations

import dataclasses

import pytest
from app_browser import Browser
from bakery import DETAILS
from colleagues import add_colleague
from flask import Flask
from form_walk import HOME, SECRET, forms, walk

from service.agreement.permissions import Role
from tests.web.sign.conftest import Journey

# Their forms have only buttons, on pages that are not visited; or they end the session.
BUTTONS = {
    "sign.ask_bundled_link",
    "sign.ask_new_link",
    "sign.enter_bundle",
    "sign.new_link",
    "sign.open_bundled",
    "sign.retry_document",
}
ORIGIN = {"Origin": HOME}


def second_link(journey: Journey) -> str:
    """Another sent agreement: the path of its link."""
    staff = add_colleague(journey.deps, "jo@it4.example", *Role, name="Jo Verkoop")
    steps = dataclasses.replace(journey.steps, staff=staff)
    reference = steps.sent(name="Slagerij Wouters", number="", number_type="none")
    return Journey(steps, reference, journey.browser).link()


def entered(browser: Browser, link: str) -> str:
    """Open a link in this browser; returns the address of the page behind it."""
    browser.get(link)
    browser.post(link)
    assert browser.answer
    request = browser.answer.request
    return f"{request.path}?{request.query_string.decode()}"


def test_every_form_of_the_signer_comes_back_filled(app: Flask, journey: Journey) -> None:
    client, found = journey.browser.client, set()

    def look(*pages: str) -> None:
        for page in pages:
            found.update(walk(app, client, f"/tekenen/{page}"))

    found |= walk(app, client, journey.link())
    journey.at("opened")
    look("gegevens", "voorbeeld", "vraag", "weigeren", "doorsturen")
    journey.browser.get("/tekenen/doorsturen")
    journey.browser.post("/tekenen/doorsturen", {"name": "Jan", "email": "jan@peeters.example"})
    look("doorsturen/code")
    journey.browser.get("/tekenen/gegevens")
    journey.browser.post("/tekenen/gegevens", DETAILS)
    look("bijlage")
    journey.browser.get("/tekenen/bijlage")
    journey.browser.post("/tekenen/bijlage", journey.annex)
    journey.ready()
    journey.browser.get("/tekenen")
    look("lezen")
    journey.rows("delete from code_challenges")
    journey.browser.get("/tekenen/lezen")
    journey.browser.post("/tekenen/lezen", journey.shown())
    look("ondertekenen")
    journey.browser.get("/tekenen/ondertekenen")
    journey.browser.post("/tekenen/code/controle", {"code": journey.code()})
    look("ondertekenen")
    journey.browser.get("/tekenen/ondertekenen")
    journey.browser.post("/tekenen/ondertekenen", journey.signature())
    found |= sign_annex_comes_back(journey)
    journey.browser.post("/tekenen/ondertekenen/bijlage", journey.signature(annex_statement="yes"))
    journey.steps.countersigned(journey.reference)
    other = Browser(app.test_client())
    entered(other, journey.link())
    found |= walk(app, other.client, "/tekenen/mijn-overeenkomst")
    other.get("/tekenen/mijn-overeenkomst")
    other.post("/tekenen/mijn-overeenkomst/code")
    found |= walk(app, other.client, "/tekenen/mijn-overeenkomst")
    wanted = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and rule.endpoint.startswith("sign.")
        if not hasattr(app.view_functions[rule.endpoint], "for_scripts")
    }
    assert wanted - found == BUTTONS
    kept = str(journey.rows("select content from kept_forms"))
    assert "Voorbeeld" in kept
    assert SECRET not in kept


def sign_annex_comes_back(journey: Journey) -> set[str]:
    """The only possible mistake on that page is an unticked box; ticked, it would sign."""
    browser, page = journey.browser, "/tekenen/ondertekenen/bijlage"
    answer = browser.post(page, journey.signature(), follow=False)
    assert answer.status_code == 303
    assert "data-error-summary" in browser.get(answer.location).text
    ticked = {"annex_statement": "yes", "document_sha256": journey.agreement.frozen_sha256}
    for given, still_ticked in ((ticked, True), ({**ticked, "document_sha256": "other"}, False)):
        answer = browser.client.post(page, data=given, headers=ORIGIN)
        assert answer.status_code == 303
        shown = browser.get(answer.location)
        assert "te oud om te versturen" in shown.text
        # No tick is shown beside another text than the one it was made for.
        assert ('value="yes" checked' in shown.text) == still_ticked
    assert journey.rows("select 1 from acts") == []
    return {"sign.sign_both"}


def test_two_agreements_in_one_browser_stay_apart(journey: Journey) -> None:
    browser = journey.browser
    first = entered(browser, journey.link())
    form = forms(browser.page, first)[0]
    second = entered(browser, second_link(journey))
    assert browser.value("name") == "Slagerij Wouters"
    browser.get(first)  # reloaded
    assert browser.value("name") == "Bakkerij Peeters"
    fields = {**dict(form.form_values()), **DETAILS}  # the page from before the second
    browser.client.post(form.get("action"), data=fields)
    assert journey.agreement.details_confirmed
    browser.get(second)
    assert browser.value("name") == "Slagerij Wouters"
    assert "bijlage" in journey.browser.get(first.replace("gegevens", "bijlage")).request.path
    browser.post(browser.page.split('action="')[-1].split('"')[0])  # leaves the first
    assert "U hebt afgesloten" in browser.page
    assert browser.get(first).status_code == 403
    assert browser.get(second).status_code == 200


def test_the_same_link_in_a_second_tab_loses_nothing(journey: Journey) -> None:
    browser = journey.browser
    first = entered(browser, journey.link())
    form = forms(browser.page, first)[0]
    entered(browser, journey.link())
    fields = {**dict(form.form_values()), **DETAILS, "street": "Molenstraat 99"}
    action = form.get("action")
    answer = browser.client.post(action, data=fields, headers=ORIGIN)
    assert answer.status_code == 303
    browser.get(answer.location)
    assert "te oud om te versturen" in browser.page
    assert browser.value("street") == "Molenstraat 99"
    assert not journey.agreement.details_confirmed
    browser.post(action, {**fields, "opnieuw": browser.value("opnieuw")})
    assert journey.agreement.controller.street == "Molenstraat 99"


def test_a_form_sent_without_cookies_is_there_when_the_link_is_opened_again(
    journey: Journey,
) -> None:
    browser = journey.browser
    first = entered(browser, journey.link())
    for cookie in ("signer", "browser", f"signer-{first[-10:]}"):
        browser.client.delete_cookie(f"zegel-{cookie}")
    fields = {**DETAILS, "street": "Molenstraat 99", "csrf_token": "oud.token"}
    answer = browser.client.post(first, data=fields, headers=ORIGIN)
    assert browser.get(answer.location).status_code == 403
    assert "Open de link in uw e-mail opnieuw" in browser.page
    entered(browser, journey.link())
    assert "te oud om te versturen" in browser.page
    assert browser.value("street") == "Molenstraat 99"
    browser.post(
        "/tekenen/gegevens" + first[len("/tekenen/gegevens") :],
        {**fields, "opnieuw": browser.value("opnieuw")},
    )
    assert journey.agreement.controller.street == "Molenstraat 99"
    assert journey.rows("select 1 from kept_forms") == []


@pytest.mark.parametrize("name", ["0123456789", "x", "' or 1=1"])
def test_an_address_of_another_visit_opens_nothing(journey: Journey, name: str) -> None:
    entered(journey.browser, journey.link())
    answer = journey.browser.get(f"/tekenen/gegevens?bezoek={name}")
    assert answer.status_code == (403 if len(name) == 10 else 200)


def test_the_oldest_visits_of_a_browser_end(journey: Journey) -> None:
    names = [f"zegel-signer-{number:010x}" for number in range(12)]
    for name in names:
        journey.browser.client.set_cookie(name, "x")
    entered(journey.browser, journey.link())
    kept = [name for name in names if journey.browser.client.get_cookie(name)]
    assert kept == names[-9:]
