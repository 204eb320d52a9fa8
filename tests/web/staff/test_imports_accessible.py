"""Every page of an import in Chromium, in each of its states: axe-core, targets and width."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from app_browser import Browser as Office
from examined import IMPORTS, endpoint_at
from flask import Flask
from lists import as_csv, customer
from playwright.sync_api import Browser, Page, ViewportSize, expect
from served import served
from test_staff_imports import worked

from service.deps import Deps
from service.workflow.bulk.look import PAGE

PHONE = {"width": 390, "height": 844}
DESK = ViewportSize(width=1280, height=844)
LONG = "Koninklijke Vereniging voor Ambachtelijke Streekproducten Jansen & Zn <test>"
MAILBOX = "maria-magdalena.vanderstraeten-waillet@zeer-lang-domein-van-een-vereniging.example"
UNFOLDED = "() => document.querySelectorAll('details').forEach((fold) => { fold.open = true })"


def a_list() -> bytes:
    """Good rows, and at the start some of each other kind."""
    return as_csv(
        [
            customer(1, name=LONG, email=MAILBOX),
            customer(2, email="an@", enterprise="0403170702", postcode="20000"),
            customer(3, email="an3@gmial.com"),
            customer(4, name="Zaak 5"),
            customer(5),
            customer(5),
            *(customer(n, first="An", last="Maes", email="an@maes.example") for n in (80, 81)),
            *(customer(number) for number in range(6, PAGE + 12)),
            ("Totaal", "62", "", "", "", "", ""),
        ]
    )


@pytest.mark.long
def test_every_page_of_an_import_on_a_telephone_and_on_a_desk(
    app: Flask,
    office: Office,
    admin: tuple[object, str],
    browser: Browser,
    deps: Deps,
    complaints: Callable[..., list[str]],
) -> None:
    found: dict[str, list[str]] = {}
    shown = set[str]()
    with served(app) as address:
        page = browser.new_context(viewport=PHONE, base_url=address).new_page()

        def look(name: str) -> None:
            page.evaluate(UNFOLDED)
            shown.add(endpoint_at(app, page.url))
            found[name] = complaints(page, DESK)

        _sign_in(page, admin[1])
        page.goto("/importen")
        look("none")
        page.get_by_role("link", name="Eerste lijst importeren").click()
        look("new")
        _press(page, "Volgende: kolommen")
        look("new-wrong")
        page.set_input_files("#f-file", {"name": "k.csv", "mimeType": "", "buffer": a_list()})
        _press(page, "Volgende: kolommen")
        look("columns")
        _press(page, "Volgende: rijen nakijken")
        look("columns-wrong")
        page.locator("[name=services]").first.check()
        _press(page, "Volgende: rijen nakijken")
        look("preview")
        page.goto("/importen/1?toon=problemen")
        look("problems")
        page.goto("/importen/1?rij=50")
        look("last")
        page.goto("/importen/1/start")
        look("start")
        _press(page, "Starten")
        look("running")
        page.goto("/importen/1/stop")
        look("stop")
        page.goto("/importen/1")
        _press(page, "Pauzeren")
        look("paused")
        _press(page, "Hervatten")
        with ThreadPoolExecutor(1) as worker:  # the browser uses this thread's event loop
            worker.submit(worked, deps).result()
        # By itself, without loading the page again.
        expect(page.locator("#stand")).to_contain_text("Klaar: 62 overeenkomsten gemaakt")
        look("done")
        page.goto("/importen")
        look("list")
        page.goto("/dekking")
        look("coverage")
        page.goto("/dekking/1?toon=never")
        look("never-asked")
        page.goto("/overzicht?import=1")
        look("overview")
        expect(page.locator("section:has(#imports) > svg rect")).to_have_count(1)
        page.context.close()
    assert shown >= IMPORTS
    assert {name: what for name, what in found.items() if what} == {}


def _sign_in(page: Page, password: str) -> None:
    page.goto("/aanmelden")
    page.fill("#f-email", "els@it4.example")
    page.fill("#f-password", password)
    _press(page, "Aanmelden")


def _press(page: Page, button: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=button, exact=True).click()
