"""The history of one customer: which agreements are theirs, and what is told of each."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from bakery import SALES
from colleagues import add_colleague
from house import House

from service.agreement.life import GivenEnd, LifeState
from service.agreement.permissions import Role
from service.errors import NotFound
from service.workflow.keeping.history import History, history_of
from service.workflow.life.end import end


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
