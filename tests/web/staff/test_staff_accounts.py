"""Accounts on the pages: mailed links, the first password, sessions, roles granted by two, the
log."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from app_browser import Browser
from colleagues import PASSWORD, add_colleague
from flask import Flask
from office import rows

from service.agreement.capabilities import account_token_for
from service.agreement.permissions import Role, Staff
from service.deps import Deps
from service.workflow.people import first_administrator, forgotten

JAN = "jan@it4.example"
LONG = "blauwe-fiets-op-zolder"


def link(deps: Deps) -> str:
    """The path of the most recently mailed link."""
    (row,) = rows(deps, "select id from account_links order by created_at desc limit 1")
    return f"/account/link/{account_token_for(deps.secret_key, str(row.id))}"


def aged(deps: Deps) -> None:
    """The password was entered a while ago."""
    rows(deps, "update staff_sessions set proved_at = now() - interval '6 minutes'")


def test_an_invitation_from_the_form_to_signing_in(office: Browser, app: Flask, deps: Deps) -> None:
    office.get("/medewerkers")
    aged(deps)
    given = {"name": "Jan Claes", "email": JAN, "roles": ["verkoop"]}
    office.post("/medewerkers", given)
    assert "Geef uw eigen wachtwoord" in office.page
    assert office.value("email") == JAN  # nothing typed is lost
    office.post("/medewerkers", {**given, "own_password": PASSWORD})
    assert "De uitnodiging is gemaild." in office.page
    jan = Browser(app.test_client())
    answer = jan.get(link(deps))
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    jan.post(link(deps), {"new": "Zomer2026!!!", "again": "Zomer2026!!!"})
    assert jan.status == 422
    assert "Dit wachtwoord is te gemakkelijk te raden" in jan.page
    assert "Zomer2026" not in jan.page
    used = link(deps)
    jan.post(used, {"new": LONG, "again": LONG})
    assert jan.path == "/aanmelden"
    assert "Uw wachtwoord is bewaard." in jan.page
    assert jan.client.get_cookie("zegel-known")
    jan.sign_in(JAN, LONG)
    assert jan.path == "/overeenkomsten"
    jan.get(used)
    assert jan.status == 410
    assert "Deze link werkt niet meer" in jan.page


def test_forgotten_is_answered_the_same_for_everybody(app: Flask, deps: Deps) -> None:
    add_colleague(deps, JAN, Role.SALES)
    pages = []
    for email in (JAN, "niemand@it4.example"):
        browser = Browser(app.test_client())
        browser.get("/wachtwoord-vergeten")
        browser.post("/wachtwoord-vergeten", {"email": email, "purpose": "password"})
        assert browser.status == 200
        pages.append(browser.page.replace(email, ""))
    assert pages[0] == pages[1]
    browser.get("/wachtwoord-vergeten")
    browser.post("/wachtwoord-vergeten", {"email": "geen adres"})
    assert browser.status == 422
    assert browser.value("email") == "geen adres"


def test_a_locked_owner_lets_a_browser_in_by_mail(app: Flask, deps: Deps) -> None:
    add_colleague(deps, JAN, Role.SALES)
    for _ in range(5):
        Browser(app.test_client()).sign_in(JAN, "verkeerd")
    assert forgotten.tell_locked(deps) == 1
    jan = Browser(app.test_client())
    jan.sign_in(JAN, PASSWORD)
    assert jan.status == 422
    jan.get(link(deps))
    assert "Deze browser toelaten" in jan.page
    jan.post(link(deps))
    assert "Deze browser is toegelaten." in jan.page
    jan.sign_in(JAN, PASSWORD)
    assert jan.path == "/overeenkomsten"


def test_a_printed_password_opens_one_page_only(app: Flask, deps: Deps) -> None:
    printed = first_administrator.first_administrator(deps, "els@it4.example", "Els Maes", "")
    assert printed
    browser = Browser(app.test_client())
    browser.sign_in("els@it4.example", printed)
    for path in ("/overeenkomsten", "/medewerkers", "/account", "/archief"):
        browser.get(path)
        assert browser.path == "/account/eerste-wachtwoord", path
    browser.post("/account/eerste-wachtwoord", {"new": "els@it4.example", "again": "x"})
    assert browser.status == 422
    assert "Dit wachtwoord bestaat vooral uit uw naam" in browser.page
    browser.post("/account/eerste-wachtwoord", {"new": LONG, "again": LONG})
    assert browser.path == "/account"
    browser.get("/medewerkers")
    assert browser.status == 200


def test_own_sessions_are_listed_and_ended(
    office: Browser, app: Flask, admin: tuple[Staff, str]
) -> None:
    elsewhere = Browser(app.test_client())
    elsewhere.sign_in("els@it4.example", admin[1])
    office.get("/account")
    assert office.page.count("Laatst gebruikt") == 2
    (path,) = re.findall(r'action="(/account/sessies/[^"]+)"', office.page)
    office.post(path)
    assert "Die sessie is beëindigd." in office.page
    elsewhere.get("/account")
    assert elsewhere.path == "/aanmelden"
    elsewhere.sign_in("els@it4.example", admin[1])
    office.get("/account")
    office.post("/account/sessies")
    assert "U bent overal elders afgemeld." in office.page
    elsewhere.get("/account")
    assert elsewhere.path == "/aanmelden"
    office.get("/account")
    assert office.path == "/account"


def test_signing_in_again_renews_the_session(office: Browser, deps: Deps) -> None:
    before = office.client.get_cookie("zegel-staff")
    office.sign_in("els@it4.example", PASSWORD)
    after = office.client.get_cookie("zegel-staff")
    assert before
    assert after
    assert before.value != after.value
    assert rows(deps, "select count(*) from staff_sessions") == [(1,)]


@pytest.mark.parametrize(("decision", "said"), [("grant", "gegeven"), ("refuse", "niet gegeven")])
def test_a_role_by_two(office: Browser, app: Flask, deps: Deps, decision: str, said: str) -> None:
    jan = add_colleague(deps, JAN, Role.SALES)
    add_colleague(deps, "ine@it4.example", Role.ADMIN, name="Ine Smet")
    office.get(f"/medewerkers/{jan.id}")
    given = {"name": "Jan Claes", "roles": ["verkoop", "tekenbevoegde"], "active": "yes"}
    office.post(f"/medewerkers/{jan.id}", given)
    assert "De rol wacht nog op een tweede beheerder." in office.page
    (path,) = set(re.findall(r'href="(/medewerkers/rollen/[^"]+)"', office.page))
    office.get(path)
    office.post(path, {"decision": "grant"})
    assert office.status == 409
    assert "Een andere beheerder moet deze rol geven." in office.page
    ine = Browser(app.test_client())
    ine.sign_in("ine@it4.example", PASSWORD)
    ine.get(path)
    aged(deps)
    ine.post(path, {"decision": decision})
    assert "Geef uw eigen wachtwoord" in ine.page
    ine.post(path, {"decision": decision, "own_password": PASSWORD})
    assert f"De rol is {said}." in ine.page
    ine.get(path)
    assert ine.status == 404


def test_a_refusal_stands_in_the_log_that_only_beheer_reads(
    office: Browser, as_role: Callable[[Role], Browser]
) -> None:
    as_role(Role.SALES).get("/medewerkers")
    office.get("/beheer/logboek?soort=refused")
    assert "Geweigerd: geen rechten voor ‘staff.people’." in office.page
    assert "Jan verkoop" in office.page
    office.get("/beheer/logboek?van=32/1/2026&tot=31/12/9999&na=x")
    assert office.status == 422
    assert office.value("van") == "32/1/2026"


def test_a_link_for_a_colleague_and_what_became_of_it(office: Browser, deps: Deps) -> None:
    jan = add_colleague(deps, JAN, Role.SALES)
    office.get(f"/medewerkers/{jan.id}/link")
    aged(deps)
    office.post(f"/medewerkers/{jan.id}/link")
    assert "Geef uw eigen wachtwoord" in office.page
    office.post(f"/medewerkers/{jan.id}/link", {"own_password": PASSWORD})
    assert "De link is gemaild." in office.page
    office.get(f"/medewerkers/{jan.id}")
    assert "is nog niet verstuurd" in office.page
    refused = "state = 'refused', last_error = '550 no such user'"
    rows(deps, f"update messages set {refused} where kind = 'password_link'")
    office.get(f"/medewerkers/{jan.id}")
    assert "kwam niet aan: 550 no such user" in office.page
