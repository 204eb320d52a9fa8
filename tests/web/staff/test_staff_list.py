"""The list as a workplace: filters that combine, their order, and what its address keeps."""

from __future__ import annotations

import html
import re
from urllib.parse import urlencode

import pytest
from app_browser import Browser
from office import NEW, rows

from service.deps import Deps
from service.spreadsheets.read import read_table
from service.workflow.keeping import export_list


def _new(office: Browser, **other: object) -> str:
    office.get("/overeenkomsten/nieuw")
    office.post("/overeenkomsten/nieuw", {**NEW, "key": office.value("key"), **other})
    assert office.status == 200, office.page
    return office.path.rsplit("/", 1)[-1]


def _listed(office: Browser, **asked: str) -> list[str]:
    office.get("/overeenkomsten?" + urlencode(asked))
    assert office.status == 200
    return re.findall(r"VO-\d{4}-\d{5}(?= ·)", office.page)


def test_filters_combine_and_are_said_in_words(office: Browser, deps: Deps) -> None:
    draft = _new(office)
    sent = _new(office, name="Aardappelhandel Claes", number="")
    office.post(f"/overeenkomsten/{sent}/verzending")
    ((owner, template, service),) = rows(
        deps, "select distinct sender_id::text, template_sha256, services[1] from agreements"
    )
    given = {"eigenaar": owner, "sjabloon": template, "dienst": service}
    assert sorted(_listed(office, **given)) == [draft, sent]
    assert "Eigenaar: Els Maes" in office.page
    assert _listed(office, **given, status="sent") == [sent]
    assert _listed(office, **given, status="sent", zoek="peeters", groep="draft") == []
    assert "Geen overeenkomst gevonden." in office.page
    assert _listed(office, stil="7") == []
    assert _listed(office, volgorde="organisation") == [sent, draft]
    assert _listed(office, volgorde="expiry") == [sent]


def test_a_filter_that_cannot_be_chosen_does_not_filter(office: Browser) -> None:
    reference = _new(office)
    for name in ("eigenaar", "status", "sjabloon", "dienst", "import", "duur", "stil", "volgorde"):
        assert _listed(office, **{name: "'; drop"}) == [reference]
    for odd in ("|", "|x", "2026-01-01T00:00:00+00:00|" + "0" * 36):
        assert _listed(office, volgorde="created", na=odd) == [reference]


def test_the_next_page_keeps_filters_and_order(office: Browser) -> None:
    made = {_new(office, name=f"Klant {n:02}", number="") for n in range(27)}
    first = _listed(office, volgorde="organisation", status="draft")
    older = re.search(r'href="([^"]+)" rel="next"', office.page)
    assert older
    office.get(html.unescape(older[1]))
    second = re.findall(r"VO-\d{4}-\d{5}(?= ·)", office.page)
    assert len(first) == 25
    assert {*first, *second} == made
    assert "Klant 26" in office.page
    assert "Status: Concept" in office.page


def _exports(deps: Deps) -> list[object]:
    exported = "select data - 'v' from audit_entries where event = 'list.exported' order by id"
    return [each[0] for each in rows(deps, exported)]


def test_the_list_is_fetched_as_a_file(office: Browser, deps: Deps) -> None:
    sent = _new(office, name="=1+1 Handel", number="")
    office.post(f"/overeenkomsten/{sent}/verzending")
    _new(office)
    asked = "status=sent&kolom=organisation&kolom=sender_name&kolom=reference"
    answer = office.get(f"/overeenkomsten/lijst?als=csv&{asked}")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.data.decode("utf-8-sig").splitlines() == [
        "Kenmerk;Organisatie;Eigenaar",
        f"{sent};'=1+1 Handel;Els Maes",
    ]
    answer = office.get("/overeenkomsten/lijst?als=xlsx")
    found = [each.cells for each in read_table(answer.data).rows]
    assert len(found) == 3
    assert found[0][:4] == ("Kenmerk", "Organisatie", "Ondernemingsnummer", "Status")
    assert {row[1] for row in found[1:]} == {"=1+1 Handel", "Bakkerij Peeters"}
    assert _exports(deps) == [
        {"kind": "csv", "filter": {"state": "sent"}},
        {"kind": "xlsx", "filter": {}},
    ]
    office.get("/beheer/logboek?soort=viewed")
    assert "De lijst van overeenkomsten opgehaald als csv." in office.page
    assert "Status: Verstuurd" in office.page


def test_what_was_ticked_is_counted_and_fetched(office: Browser, deps: Deps) -> None:
    made = [_new(office, name=name, number="") for name in ("Een", "Twee", "Drie")]
    office.get("/overeenkomsten")
    assert 'formaction="/overeenkomsten/gekozen"' in office.page
    ticked = f"kies={made[0]}&kies={made[2]}"
    office.get(f"/overeenkomsten/gekozen?actie=remind&{ticked}")
    assert "2 overeenkomsten." in office.page
    assert f'name="kies" value="{made[2]}"' in office.page
    answer = office.get(f"/overeenkomsten/lijst?als=csv&kolom=reference&{ticked}")
    assert {*answer.data.decode("utf-8-sig").split()[1:]} == {made[0], made[2]}
    assert _exports(deps) == [{"kind": "csv", "filter": {"chosen": "2"}}]
    office.get("/beheer/logboek?soort=viewed")
    assert "Aangevinkt: 2" in office.page
    office.get(f"/overeenkomsten/gekozen?alles=ja&status=draft&kies={made[0]}")
    assert "Status: Concept), samen 3." in office.page
    assert 'name="kies"' not in office.page
    office.get("/overeenkomsten/gekozen")
    assert office.status == 422
    assert "Vink eerst overeenkomsten aan" in office.page


def test_a_file_of_words_that_are_too_short_is_refused_on_the_list(
    office: Browser, deps: Deps
) -> None:
    office.get("/overeenkomsten/lijst?als=csv&zoek=b&status=sent")
    assert office.status == 422
    assert "Typ minstens twee letters" in office.page
    assert _exports(deps) == []


def test_everything_is_read_in_parts(office: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_list, "AT_ONCE", 2)
    made = [_new(office, name=f"Klant {n}", number="") for n in range(5)]
    answer = office.get("/overeenkomsten/lijst?als=csv&kolom=reference")
    assert answer.data.decode("utf-8-sig").split()[1:] == made[::-1]
