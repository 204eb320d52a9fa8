"""Which role can open which page, and every staff page shown once."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from app_browser import Browser
from bakery import PROCESSOR
from flask import Flask
from office import NEW, rows

from service.agreement.changes import change_in_words
from service.agreement.permissions import Role
from service.deps import Deps
from service.texts import OURS
from service.web.context import policy_of

SALES, SIGNATORY, ARCHIVE, ADMIN = Role.SALES, Role.SIGNATORY, Role.ARCHIVE, Role.ADMIN
PAGES = {
    "/overeenkomsten": {SALES, SIGNATORY, ADMIN},
    "/overeenkomsten/nieuw": {SALES, ADMIN},
    "/tekenen-namens-ons": {SIGNATORY},
    "/archief": {SALES, SIGNATORY, ARCHIVE, ADMIN},
    "/profiel": {ADMIN},
    "/profiel/voorstellen": {ADMIN},
    "/profiel/uiterlijk": {ADMIN},
    "/beheer": {ADMIN},
    "/medewerkers": {ADMIN},
    "/taken": {ADMIN},
    "/beheer/logboek": {ADMIN},
    "/account": set(Role),
    "/verifieer": set(Role),
}


@pytest.mark.parametrize("role", list(Role))
def test_matrix(as_role: Callable[[Role], Browser], role: Role) -> None:
    browser = as_role(role)
    for path, allowed in PAGES.items():
        browser.get(path)
        assert browser.status == (200 if role in allowed else 403), path


def test_archive_role_sees_no_sales_buttons(
    office: Browser, as_role: Callable[[Role], Browser]
) -> None:
    office.get("/overeenkomsten/nieuw")
    office.post("/overeenkomsten/nieuw", {**NEW, "key": office.value("key")})
    reference = office.path.rsplit("/", 1)[-1]
    browser = as_role(ARCHIVE)
    browser.get("/")
    assert browser.path == "/archief"
    assert "Nieuwe overeenkomst" not in browser.page
    assert 'href="/overeenkomsten' not in browser.page
    browser.get(f"/archief/{reference}")  # not signed yet, so not in the archive
    assert browser.status == 404
    browser.get(f"/overeenkomsten/{reference}")
    assert browser.status == 403


def test_a_signatory_cannot_send(office: Browser, as_role: Callable[[Role], Browser]) -> None:
    office.get("/overeenkomsten/nieuw")
    office.post("/overeenkomsten/nieuw", {**NEW, "key": office.value("key")})
    reference = office.path.rsplit("/", 1)[-1]
    browser = as_role(SIGNATORY)
    browser.get(f"/overeenkomsten/{reference}")
    assert browser.status == 200
    assert "Versturen" not in browser.page
    browser.post(f"/overeenkomsten/{reference}/verzending")
    assert browser.status == 403


def test_every_view_has_one_policy(app: Flask) -> None:
    without = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint.split(".")[0] in ("staff", "archive", "verify", "mailbox")
        and policy_of(app.view_functions[rule.endpoint]) is None
    }
    assert without == set()


def test_people_are_added_changed_and_kept_one_admin(office: Browser) -> None:
    office.get("/medewerkers")
    office.post("/medewerkers", {"name": "Jan Claes", "email": "jan@it4.example"})
    assert "Kies minstens één rol." in office.page
    assert office.value("name") == "Jan Claes"
    office.post(
        "/medewerkers", {"name": "Jan Claes", "email": "jan@it4.example", "roles": ["verkoop"]}
    )
    assert "De uitnodiging is gemaild." in office.page
    assert "Uitgenodigd" in office.page
    own = next(part for part in office.page.split('href="') if part.startswith("/medewerkers/"))
    office.get(own.partition('"')[0])
    office.post(office.path, {"name": "Els Maes", "function": "", "roles": ["verkoop"]})
    assert office.status == 409
    assert "Er moet minstens één actieve beheerder blijven." in office.page


def test_profile(office: Browser) -> None:
    office.get("/profiel")
    assert office.value("enterprise_number") == "0863.643.458"
    office.post("/profiel", {"name": "Christophe Zenner", "enterprise_number": "1"})
    assert office.status == 422
    assert office.value("name") == "Christophe Zenner"


def test_other_suggestions_are_a_next_version_that_administrators_are_told_of(
    office: Browser, deps: Deps
) -> None:
    office.get("/profiel/voorstellen")
    ticked = re.findall(r'name="(\w+\.\w+)" value="(\w+)" checked', office.page)
    assert ("support.personal_data", "correspondence") in ticked
    office.post("/profiel/voorstellen", {"support.personal_data": ["name", "passport"]})
    assert office.status == 422
    assert "f-support.personal_data" in office.page
    wanted: dict[str, list[str]] = {}
    for field, code in {*ticked, ("support.personal_data", "files")}:
        wanted.setdefault(field, []).append(code)
    wanted["support.personal_data"].remove("ip")
    office.post("/profiel/voorstellen", wanted)
    assert "De voorstellen zijn bewaard." in office.page
    kept = rows(deps, "select version, suggestions from processor_profiles order by version")
    assert [each.version for each in kept] == [1, 2]
    assert kept[1].suggestions["support"]["personal_data"] == [
        "name", "contact", "account", "correspondence", "files",
    ]  # fmt: skip
    (said,) = [each.values["changes"] for each in rows(deps, "select values from messages")]
    assert [change_in_words(each, OURS) for each in said] == [
        "Voorstellen bij Hulp en ondersteuning."
        " Erbij: Bestanden die de Verwerkingsverantwoordelijke zelf opslaat."
        " Weg: IP-adres en technische loggegevens."
    ]
    office.get("/profiel")
    office.post("/profiel", {**PROCESSOR, "phone": "+32 9 000 00 00", "country": "BE"})
    kept = rows(deps, "select suggestions from processor_profiles order by version")
    assert kept[2].suggestions == kept[1].suggestions
