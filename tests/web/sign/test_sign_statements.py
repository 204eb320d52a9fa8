"""How often the database is asked: a signer waits for each statement."""

from __future__ import annotations

from app_browser import Browser
from asked import statements
from bakery import DETAILS

from service.agreement.states import State
from tests.web.sign.conftest import Journey


def asked(browser: Browser, page: str) -> int:
    with statements() as found:
        assert browser.get(f"/tekenen/{page}", follow=False).status_code == 200, page
    return len(found)


def test_a_page_asks_for_the_visit_and_what_it_shows(journey: Journey) -> None:
    browser = journey.at("opened")
    costs = {"gegevens": asked(browser, "gegevens")}  # what was typed before, too
    journey.at("ready")
    costs["lezen"] = asked(browser, "lezen")
    browser.post("/tekenen/lezen", journey.shown())
    costs["ondertekenen"] = asked(browser, "ondertekenen")
    browser.post("/tekenen/code/controle", {"code": journey.code()})
    browser.post("/tekenen/ondertekenen", journey.signature())
    costs["ondertekenen/bijlage"] = asked(browser, "ondertekenen/bijlage")
    most = {"gegevens": 2, "lezen": 2, "ondertekenen": 1, "ondertekenen/bijlage": 1}
    assert costs == most


def test_a_form_is_one_transaction(journey: Journey) -> None:
    """The visit is read in the transaction that stores what was sent."""
    browser = journey.at("opened")
    costs: dict[str, int] = {}
    for page, form in (("gegevens", DETAILS), ("bijlage", journey.annex)):
        given = {**form, "csrf_token": browser.value("csrf_token")}
        with statements() as found:
            browser.client.post(f"/tekenen/{page}", data=given)
        costs[page] = len(found)
        browser.get("/tekenen/bijlage")
    assert costs == {"gegevens": 6, "bijlage": 9}
    assert journey.agreement.state is State.PREPARING


def test_both_acts_are_accepted_in_few_statements(journey: Journey) -> None:
    browser, given = journey.at("prepared"), journey.signature(annex_statement="yes")
    with statements() as found:
        browser.post("/tekenen/ondertekenen/bijlage", given, follow=False)
    assert journey.agreement.signed_places
    # Two statements for each entry in the log would be two more, a savepoint for a job as well.
    # One asks for a mandate.
    assert len(found) <= 29, found
