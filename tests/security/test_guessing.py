"""Guessing codes and passwords, replaying links, reusing sessions."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from app_browser import Browser
from attack import ANNEX, entered, link_of, newest_code, sent
from bakery import DETAILS
from flask import Flask
from office import rows
from road import steps

from bench.road import BROWSER
from service.agreement.capabilities import Purpose
from service.agreement.permissions import Staff
from service.deps import Deps
from service.errors import Invalid, TooMany, ZegelError
from service.workflow.offer import generate
from service.workflow.people import accounts
from service.workflow.signing import prove_mailbox
from service.workflow.signing.ask import QUESTIONS_PER_DAY


def secret_of(browser: Browser, name: str = "zegel-signer") -> str:
    cookie = browser.client.get_cookie(name)
    assert cookie
    return cookie.value


def asked(app: Flask, deps: Deps, office: Browser) -> tuple[str, Browser]:
    """A signer to whom a code was mailed."""
    reference = sent(deps)
    browser = entered(app, link_of(deps, reference))
    browser.post("/tekenen/gegevens", DETAILS)
    browser.post("/tekenen/bijlage", ANNEX)
    generate.generate(deps, steps(deps).agreement(reference).id)
    browser.get("/tekenen")
    shown = {name: browser.value(name) for name in ("document_sha256", "view_sha256")}
    browser.post("/tekenen/lezen", shown)
    return reference, browser


def counted(deps: Deps) -> list[int]:
    """The sign-in attempts counted now."""
    found = rows(deps, "select tries from sign_in_tries where tries > 0 order by tries")
    return [row[0] for row in found]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_two_browsers_on_one_link_share_the_five_tries(
    app: Flask, deps: Deps, office: Browser
) -> None:
    reference, signer = asked(app, deps, office)
    attacker = entered(app, link_of(deps, reference))
    code = newest_code(deps)
    for number in range(5):
        one = (signer, attacker)[number % 2]
        with pytest.raises(Invalid):
            prove_mailbox.confirm_code(deps, secret_of(one), wrong(code), BROWSER)
    for one in (signer, attacker):
        with pytest.raises(Invalid) as locked:
            prove_mailbox.confirm_code(deps, secret_of(one), code, BROWSER)
        assert locked.value.errors[0].code == "code_locked"


def test_a_code_proves_one_browser_once(app: Flask, deps: Deps, office: Browser) -> None:
    reference, signer = asked(app, deps, office)
    attacker = entered(app, link_of(deps, reference))
    code = newest_code(deps)

    def confirm(one: Browser) -> str:
        try:
            prove_mailbox.confirm_code(deps, secret_of(one), code, BROWSER)
        except ZegelError as refusal:
            return refusal.code
        return ""

    with ThreadPoolExecutor(2) as both:
        answers = sorted(both.map(confirm, (signer, attacker)))
    assert answers == ["", "invalid"]
    assert rows(deps, "select count(*) from link_sessions where authenticated_at is not null") == [
        (1,)
    ]


def test_an_hour_has_five_codes_and_a_day_ten(app: Flask, deps: Deps, office: Browser) -> None:
    _, signer = asked(app, deps, office)  # the first was mailed on the way
    secret = secret_of(signer)

    def until_refused() -> tuple[int, str]:
        for number in range(20):
            try:
                prove_mailbox.request_code(deps, secret, BROWSER)
            except TooMany as refusal:
                return number, refusal.code
        return 20, ""

    assert until_refused() == (4, "code_too_many")
    rows(deps, "update code_challenges set created_at = created_at - interval '61 minutes'")
    assert until_refused() == (5, "code_too_many")
    rows(deps, "update code_challenges set created_at = created_at - interval '61 minutes'")
    assert until_refused() == (0, "code_too_many_today")


def test_a_replaced_link_and_its_session_open_nothing(
    app: Flask, deps: Deps, office: Browser
) -> None:
    reference = sent(deps)
    old = link_of(deps, reference)
    signer = entered(app, old)
    office.get(f"/overeenkomsten/{reference}")
    office.post(f"/overeenkomsten/{reference}/herzending")
    assert link_of(deps, reference) != old
    assert signer.get("/tekenen/gegevens").status_code == 410
    again = Browser(app.test_client())
    assert again.get(old).status_code == 410
    assert f'action="{old}"' not in again.page


def test_no_session_of_one_link_reaches_another(app: Flask, deps: Deps, office: Browser) -> None:
    one, other = sent(deps), sent(deps, number="0417.497.106", name="Slagerij Claes")
    browser = entered(app, link_of(deps, one))
    assert "Bakkerij Peeters" in browser.page
    browser.get(link_of(deps, other))
    browser.post(link_of(deps, other))
    assert "Slagerij Claes" in browser.page
    assert "Bakkerij Peeters" not in browser.page


def test_a_session_that_was_planted_is_not_taken_over(
    app: Flask, deps: Deps, office: Browser, admin: tuple[Staff, str]
) -> None:
    victim = Browser(app.test_client())
    victim.client.set_cookie("zegel-staff", "planted")
    victim.client.set_cookie("zegel-signer", "planted")
    victim.sign_in("els@it4.example", admin[1])
    assert secret_of(victim, "zegel-staff") != "planted"
    link = link_of(deps, sent(deps))
    victim.get(link)
    victim.post(link)
    assert secret_of(victim) != "planted"


def test_questions_are_no_way_to_flood_a_mailbox(app: Flask, deps: Deps, office: Browser) -> None:
    browser = entered(app, link_of(deps, sent(deps)))
    for _ in range(QUESTIONS_PER_DAY):
        browser.get("/tekenen/vraag")
        browser.post("/tekenen/vraag", {"question": "Waarom?"})
        assert browser.status == 200
    browser.get("/tekenen/vraag")
    browser.post("/tekenen/vraag", {"question": "Waarom?"})
    assert browser.status == 429
    assert "U hebt vandaag al veel vragen gesteld." in browser.page
    asked_for = rows(deps, "select count(*) from messages where kind = 'question'")
    assert asked_for == [(QUESTIONS_PER_DAY,)]


def test_a_forwarded_link_is_not_passed_on_to_an_own_mailbox(
    app: Flask, deps: Deps, office: Browser
) -> None:
    reference = sent(deps)
    thief = entered(app, link_of(deps, reference))
    thief.get("/tekenen/doorsturen")
    theirs = {"name": "Vals Persoon", "email": "vals@elders.example"}
    thief.post("/tekenen/doorsturen", theirs)
    for number in range(5):
        thief.post("/tekenen/doorsturen/controle", {"code": wrong(newest_code(deps))})
        assert thief.status == 422, number
    thief.post("/tekenen/doorsturen/controle", {"code": newest_code(deps)})  # too late
    assert thief.status == 422
    assert steps(deps).agreement(reference).signatory.email == "an@peeters.example"
    mailed = {row[0] for row in rows(deps, "select recipient from messages")}
    assert "vals@elders.example" not in mailed
    purposes = rows(deps, "select values->>'purpose' from messages where kind = 'code'")
    assert purposes == [("delegate",)]


def test_a_session_of_a_thief_in_the_signers_browser_is_not_proved_with_it(
    app: Flask, deps: Deps, office: Browser
) -> None:
    link = link_of(deps, sent(deps))
    thief, signer = entered(app, link), Browser(app.test_client())
    signer.client.set_cookie("zegel-signer", secret_of(thief))
    signer.get(link)
    signer.post(link)
    signer.get("/tekenen/doorsturen")
    signer.post("/tekenen/doorsturen", {"name": "Jan Baas", "email": "jan@peeters.example"})
    prove_mailbox.confirm_code(
        deps, secret_of(signer), newest_code(deps), BROWSER, Purpose.DELEGATE
    )
    assert secret_of(signer) != secret_of(thief)
    proved = rows(deps, "select count(*) from link_sessions where authenticated_at is not null")
    assert proved == [(1,)]
    thief.get("/tekenen/doorsturen")
    thief.post("/tekenen/doorsturen", {"name": "Vals Persoon", "email": "vals@elders.example"})
    assert thief.path == "/tekenen/doorsturen/code"


def test_who_locks_an_account_from_outside_does_not_lock_its_owner(
    app: Flask, deps: Deps, admin: tuple[Staff, str]
) -> None:
    owner, stranger, traveller = (Browser(app.test_client()) for _ in range(3))
    owner.sign_in("els@it4.example", admin[1])
    for _ in range(6):
        stranger.sign_in("els@it4.example", "something else")
    owner.post("/afmelden")
    owner.sign_in("els@it4.example", admin[1])
    assert owner.path == "/overeenkomsten"
    traveller.sign_in("els@it4.example", admin[1])  # from an unknown browser
    assert traveller.status == 422
    stranger.client.set_cookie("zegel-known", f"{uuid.uuid4()}.{'x' * 43}")
    stranger.sign_in("els@it4.example", admin[1])
    assert stranger.status == 422


def test_a_known_browser_is_no_way_to_guess_on(
    app: Flask, deps: Deps, admin: tuple[Staff, str]
) -> None:
    browser = Browser(app.test_client())
    browser.sign_in("els@it4.example", admin[1])
    browser.post("/afmelden")
    for _ in range(5):
        browser.sign_in("els@it4.example", "something else")
    browser.sign_in("els@it4.example", admin[1])
    assert browser.status == 422
    assert counted(deps) == [5]  # for the browser, and nothing else


def test_a_known_browser_tells_nobody_who_has_an_account(
    app: Flask, admin: tuple[Staff, str]
) -> None:
    browser = Browser(app.test_client())
    browser.sign_in("els@it4.example", admin[1])
    browser.post("/afmelden")

    def answers(email: str) -> list[tuple[int, str]]:
        told = []
        for _ in range(7):
            browser.sign_in(email, "something else")
            said = browser.page.partition("<h1")[2].replace(email, "")
            told.append((browser.status, said.split('name="csrf_token"')[0]))
        return told

    assert answers("els@it4.example") == answers("nobody@it4.example")


def test_nobody_learns_who_has_an_account(app: Flask, admin: tuple[Staff, str]) -> None:
    def answers(email: str) -> list[tuple[int, str]]:
        told = []
        for _ in range(7):
            browser = Browser(app.test_client())
            browser.sign_in(email, "something else")
            said = browser.page.partition("<h1")[2].replace(email, "")
            told.append((browser.status, said.split('name="csrf_token"')[0]))
        return told

    assert answers("els@it4.example") == answers("nobody@it4.example")


def test_passwords_tried_at_once_are_counted_one_by_one(
    deps: Deps, admin: tuple[Staff, str]
) -> None:
    def confirm(_: int) -> str:
        try:
            accounts.confirm_password(deps, admin[0], "something else")
        except ZegelError as refusal:
            return refusal.code
        return ""

    with ThreadPoolExecutor(8) as many:
        answers = list(many.map(confirm, range(12)))
    assert sorted(set(answers)) == ["invalid", "sign_in_locked"]
    assert answers.count("invalid") == 4
    assert counted(deps) == [5]
