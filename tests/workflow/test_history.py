"""The history of one customer: which agreements are theirs, and what is told of each."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from applicants import began, opened
from bakery import SALES
from colleagues import add_colleague
from elsewhere import added, archived
from house import House

from service.agreement.events import Event
from service.agreement.life import GivenEnd, LifeState
from service.agreement.permissions import Role, Staff
from service.errors import NotFound
from service.workflow.keeping import history
from service.workflow.keeping.history import History, history_of
from service.workflow.life.end import end
from service.workflow.life.withdraw import withdraw


def references(found: History) -> set[str]:
    return {each.agreement.reference for each in found.agreements}


def test_all_agreements_with_the_same_number(done: tuple[House, str, str]) -> None:
    house, signed, _ = done
    tomorrow = datetime.now(UTC).replace(year=2030).date()
    end(house.deps, signed, GivenEnd(tomorrow.isoformat(), "replaced"), house.staff)
    draft = house.draft({**SALES, "name": "Bakkerij Peeters & Zonen"})
    house.draft({**SALES, "number": "0863.643.458"})
    found = history_of(house.deps, signed, house.staff)
    assert (
        references(found)
        == {signed, draft}
        == references(history_of(house.deps, draft, house.staff))
    )
    lives = {each.agreement.reference: each.life for each in found.agreements}
    assert lives[draft] is None
    assert lives[signed]
    assert lives[signed].state is LifeState.TERMINATING
    told = [each.sentence for each in found.moments if each.reference == signed]
    assert told[0].startswith("Einde vastgelegd:")
    assert told[-1] == "Overeenkomst aangemaakt."
    assert sum(each.startswith("Alle handtekeningen zijn geplaatst") for each in told) == 1
    assert [each.at for each in found.moments] == sorted(
        (each.at for each in found.moments), reverse=True
    )

    archivist = add_colleague(house.deps, "archief@it4.example", Role.ARCHIVE)
    assert references(history_of(house.deps, signed, archivist)) == {signed}
    with pytest.raises(NotFound):
        history_of(house.deps, draft, archivist)


def test_without_a_number_those_with_the_same_name(house: House) -> None:
    none = {"number": "", "number_type": "none"}
    first = house.draft({**SALES, **none, "name": "Vriendenkring Café Zénith"})
    same = house.draft({**SALES, **none, "name": "vriendenkring  cafe zenith"})
    house.draft({**SALES, **none, "name": "Vriendenkring Café Zénith Gent"})
    house.draft({**SALES, "name": "Vriendenkring Café Zénith"})
    assert references(history_of(house.deps, first, house.staff)) == {first, same}


def test_each_of_many_is_on_one_page(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "PAGE", 2)
    none = {"number": "", "number_type": "none"}
    numbered = [house.draft(SALES) for _ in range(5)]
    named = [
        house.draft({**SALES, **none, "name": name})
        for name in ("Café Zénith", "Café Zénith Gent", "Café Zénith Aalst", "Cafe zenith")
    ]
    papers = [added(house, name="CAFÉ ZÉNITH", number="") for _ in range(3)]
    assert _pages(house, numbered[0]) == [numbered[:2:-1], numbered[2:0:-1], numbered[:1]]
    # Others with these words in their name are between them.
    assert _pages(house, named[0]) == [papers[:0:-1], [papers[0], named[3]], [named[0]]]
    archivist = add_colleague(house.deps, "archief@it4.example", Role.ARCHIVE)
    house.draft({**SALES, **none, "name": "Café Zénith"})  # which the archive does not show
    assert _pages(house, papers[0], archivist) == [papers[:0:-1], [papers[0]]]


def _pages(house: House, reference: str, staff: Staff | None = None) -> list[list[str]]:
    """All pages."""
    pages, after = [], ""
    while True:
        found = history_of(house.deps, reference, staff or house.staff, after=after)
        pages.append([each.agreement.reference for each in found.agreements])
        assert {each.reference for each in found.moments} == set(pages[-1])
        if not (after := found.older):
            return pages


def test_a_registration_its_withdrawal_and_a_request_are_told(whole_house: House) -> None:
    house = whole_house
    paper = archived(house)
    withdraw(house.deps, paper, "Verkeerde klant.", house.staff)
    opened(house.deps, house.staff)
    began(house.deps)
    ((asked,),) = house.rows("select reference from agreements where state = 'sent'")
    for reference, events in (
        (paper, {Event.AGREEMENT_REGISTERED, Event.AGREEMENT_WITHDRAWN}),
        (str(asked), {Event.AGREEMENT_REQUESTED}),
    ):
        with house.deps.database.look() as tx:
            entries = tx.audit.of(house.agreement(reference).id)
        said = {each.sentence(house.staff.language) for each in entries if each.event in events}
        assert len(said) == len(events)
        found = history_of(house.deps, reference, house.staff)
        assert said <= {each.sentence for each in found.moments if each.reference == reference}
