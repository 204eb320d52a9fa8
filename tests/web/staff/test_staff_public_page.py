"""The public page for staff: open and close it, its link and QR code, and what customers began."""

from __future__ import annotations

import io
from collections.abc import Callable
from xml.etree import ElementTree

import pytest
import segno
from app_browser import Browser as Office
from applicants import applied, began, listed, opened
from bakery import SALES
from lists import customer
from office import rows
from PIL import Image

from service.agreement.permissions import Role, Staff
from service.deps import Deps

SETTING = {"opened": "yes", "services": ["cloud_storage"], "per_day": "2"}


def save(office: Office, **changes: object) -> None:
    office.get("/beheer/openbare-pagina")
    office.post("/beheer/openbare-pagina", {**SETTING, **changes})


def test_from_closed_to_open_and_closed_again(
    office: Office, deps: Deps, admin: tuple[Staff, str]
) -> None:
    office.get("/beheer")
    assert "/beheer/openbare-pagina" in office.page
    office.get("/beheer/openbare-pagina")
    assert "De pagina is dicht" in office.page
    save(office, services=[], per_day="0", owner="x")
    assert office.status == 422
    for wrong in ("Kies minstens één dienst.", "Geef een getal van 1 tot 2000."):
        assert wrong in office.page
    save(office)
    assert "De pagina is open" in office.page
    assert "0 van hoogstens 2 codes" in office.page
    (told,) = rows(deps, "select values from messages where kind = 'account_changed'")
    assert [each["what"] for each in told.values["changes"]] == ["page_opened"]
    assert told.values["about_name"]["code"] == "public_page"
    applied(deps)
    applied(deps, "another")
    office.get("/beheer/openbare-pagina")
    assert "Het maximum van vandaag is bereikt" in office.page
    office.get("/taken")
    assert "De openbare pagina zit vol" in office.page
    office.get("/beheer/openbare-pagina")
    office.post("/beheer/openbare-pagina/sluiting")
    assert "De openbare pagina is gesloten." in office.page
    office.get("/taken")
    assert "De openbare pagina zit vol" not in office.page
    office.get("/beheer/logboek")
    assert "om zelf een overeenkomst aan te vragen: gesloten" in office.page


def test_a_setting_that_cannot_work_is_said(
    office: Office, deps: Deps, admin: tuple[Staff, str], as_role: Callable[[Role], Office]
) -> None:
    save(office)
    as_role(Role.SIGNATORY)  # now two may sign, and nobody is chosen
    office.get("/beheer/openbare-pagina")
    assert "De pagina is nu dicht" in office.page
    save(office)
    assert "Kies wie namens ons ondertekent." in office.page


@pytest.mark.parametrize("number", ["", "A 12&3"])
def test_the_link_and_its_qr_code(office: Office, number: str) -> None:
    office.get("/openbare-pagina/link", follow=False)
    answer = office.client.get("/openbare-pagina/link", query_string={"klantnummer": number})
    query = "?klantnummer=A+12%263" if number else ""
    address = f"http://localhost/aanvragen{query}"
    assert f'href="{address}"' in answer.text
    qr = {"klantnummer": number} if number else {}
    svg = office.client.get("/openbare-pagina/qr.svg", query_string=qr)
    assert svg.mimetype == "image/svg+xml"
    assert ElementTree.fromstring(svg.data).tag.endswith("svg")
    png = office.client.get("/openbare-pagina/qr.png", query_string={**qr, "als": "bestand"})
    assert "attachment" in png.headers["Content-Disposition"]
    drawn = Image.open(io.BytesIO(png.data)).convert("1")
    modules = segno.make_qr(address, error="m", boost_error=False).matrix
    side = len(modules) + 8
    assert drawn.size == (side * 10, side * 10)
    for row, line in enumerate(modules):
        for column, dark in enumerate(line):
            seen = drawn.getpixel(((column + 4) * 10 + 5, (row + 4) * 10 + 5))
            assert (seen == 0) == bool(dark)
    assert office.client.get("/openbare-pagina/qr.gif").status_code == 404


def test_who_may(office: Office, as_role: Callable[[Role], Office]) -> None:
    save(office)
    for role, setting, link in (
        (Role.ADMIN, 200, 200),
        (Role.SALES, 403, 200),
        (Role.SIGNATORY, 403, 403),
        (Role.ARCHIVE, 403, 403),
    ):
        browser = as_role(role)
        assert browser.get("/beheer/openbare-pagina").status_code == setting
        assert browser.get("/openbare-pagina/link").status_code == link
        assert browser.get("/openbare-pagina/qr.svg").status_code == link


def test_what_a_customer_began_is_marked(
    office: Office, deps: Deps, admin: tuple[Staff, str]
) -> None:
    opened(deps, admin[0])
    known = {"name": SALES["name"], "enterprise": SALES["number"], "email": "an@peeters.example"}
    number = listed(deps, admin[0], [customer(1, **known)])
    began(deps, customer="1001")
    began(deps, name="Onbekend NV", number="0863.643.458", signatory_email="jan@elders.example")
    office.get("/overeenkomsten")
    assert office.page.count('"badge busy">Aangevraagd</span>') == 2
    assert "Zelf gestart" not in office.page
    office.get("/overeenkomsten?herkomst=self_started&zoek=bakkerij")
    assert "Herkomst: Aangevraagd door de klant zelf" in office.page
    assert "Onbekend NV" not in office.page
    found = rows(deps, "select reference from agreements order by created_at")
    office.get(f"/overeenkomsten/{found[0][0]}")
    assert f"Bekende klant: nummer, naam en e-mailadres staan zo in import {number}" in office.page
    assert "Opgegeven klantnummer: 1001" in office.page
    assert office.page.count('"badge busy">Aangevraagd</span>') == 1
    assert "An Peeters is zelf begonnen" in office.page
    office.get(f"/overeenkomsten/{found[1][0]}")
    assert "Onbekend: dit nummer staat in geen enkele ingelezen lijst" in office.page
