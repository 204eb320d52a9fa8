"""Every page of own templates in Chromium, in each state: axe-core, targets and width."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from app_browser import Browser as Office
from examined import TEMPLATES, endpoint_at
from flask import Flask
from own_contract import published, second_administrator, tried, word_file
from playwright.sync_api import Browser, Page, ViewportSize
from served import served

from service.agreement.permissions import Staff
from service.deps import Deps
from service.workflow.templates import try_out
from tests.documents.untouched import untouched

PHONE = {"width": 390, "height": 844}
DESK = ViewportSize(width=1280, height=844)
UNFOLDED = "() => document.querySelectorAll('details').forEach((fold) => { fold.open = true })"
LONG = "Verwerkersovereenkomst hosting en ondersteuning voor zorginstellingen"


@pytest.mark.long
def test_every_page_of_templates_on_a_telephone_and_on_a_desk(
    app: Flask,
    office: Office,
    admin: tuple[Staff, str],
    browser: Browser,
    deps: Deps,
    complaints: Callable[..., list[str]],
) -> None:
    found: dict[str, list[str]] = {}
    shown = set[str]()
    with ThreadPoolExecutor(1) as worker, served(app) as address:  # the loop is this thread's
        page = browser.new_context(viewport=PHONE, base_url=address).new_page()

        def look(name: str) -> None:
            page.evaluate(UNFOLDED)
            shown.add(endpoint_at(app, page.url))
            found[name] = complaints(page, DESK)

        _sign_in(page, admin[1])
        page.goto("/beheer/sjablonen")
        look("none")
        page.goto("/beheer/sjablonen/uitleg")
        look("help")
        page.goto("/beheer/sjablonen/nieuw")
        look("new")
        _upload(page, word_file("Aan {{ klant.naem }} {% voor %}"))
        look("new-wrong")
        _upload(page, untouched())
        look("new-filled-in")
        _press(page, "Verder")
        look("new-not-answered")
        page.goto("/beheer/sjablonen/nieuw")
        _upload(page, word_file())
        look("waiting")
        version_id = page.url.split("?")[0].rsplit("/", 1)[-1]
        worker.submit(try_out.try_out, deps, version_id).result()
        page.reload()
        look("checked")
        page.get_by_role("link", name="Publiceren").click()
        look("alone")
        worker.submit(second_administrator, deps).result()
        worker.submit(published, deps, admin[0], "Anders.", name=LONG[:60]).result()
        version = worker.submit(tried, deps, admin[0], "Nieuw.", name=LONG[:60]).result()
        page.goto(f"/beheer/sjablonen/versies/{version.id}")
        look("changes")
        for step in ("publicatie", "intrekking"):
            page.goto(f"/beheer/sjablonen/versies/{version.id}/{step}")
            look(step)
        for step in ("standaard", "aanbod"):
            page.goto(f"/beheer/sjablonen/{version.family_id}/{step}")
            look(step)
        page.goto("/beheer/sjablonen")
        look("list")
        for path in ("/overeenkomsten/nieuw", "/mandaat"):
            page.goto(path)
            look(path)
        page.context.close()
    assert shown >= TEMPLATES
    assert {name: what for name, what in found.items() if what} == {}


def _sign_in(page: Page, password: str) -> None:
    page.goto("/aanmelden")
    page.fill("#f-email", "els@it4.example")
    page.fill("#f-password", password)
    _press(page, "Aanmelden")


def _upload(page: Page, data: bytes) -> None:
    page.fill("#f-name", "Hosting")
    page.set_input_files("#f-file", {"name": "contract.docx", "mimeType": "", "buffer": data})
    _press(page, "Nakijken")


def _press(page: Page, button: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=button, exact=True).click()
