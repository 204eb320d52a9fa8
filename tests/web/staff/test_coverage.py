"""*Dekking* on pages: counts that lead to their customers, a file, and a list of who is missing."""

from __future__ import annotations

from collections.abc import Callable

from app_browser import Browser
from lists import SERVICES, as_csv, customer
from lxml import html

from service.agreement.permissions import Role, Staff
from service.deps import Deps
from service.workflow.bulk import decide, run, take_in


def test_who_is_missing_becomes_a_list(
    office: Browser, deps: Deps, admin: tuple[Staff, str], as_role: Callable[[Role], Browser]
) -> None:
    office.get("/dekking")
    assert "nog geen lijst" in office.page
    for rows in (range(1, 3), range(1, 6)):
        data = as_csv([customer(each) for each in rows])
        number = take_in.take_in(deps, data, "klanten.csv", admin[0], options=SERVICES).number
        if number == 1:
            decide.start(deps, 1, admin[0])
            run.run(deps)
    office.get("/dekking")
    assert "5 klanten" in office.page
    tabs = html.fromstring(office.page).xpath("//nav[@aria-label='Dekking']//a")
    counted = {tab.get("href"): int(tab.find("span").text) for tab in tabs}
    assert sorted(counted.values()) == [0, 0, 0, 2, 3]
    for address, count in counted.items():
        office.get(address)
        assert len(html.fromstring(office.page).xpath("//main//tbody/tr")) == count, address
    office.get("/dekking?import=1")
    assert "2 klanten" in office.page
    assert office.get("/dekking/99").status_code == 404
    file = office.get("/dekking/2/lijst?als=csv&toon=never")
    assert file.data.decode("utf-8-sig").count("Nog nooit gevraagd") == 3
    assert office.get("/dekking/2/lijst?als=xlsx").data[:2] == b"PK"
    archive = as_role(Role.ARCHIVE)
    assert archive.get("/dekking").status_code == 403
    signatory = as_role(Role.SIGNATORY)
    signatory.get("/dekking/2")
    assert "Nieuwe lijst maken" not in signatory.page
    office.get("/dekking/2")
    office.post("/dekking/2/ontbrekende", {})
    assert office.path == "/importen/3/kolommen"
    assert "zonder overeenkomst" in office.page
    assert "Zaak 5" in office.page
    office.get("/dekking/1")
    office.post("/dekking/1/ontbrekende", {})
    assert office.status == 409
    assert "niets meer te doen" in office.page
