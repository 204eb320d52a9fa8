"""Who reaches which page, and every staff page shown once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from office import NEW, Office

from service.agreement.permissions import Role
from service.web.context import policy_of

SALES, SIGNATORY, ARCHIVE, ADMIN = Role.SALES, Role.SIGNATORY, Role.ARCHIVE, Role.ADMIN
PAGES = {
    "/overeenkomsten": {SALES, SIGNATORY, ADMIN},
    "/overeenkomsten/nieuw": {SALES, ADMIN},
    "/tekenen-namens-ons": {SIGNATORY},
    "/archief": {SALES, SIGNATORY, ARCHIVE, ADMIN},
    "/profiel": {ADMIN},
    "/beheer": {ADMIN},
    "/medewerkers": {ADMIN},
    "/taken": {ADMIN},
    "/beheer/logboek": {ADMIN},
    "/account": set(Role),
    "/verifieer": set(Role),
}


@pytest.mark.parametrize("role", list(Role))
def test_matrix(as_role: Callable[[Role], Office], role: Role) -> None:
    browser = as_role(role)
    for path, allowed in PAGES.items():
        browser.get(path)
        assert browser.status == (200 if role in allowed else 403), path


def test_archive_role_sees_no_sales_buttons(
    office: Office, as_role: Callable[[Role], Office]
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


def test_a_signatory_cannot_send(office: Office, as_role: Callable[[Role], Office]) -> None:
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


def test_people_are_added_changed_and_kept_one_admin(office: Office) -> None:
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


def test_profile(office: Office) -> None:
    office.get("/profiel")
    assert office.value("enterprise_number") == "0863.643.458"
    office.post("/profiel", {"name": "Christophe Zenner", "enterprise_number": "1"})
    assert office.status == 422
    assert office.value("name") == "Christophe Zenner"
