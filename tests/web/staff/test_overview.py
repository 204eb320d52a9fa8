"""The overview: each number leads to as many agreements; its charts need no colour or script."""

from __future__ import annotations

import re

import pytest
from app_browser import Browser
from lxml import html
from markupsafe import Markup
from office import NEW, rows
from road import countersigned, steps

from service.deps import Deps
from service.web.charts import FILLINGS, Bar, Row, chart, swatch
from service.workflow.keeping.retain import tidy


def _new(office: Browser, *, send: bool = True) -> str:
    office.get("/overeenkomsten/nieuw")
    office.post("/overeenkomsten/nieuw", {**NEW, "key": office.value("key"), "number": ""})
    reference = office.path.rsplit("/", 1)[-1]
    if send:
        office.post(f"/overeenkomsten/{reference}/verzending")
    return reference


@pytest.fixture
def some(office: Browser, deps: Deps) -> None:
    """Drafts, sent ones of which one was withdrawn, offers of which one we signed; some are old."""
    old, stopped, _ = _new(office), _new(office), _new(office)
    steps(deps).opened(old)
    aged, _ = _new(office, send=False), _new(office, send=False)
    office.post(f"/overeenkomsten/{stopped}/intrekking", {"reason": "Verkeerde klant"})
    steps(deps).pre_signed(name="Optiek Claes", number="", number_type="none")
    offered = steps(deps).pre_signed(name="Drukkerij Smet", number="", number_type="none")
    countersigned(office, deps, offered)
    for reference, days in ((old, 20), (aged, 100)):
        rows(
            deps,
            f"update agreements set state_since = now() - interval '{days} days'"
            f" where reference = '{reference}'",
        )


def _numbers(office: Browser) -> dict[str, int]:
    """Every number of the tables, by the address of its list; medians lead to one of these."""
    return {
        link.get("href"): int(re.match(r"\d+", link.text_content().strip())[0])  # type: ignore[index]
        for link in html.fromstring(office.page).xpath("//table//td/a[not(@class)]")
    }


def test_every_number_leads_to_as_many(office: Browser, deps: Deps, some: None) -> None:
    for added_up in (False, True):
        if added_up:
            tidy(deps)
        office.get("/overzicht")
        numbers = _numbers(office)
        assert len(numbers) == 20 + 3 + 12
        medians = html.fromstring(office.page).xpath("//a[@class='median']/@href")
        assert len(medians) == 1
        assert set(medians) <= numbers.keys()
        assert sorted(numbers.values())[-1] == 5  # sent this month
        assert sum(numbers.values()) > 20
        assert numbers["/overeenkomsten?groep=draft&duur=90"] == 1  # although saved just now
        for address, number in numbers.items():
            office.get(address)
            assert office.status == 200
            found = html.fromstring(office.page).xpath("//main//tbody/tr")
            assert len(found) == number, address


def test_of_a_month_and_of_none(office: Browser, some: None) -> None:
    office.get("/overzicht")
    (month,) = re.findall(r'<option value="(\d{4}-\d\d)">', office.page)
    office.get(f"/overzicht?verstuurd={month}&import=99")
    assert f'<option value="{month}" selected>' in office.page
    assert any(f"verstuurd={month}&stap=unopened" in address for address in _numbers(office))
    office.get("/overzicht?verstuurd=2020-01")
    assert "selected" not in office.page


def test_without_agreements(office: Browser) -> None:
    office.get("/overzicht")
    assert office.status == 200
    assert "niets verstuurd" in office.page
    assert set(_numbers(office).values()) == {0}


def test_a_chart_is_complete_without_colour_or_script() -> None:
    made = chart(
        "age",
        [
            Row("Klant <b>", [Bar([(3, "full"), (1, "striped")], "4")]),
            Row("Wij", [Bar([(0, "full"), (0, "crossed")], "0"), Bar([(2, "crossed")], "2")]),
        ],
    )
    assert isinstance(made, Markup)
    drawn = html.fragment_fromstring(str(made))
    assert drawn.get("aria-hidden") == "true"  # the table says the same
    assert "style=" not in made
    assert "<script" not in made
    parts = drawn.xpath(".//rect")
    widths = [float(each.get("width").rstrip("%")) for each in parts]
    assert widths == [63.0, 21.0, 42.0]  # on one scale, and none for nothing
    assert [each.get("fill") for each in parts] == [
        None,
        "url(#age-striped)",
        "url(#age-crossed)",
    ]
    assert [each.text for each in drawn.xpath(".//text")] == ["Klant <b>", "4", "Wij", "0", "2"]
    assert len({str(swatch("age", each)) for each in FILLINGS}) == len(FILLINGS)
