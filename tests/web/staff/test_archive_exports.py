"""Files of a whole selection, fetched from the page of the archive."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from html import unescape

import pytest
from app_browser import Browser
from office import rows
from road import in_the_archive

from service.agreement.permissions import Role
from service.deps import Deps


@pytest.fixture
def archived(office: Browser, deps: Deps) -> str:
    """The reference of an agreement in the archive."""
    return in_the_archive(office, deps)


def offered(browser: Browser) -> list[str]:
    """The addresses of the kinds of register."""
    found = re.findall(r'href="(/archief/register\.[^"]+)"', browser.page)
    return [unescape(each) for each in found]


def test_the_register_of_what_is_found(office: Browser, deps: Deps, archived: str) -> None:
    office.get("/archief?zoek=peeters&op=31/12/2099")
    assert [each.partition("?")[0].rpartition(".")[2] for each in offered(office)] == [
        "xlsx",
        "csv",
        "json",
    ]
    for address in offered(office):
        answer = office.get(address)
        assert answer.status_code == 200, address
        assert "register-verwerkingen-2099-12-31." in answer.headers["Content-Disposition"]
    assert json.loads(answer.data)["agreements"][0]["reference"] == archived
    logged = rows(deps, "select data->'filter' from audit_entries where event='archive.exported'")
    assert logged == [({"in_force_on": "2099-12-31"},)] * 3
    office.get("/beheer/logboek?soort=viewed")
    assert "opgehaald als xlsx: 1 overeenkomst." in office.page
    assert "Van kracht op 2099-12-31" in office.page
    assert "Gezocht: peeters" in office.page


def test_the_originals_of_what_is_found(office: Browser, deps: Deps, archived: str) -> None:
    office.get("/archief?zoek=peeters")
    assert 'href="/archief/originelen.zip?zoek=peeters"' in office.page
    answer = office.get("/archief/originelen.zip?zoek=peeters")
    assert answer.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as package:
        assert len(package.namelist()) == 3
    office.get("/beheer/logboek?soort=viewed")
    assert "Originelen met bewijsbladen opgehaald als zip: 1 overeenkomst." in office.page


def test_a_mistake_in_the_search_comes_back_on_its_page(office: Browser, archived: str) -> None:
    office.get("/archief/register.csv?op=32/1/2020")
    assert office.status == 422
    assert office.value("op") == "32/1/2020"
    assert "Deze datum klopt niet." in office.page
    assert offered(office) == []


def test_the_history_of_a_customer_is_a_page_with_links(office: Browser, archived: str) -> None:
    office.get(f"/archief/{archived}")
    assert f"/archief/{archived}/klant" in office.page
    office.get(f"/archief/{archived}/klant")
    assert office.status == 200
    assert "Alle overeenkomsten met het nummer 0403.170.701." in office.page
    assert "Van kracht" in office.page
    assert "Alle handtekeningen zijn geplaatst." in office.page


def test_sales_cannot_export(
    office: Browser, archived: str, as_role: Callable[[Role], Browser]
) -> None:
    sales, archivist = as_role(Role.SALES), as_role(Role.ARCHIVE)
    sales.get("/archief")
    assert offered(sales) == []
    for path in ("/archief/register.csv", "/archief/originelen.zip"):
        assert sales.get(path).status_code == 403, path
    archivist.get("/archief")
    assert len(offered(archivist)) == 3
