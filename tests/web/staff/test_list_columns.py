"""The columns of the list, chosen by each for themselves; and its keys."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from app_browser import Browser as Office
from flask import Flask
from lxml import html
from office import NEW, rows
from playwright.sync_api import Browser, Page, expect
from served import served

from service.agreement.list_columns import SHOWN
from service.agreement.permissions import Role, Staff
from service.deps import Deps


def _new(office: Office, name: str) -> str:
    office.get("/overeenkomsten/nieuw")
    form = {**NEW, "key": office.value("key"), "name": name, "number": ""}
    office.post("/overeenkomsten/nieuw", form)
    return office.path.rsplit("/", 1)[-1]


def _columns(office: Office) -> list[str]:
    office.get("/overeenkomsten")
    return [each.text_content() for each in html.fromstring(office.page).xpath("//thead//th")]


def test_each_chooses_for_themselves(
    office: Office, deps: Deps, as_role: Callable[[Role], Office]
) -> None:
    reference = _new(office, "Aksent")
    rows(deps, "update agreements set state_since = now() - interval '12 days'")
    usual = ["Kies", "Organisatie", "Status", "Gemaakt", "Laatst actief", "Datum"]
    assert _columns(office) == usual
    office.get("/overeenkomsten?status=draft")
    (link,) = html.fromstring(office.page).xpath("//a[contains(@href, 'kolommen')]/@href")
    office.get(link)
    ticked = html.fromstring(office.page).xpath("//input[@name='kolom'][@checked]/@value")
    assert ticked == ["state", "created_at", "last_activity_at", "date"]
    office.post(
        "/overeenkomsten/kolommen?status=draft",
        {"kolom": ["sender_name", "state_since", "nergens"]},
    )
    assert office.path == "/overeenkomsten"
    assert "kolommen van uw lijst zijn bewaard" in office.page
    assert "Status: Concept" in office.page  # the same list as before
    assert _columns(office) == ["Kies", "Organisatie", "In deze status sinds", "Eigenaar"]
    assert "12 dagen geleden" in office.page
    for days, found in (("7", True), ("14", False)):
        office.get(f"/overeenkomsten?duur={days}")
        assert (reference in office.page) is found
    assert "Els Maes" in office.page
    assert _columns(as_role(Role.SALES)) == usual
    office.post("/overeenkomsten/kolommen", {"kolom": list(SHOWN)})
    assert len(_columns(office)) == 2 + len(SHOWN)
    office.post("/overeenkomsten/kolommen", {})
    assert _columns(office) == ["Kies", "Organisatie"]
    office.post("/overeenkomsten/kolommen", {"usual": "ja"})
    assert _columns(office) == usual
    before = rows(deps, "select state_since from agreements")
    office.get(f"/overeenkomsten/{reference}")
    office.post(f"/overeenkomsten/{reference}/verzending")
    assert rows(deps, "select state_since from agreements") > before
    after = rows(deps, "select state_since from agreements")
    office.post(f"/overeenkomsten/{reference}/termijn", {"link_days": "90"})
    assert rows(deps, "select state_since from agreements") == after


@pytest.fixture
def page(
    office: Office, app: Flask, browser: Browser, admin: tuple[Staff, str]
) -> Callable[..., Page]:
    for name in ("Aksent", "Bakkerij", "Claes"):
        _new(office, name)

    def begin(address: str, **context: object) -> Page:
        opened = browser.new_context(**context).new_page()  # type: ignore[arg-type]
        opened.goto(f"{address}/aanmelden")
        opened.get_by_label("E-mailadres").fill(admin[0].email)
        opened.get_by_label("Wachtwoord", exact=True).fill(admin[1])
        opened.get_by_role("button", name="Aanmelden").click()
        opened.goto(f"{address}/overeenkomsten")
        return opened

    return begin


def test_keys_never_catch_what_is_typed(app: Flask, page: Callable[..., Page]) -> None:
    with served(app) as address:
        plain = page(address, java_script_enabled=False)
        expect(plain.get_by_text("Toetsen:")).to_be_hidden()
        opened = page(address)
        field = opened.get_by_label("Zoek op naam, nummer of kenmerk")
        expect(opened.get_by_text("Toetsen:")).to_be_visible()
        first, second = (opened.get_by_role("link", name=name) for name in ("Claes", "Bakkerij"))
        opened.keyboard.press("j")
        expect(first).to_be_focused()
        opened.keyboard.press("j")
        expect(second).to_be_focused()
        opened.keyboard.press("x")
        expect(opened.get_by_label("Kies Bakkerij")).to_be_checked()
        opened.keyboard.press("k")
        expect(first).to_be_focused()
        opened.keyboard.press("Control+j")
        opened.keyboard.press("/")
        expect(field).to_be_focused()
        opened.keyboard.type("jkx/n")
        expect(field).to_have_value("jkx/n")
        expect(field).to_be_focused()
        opened.goto(f"{address}/overeenkomsten")
        opened.get_by_label("Toetsen gebruiken").uncheck()
        opened.goto(f"{address}/overeenkomsten")
        expect(opened.get_by_label("Toetsen gebruiken")).not_to_be_checked()
        opened.keyboard.press("/")
        expect(field).not_to_be_focused()
        opened.get_by_label("Toetsen gebruiken").check()
        opened.keyboard.press("j")
        opened.keyboard.press("Enter")
        expect(opened.get_by_role("heading", level=1)).to_have_text("Claes")
