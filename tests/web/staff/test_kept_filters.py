"""Filters of the list, kept under a name for one person."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from app_browser import Browser
from office import rows

from service.agreement.permissions import Role
from service.deps import Deps
from service.workflow.people import kept_searches

LIST = "/overeenkomsten/filters?status=draft&stil=7&onbekend=x"


def _kept(deps: Deps) -> list[tuple[str, str]]:
    return [tuple(row) for row in rows(deps, "select name, query from kept_searches order by name")]


def test_kept_used_replaced_and_forgotten(office: Browser, deps: Deps) -> None:
    office.get("/overeenkomsten?status=draft")
    office.post(LIST, {"naam": "Mijn concepten"})
    assert office.status == 200
    assert "De filters zijn bewaard." in office.page
    assert "Status: Concept" in office.page
    assert 'href="/overeenkomsten?status=draft&stil=7" aria-current="true"' in office.page
    office.post("/overeenkomsten/filters?groep=draft&zoek=%C3%B3+b%26", {"naam": "Mijn concepten"})
    assert _kept(deps) == [("Mijn concepten", "groep=draft&zoek=%C3%B3+b%26")]
    office.post("/overeenkomsten/filters/weg", {"weg": "Mijn concepten"})
    assert "vergeten" in office.page
    assert _kept(deps) == []


def test_what_cannot_be_kept_is_told(
    office: Browser, deps: Deps, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_searches, "MOST", 1)
    office.get("/overeenkomsten?status=draft")
    office.post(LIST, {"naam": ""})
    assert office.status == 422
    assert "Status: Concept" in office.page
    office.post("/overeenkomsten/filters", {"naam": "Alles"})
    assert "Kies eerst filters" in office.page
    office.post(LIST, {"naam": "Een"})
    office.post(LIST, {"naam": "Twee"})
    assert office.status == 422
    assert office.value("naam") == "Twee"
    assert [name for name, _ in _kept(deps)] == ["Een"]


def test_they_are_of_one_person(
    office: Browser, deps: Deps, as_role: Callable[[Role], Browser]
) -> None:
    office.get("/overeenkomsten")
    office.post(LIST, {"naam": "Van Els"})
    other = as_role(Role.SALES)
    other.get("/overeenkomsten?status=draft")
    assert "Van Els" not in other.page
    other.post("/overeenkomsten/filters/weg", {"weg": "Van Els"})
    assert len(_kept(deps)) == 1
