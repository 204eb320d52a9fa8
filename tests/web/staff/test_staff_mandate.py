"""The pages of the mandate: read, give, see what was signed, revoke; and why something waits."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from app_browser import Browser as Office
from colleagues import PASSWORD
from flask import Flask
from mandates import PLAIN, STATED
from playwright.sync_api import Browser
from road import steps
from served import served
from test_staff_accessible import DESK, PHONE

from service.agreement.permissions import Role, Staff
from service.deps import Deps
from service.workflow.signing.under_mandate import sign_under_mandate

TERMS = {"services": ["cloud_storage", "support"], "until": "31/12/2026", "per_day": "3"}


def customer_signs(deps: Deps, *, plain: bool = True) -> str:
    """A customer signs, and the worker does what follows; in a thread of its own, because a browser
    uses this one's event loop."""

    def walk() -> str:
        road = steps(deps)
        if plain:
            road.sample = PLAIN
        reference = road.sent()
        road.signed(reference)
        sign_under_mandate(deps, road.agreement(reference).id)
        return reference

    with ThreadPoolExecutor(1) as worker:
        return worker.submit(walk).result()


def read_it(office: Office) -> None:
    office.get("/mandaat")
    office.post("/mandaat", TERMS)


def give_it(office: Office, **changes: object) -> None:
    fields = {**TERMS, "shown": office.value("shown"), "confirmed": sorted(STATED)}
    office.post("/mandaat", {**fields, "password": PASSWORD, "step": "give", **changes})


def test_from_the_terms_to_the_revocation(
    office: Office, deps: Deps, admin: tuple[Staff, str]
) -> None:
    office.get("/tekenen-namens-ons")
    assert "/mandaat" in office.page
    office.get("/mandaat")
    assert "U hebt nu geen mandaat gegeven." in office.page
    office.post("/mandaat", {**TERMS, "services": [], "until": "1/1/2020", "per_day": "0"})
    assert office.status == 422
    for wrong in (
        "Kies minstens één dienst.",
        "Deze datum is al voorbij.",
        "Geef een getal van 1 tot 1000.",
    ):
        assert wrong in office.page
    read_it(office)
    for words in ("Lees het mandaat", "Cloudopslag, Hulp en ondersteuning", "31 december 2026"):
        assert words in office.page
    give_it(office, password="fout", confirmed=[])
    assert office.status == 422
    assert "Het wachtwoord klopt niet." in office.page
    assert "Lees het mandaat" in office.page  # the text stays in view
    give_it(office, shown="0" * 64)
    assert office.status == 409
    read_it(office)
    give_it(office)
    assert "Het mandaat is gegeven." in office.page
    assert "van kracht" in office.page
    signed, waits = customer_signs(deps), customer_signs(deps, plain=False)
    office.get("/mandaat")
    assert "1 vandaag, van hoogstens 3; 1 in totaal" in office.page
    assert signed in office.page
    office.get("/tekenen-namens-ons")
    assert waits in office.page
    assert signed not in office.page
    assert "Niet automatisch ondertekend: gevoelige gegevens in Bijlage 1" in office.page
    office.get(f"/overeenkomsten/{signed}")
    assert "automatisch, onder het mandaat van" in office.page
    office.get("/beheer/mandaten")
    (revoking,) = {each for each in _actions(office.page) if each.endswith("/intrekking")}
    office.post(revoking)
    assert "Het mandaat is ingetrokken." in office.page
    assert "U hebt nu geen mandaat gegeven." in office.page
    office.post(revoking)  # once more changes nothing
    assert office.status == 200


def _actions(page: str) -> list[str]:
    return [part.partition('"')[0] for part in page.split('action="')[1:]]


def test_who_may(office: Office, as_role: Callable[[Role], Office]) -> None:
    read_it(office)
    give_it(office)
    (revoking,) = {each for each in _actions(office.page) if each.endswith("/intrekking")}
    for role, own, everybody in (
        (Role.SIGNATORY, 200, 403),
        (Role.SALES, 403, 403),
        (Role.ARCHIVE, 403, 403),
        (Role.ADMIN, 403, 200),
    ):
        browser = as_role(role)
        assert browser.get("/mandaat").status_code == own
        assert browser.get("/beheer/mandaten").status_code == everybody
        browser.get("/account")
        browser.post(revoking)
        assert browser.status == (200 if role is Role.ADMIN else 404)
    office.get("/mandaat")
    assert "ingetrokken" in office.page


def test_the_pages_on_a_telephone_and_on_a_desk(
    office: Office,
    app: Flask,
    deps: Deps,
    browser: Browser,
    complaints: Callable[..., list[str]],
) -> None:
    read_it(office)
    give_it(office)
    customer_signs(deps)
    customer_signs(deps, plain=False)
    wrong: dict[str, list[str]] = {}
    with served(app) as address:
        context = browser.new_context(viewport=PHONE)
        page = context.new_page()
        page.goto(f"{address}/aanmelden")
        page.fill("#f-email", "els@it4.example")
        page.fill("#f-password", PASSWORD)
        page.click("button:has-text('Aanmelden')")

        def look(name: str) -> None:
            page.evaluate(
                "() => document.querySelectorAll('details').forEach((each) => { each.open = true })"
            )
            wrong[name] = complaints(page, DESK)

        for name, path in (
            ("own", "/mandaat"),
            ("all", "/beheer/mandaten"),
            ("queue", "/tekenen-namens-ons"),
        ):
            page.goto(address + path)
            look(name)
        page.goto(f"{address}/mandaat")
        page.click("button:has-text('Tekst lezen')")
        look("wrong")
        page.check("#f-services")
        page.click("button:has-text('Tekst lezen')")
        look("text")
        page.click("button:has-text('Mandaat geven')")
        look("text wrong")
        context.close()
    assert {name: what for name, what in wrong.items() if what} == {}
