"""The pages about the end of a completed agreement: fill in, check, record, correct."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from app_browser import Browser
from office import rows
from road import in_the_archive

from service.agreement.permissions import Role
from service.deps import Deps
from service.workflow.life.keep_ends import keep_ends

FIRST = {"ends_on": "31/12/2030", "reason": "controller", "note": "Per brief."}


@pytest.fixture
def archived(office: Browser, deps: Deps) -> str:
    """The address of the dossier of a completed agreement."""
    return f"/overeenkomsten/{in_the_archive(office, deps)}"


def send(office: Browser, page: str, **fields: str) -> None:
    """Send the form on this page with these fields."""
    office.post(page, {"version": office.value("version"), **fields})


def said(office: Browser) -> str:
    """The page's text, without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", office.page))


def test_it_is_filled_in_checked_and_recorded(office: Browser, deps: Deps, archived: str) -> None:
    office.get(archived)
    assert "Loopt zolang er geen einde is vastgelegd" in office.page
    assert f'href="{archived}/einde">Einde vastleggen</a>' in office.page

    office.get(f"{archived}/einde")
    assert "Zegel noteert alleen het einde" in office.page
    send(office, f"{archived}/einde", ends_on="31/2/2030", note="Per brief.")
    assert office.status == 422
    for wrong in ("Deze datum klopt niet.", "Kies een reden."):
        assert office.page.count(wrong) == 2  # above the form and at the field
    assert office.value("ends_on") == "31/2/2030"
    send(office, f"{archived}/einde", **{**FIRST, "ends_on": "1/1/2020"})
    assert "De einddatum kan niet voor" in office.page

    send(office, f"{archived}/einde", **FIRST)
    assert office.status == 200
    for shown in ("Klopt dit?", "31 december 2030", "Loopt af", "tot en met 31 december 2040"):
        assert shown in said(office)
    assert rows(deps, "select * from contract_lives") == []
    send(office, f"{archived}/einde", **FIRST, step="change")
    assert office.value("ends_on") == FIRST["ends_on"]
    send(office, f"{archived}/einde", **FIRST)

    for _ in range(2):  # sent twice, as by a double click
        office.post(f"{archived}/einde", {**FIRST, "step": "record"})
        assert office.path == archived
        assert "Het einde is vastgelegd." in office.page
    assert "Loopt tot en met 31 december 2040. Daarna mag" in said(office)
    assert "en eindigt op 31 december 2030." in said(office)
    assert "Einde vastgelegd: 31 december 2030. Reden: Opgezegd door de klant. Per brief." in said(
        office
    )
    assert len(rows(deps, "select 1 from audit_entries where event = 'agreement.ended'")) == 1
    assert "Dit staat nog niet in het archief. Zegel blijft het proberen." in said(office)
    rows(deps, "update end_records set failure = 'StorageUnavailable: weg'")
    office.get(archived)
    assert "nog niet in het archief: StorageUnavailable: weg. Zegel blijft" in said(office)
    keep_ends(deps)
    office.get(archived)
    assert "Dit staat nog niet in het archief" not in said(office)
    office.get(archived.replace("overeenkomsten", "archief"))
    assert "Bewaartermijn: Loopt tot en met 31 december 2040." in said(office)


def test_it_is_corrected_and_taken_back(office: Browser, deps: Deps, archived: str) -> None:
    office.post(f"{archived}/einde", {**FIRST, "step": "record"})
    office.post(f"{archived}/einde", {**FIRST, "ends_on": "1/1/2031", "step": "record"})
    assert office.status == 409
    assert "Er is al een einde vastgelegd: 31/12/2030." in office.page

    office.get(f"{archived}/einde")
    assert office.value("ends_on") == FIRST["ends_on"]
    version = office.value("version")
    other = {**FIRST, "ends_on": "1/1/2031"}
    send(office, f"{archived}/einde", **other, step="record")
    assert "Het einde is gewijzigd." in office.page
    stale = {**FIRST, "version": version, "step": "record"}
    office.post(f"{archived}/einde", stale)
    assert office.status == 412
    assert office.value("ends_on") == FIRST["ends_on"]
    assert office.value("version") != version

    office.post(f"{archived}/einde/terugnemen", {"version": version})
    assert office.status == 412
    send(office, f"{archived}/einde/terugnemen")
    assert "Het einde is teruggenomen." in office.page
    assert "Loopt zolang er geen einde is vastgelegd" in office.page
    office.get(f"{archived}/einde/terugnemen")
    assert "Er is geen einde vastgelegd." in office.page
    office.post(f"{archived}/einde", stale)
    assert "iemand heeft dat intussen teruggenomen" in office.page
    assert rows(deps, "select * from contract_lives") == []


def test_after_the_last_day_it_may_be_deleted(office: Browser, deps: Deps, archived: str) -> None:
    rows(
        deps,
        "insert into contract_lives (agreement_id, ends_on, reason, noted_by)"
        " select id, '2010-02-28', 'other', 'system' from agreements",
    )
    office.get(archived)
    assert "Liep tot en met 28 februari 2020. Het origineel mag gewist worden" in said(office)
    assert "Geëindigd" in office.page
    assert "en eindigde op 28 februari 2010." in said(office)


def test_who_may_end(archived: str, as_role: Callable[[Role], Browser]) -> None:
    for role in (Role.SALES, Role.SIGNATORY, Role.ARCHIVE):
        browser = as_role(role)
        browser.get(archived)
        assert ("Einde vastleggen" in browser.page) is (role is Role.SALES)
        for path in ("/einde", "/einde/terugnemen"):
            browser.get(f"{archived}{path}")
            assert (browser.status == 200) is (role is Role.SALES)
