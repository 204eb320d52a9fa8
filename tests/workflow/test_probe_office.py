"""What a worker records about LibreOffice's sandbox, and when it refuses to work."""

from __future__ import annotations

import dataclasses

import pytest
from house import House

from service.agreement.events import Event, in_words
from service.error_words import words_of
from service.settings.choices import PRODUCTION
from service.texts import OURS
from service.workflow import probe_office
from service.workflow.probe_office import OfficeOpen
from service.workflow.weak_spots import weak_spots


def noted(house: House) -> list[list[str]]:
    with house.deps.database.begin() as tx:
        found = [each for each in tx.audit.of(None) if each.event is Event.OFFICE_PROBED]
    assert all(in_words(each.event.value, each.data, OURS) for each in found)
    return [each.data["missing"] for each in found]


def spots(house: House) -> list[tuple[str, str]]:
    return [(each.code, each.reason) for each in weak_spots(house.deps, house.staff)]


def test_an_office_that_is_closed_in_is_noted_once(house: House) -> None:
    for _start in range(2):
        assert probe_office.probe_office(house.deps) == ()
    assert noted(house) == [[]]
    assert spots(house) == []


def test_outside_development_an_open_office_needs_a_reason(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe_office, "missing_walls", lambda: ("files",))
    assert probe_office.probe_office(house.deps) == ("files",)
    assert spots(house) == [("office_open", "")]
    settings = dataclasses.replace(house.deps.settings, mode=PRODUCTION)
    house.deps = dataclasses.replace(house.deps, settings=settings)
    with pytest.raises(OfficeOpen) as refused:
        probe_office.probe_office(house.deps)
    assert "files" in words_of(refused.value)
    assert "ZEGEL_OFFICE_NOT_ISOLATED_REASON" in words_of(refused.value)
    allowed = dataclasses.replace(settings, office_not_isolated_reason="alleen eigen sjablonen")
    house.deps = dataclasses.replace(house.deps, settings=allowed)
    assert probe_office.probe_office(house.deps) == ("files",)
    assert ("office_open", "alleen eigen sjablonen") in spots(house)
    assert noted(house) == [["files"]]
