"""Signing in: right, wrong, locked; the page that follows; forged forms."""

from __future__ import annotations

from app_browser import Browser
from flask import Flask
from office import rows

from service.agreement.permissions import Staff
from service.deps import Deps
from service.workflow.people.sign_in_limits import MOST_OF_A_NETWORK


def test_it_works(app: Flask, admin: tuple[Staff, str]) -> None:
    browser = Browser(app.test_client())
    browser.get("/overeenkomsten?groep=draft")
    assert browser.path == "/aanmelden"
    browser.post(
        "/aanmelden",
        {"email": "els@it4.example", "password": admin[1], "verder": browser.value("verder")},
    )
    assert browser.path == "/overeenkomsten"
    assert "Els Maes" in browser.page


def test_the_browser_is_known_for_a_year(app: Flask, admin: tuple[Staff, str]) -> None:
    browser = Browser(app.test_client())
    browser.get("/aanmelden")
    answer = browser.post(
        "/aanmelden", {"email": "els@it4.example", "password": admin[1]}, follow=False
    )
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if "zegel-known" in c)
    for part in ("HttpOnly", "SameSite=Lax", "Path=/", f"Max-Age={365 * 24 * 60 * 60}"):
        assert part in cookie
    former = browser.client.get_cookie("zegel-known")
    browser.get("/account")
    browser.post("/account", {"old": admin[1], "new": "een lange zin", "again": "een lange zin"})
    renewed = browser.client.get_cookie("zegel-known")
    assert former
    assert renewed
    assert renewed.value != former.value


def test_wrong_password_keeps_the_address(app: Flask, admin: tuple[Staff, str]) -> None:
    browser = Browser(app.test_client())
    browser.sign_in("els@it4.example", "something else")
    assert browser.status == 422
    assert "Het e-mailadres of het wachtwoord klopt niet." in browser.page
    assert browser.value("email") == "els@it4.example"
    assert "something else" not in browser.page


def test_five_wrong_passwords_lock(app: Flask, admin: tuple[Staff, str]) -> None:
    browser = Browser(app.test_client())
    for _ in range(5):
        browser.sign_in("els@it4.example", "something else")
    browser.sign_in("els@it4.example", admin[1])
    assert browser.status == 422
    assert "Na vijf foute pogingen moet u een kwartier wachten." in browser.page


def test_nobody_is_sent_elsewhere(app: Flask, admin: tuple[Staff, str]) -> None:
    for elsewhere in ("https://evil.example/", "//evil.example", "/\\evil.example", "\t//x"):
        browser = Browser(app.test_client())
        browser.sign_in("els@it4.example", admin[1], onward=elsewhere)
        assert browser.path == "/overeenkomsten", elsewhere


def test_signing_out_ends_the_session(office: Browser, deps: Deps) -> None:
    office.post("/afmelden")
    assert "U bent afgemeld." in office.page
    assert rows(deps, "select count(*) from staff_sessions")[0][0] == 0
    office.get("/overeenkomsten")
    assert office.path == "/aanmelden"


def test_a_forged_form_is_refused(office: Browser, deps: Deps) -> None:
    answer = office.client.post("/overeenkomsten/nieuw", data={"name": "Bakkerij Peeters"})
    assert answer.status_code == 400
    assert rows(deps, "select count(*) from agreements")[0][0] == 0


def test_own_password(office: Browser, app: Flask, admin: tuple[Staff, str]) -> None:
    office.get("/account")
    office.post("/account", {"old": "wrong", "new": "een lange nieuwe zin", "again": "anders"})
    assert "De twee nieuwe wachtwoorden zijn niet gelijk." in office.page
    office.post(
        "/account",
        {"old": admin[1], "new": "een lange nieuwe zin", "again": "een lange nieuwe zin"},
    )
    assert office.path == "/aanmelden"
    office.sign_in("els@it4.example", "een lange nieuwe zin")
    assert office.path == "/overeenkomsten"


def test_too_many_tries_keep_the_address_and_say_when(app: Flask, admin: tuple[Staff, str]) -> None:
    browser = Browser(app.test_client())
    for number in range(MOST_OF_A_NETWORK):
        browser.sign_in(f"{number}@it4.example", "something else")
        assert browser.status == 422
    browser.sign_in("els@it4.example", admin[1], onward="/account")
    assert browser.status == 429
    assert browser.answer
    assert 0 < int(browser.answer.headers["Retry-After"]) <= 60
    assert "Wacht een minuut en probeer het opnieuw." in browser.page
    assert browser.value("email") == "els@it4.example"
    assert browser.value("verder") == "/account"
