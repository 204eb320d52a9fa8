"""A list of customers beside their agreements: what each has, and a list of who has none."""

from __future__ import annotations

from datetime import date

import pytest
from bakery import SALES
from colleagues import add_colleague
from elsewhere import TYPED, added
from house import BROWSER, House
from lists import NUMBERS, SERVICES, as_csv, customer

from service.agreement.bulk.coverage import Cover, Covered, Match
from service.agreement.bulk.states import ImportState
from service.agreement.life import GivenEnd
from service.agreement.permissions import Role
from service.agreement.states import State
from service.errors import NotAllowed, NotFound, Refused
from service.spreadsheets.table import Kind
from service.workflow.bulk import coverage, decide, run, take_in
from service.workflow.life import end, withdraw
from service.workflow.offer import send, void


def taken_in(house: House, *rows: tuple[str, ...]) -> int:
    found = take_in.take_in(house.deps, as_csv(rows), "klanten.csv", house.staff, options=SERVICES)
    return found.number


def covers(house: House, number: int) -> dict[str, Covered]:
    """Of each organisation in the list."""
    return {
        line.organisation: line
        for cover in Cover
        for line in coverage.coverage(house.deps, number, house.staff, cover).lines
    }


def _like(which: int, **other: str) -> dict[str, str]:
    """The form of an agreement with the organisation of that row."""
    return {**SALES, "name": f"Zaak {which}", "number": NUMBERS[which], **other}


def test_the_best_that_each_customer_has(house: House) -> None:
    deps, staff = house.deps, house.staff
    asked, stopped = (house.draft(_like(number)) for number in (1, 2))
    for each in (asked, stopped):
        send.send(deps, each, staff)
    void.void(deps, stopped, "Verkeerde klant", staff)
    house.draft(_like(3))
    house.draft(_like(1))  # less than what was asked
    unnumbered = house.draft(_like(4, number="", number_type="none"))
    send.send(deps, unnumbered, staff)
    house.draft({**_like(9), "name": "Zaak 5"})  # the same name with another number
    number = taken_in(
        house, *(customer(each) for each in range(1, 6)), customer(3), customer(6, name="")
    )
    found = covers(house, number)
    told = {name: (line.cover, line.match, line.reference) for name, line in found.items()}
    assert told == {
        "Zaak 1": (Cover.ASKED, Match.NUMBER, asked),
        "Zaak 2": (Cover.ENDED, Match.NUMBER, stopped),
        "Zaak 3": (Cover.DRAFT, Match.NUMBER, told["Zaak 3"][2]),
        "Zaak 4": (Cover.ASKED, Match.NAME, unnumbered),
        "Zaak 5": (Cover.NEVER, None, ""),
        "": (Cover.NEVER, None, ""),
    }
    shown = coverage.coverage(deps, number, staff, Cover.NEVER)
    assert shown.total == 6  # the repeated row is no further customer
    assert shown.counts[Cover.NEVER] == len(shown.lines) == 2


def test_one_that_is_in_force_until_it_ends(done: tuple[House, str, str]) -> None:
    house, reference, _ = done
    agreement = house.agreement(reference)
    own = {"name": agreement.controller.name, "enterprise": agreement.controller.number}
    number = taken_in(house, customer(1, **own))
    (line,) = covers(house, number).values()
    assert (line.cover, line.reference) == (Cover.IN_FORCE, reference)
    assert line.effective_date == agreement.effective_date
    given = GivenEnd(str(agreement.effective_date), "controller")
    end.end(house.deps, reference, given, house.staff)
    (line,) = covers(house, number).values()
    assert line.cover is Cover.ENDED


def test_one_signed_elsewhere_is_in_force_until_it_is_withdrawn(house: House) -> None:
    reference = added(house)
    number = taken_in(house, customer(1, name=TYPED["name"], enterprise=TYPED["number"]))
    (line,) = covers(house, number).values()
    assert (line.cover, line.match, line.reference, line.state) == (
        Cover.IN_FORCE,
        Match.NUMBER,
        reference,
        State.REGISTERED,
    )
    assert line.effective_date == date(2024, 3, 2)
    withdraw.withdraw(house.deps, reference, "Verkeerd bestand.", house.staff)
    (line,) = covers(house, number).values()
    assert (line.cover, line.state) == (Cover.ENDED, State.WITHDRAWN)


def test_what_lists_made_is_recognised_by_row_and_by_customer(house: House) -> None:
    first = taken_in(house, customer(1), customer(2))
    decide.start(house.deps, first, house.staff, send=False)
    run.run(house.deps)
    assert {line.match for line in covers(house, first).values()} == {Match.ROW}
    other = {"name": "Anders", "enterprise": NUMBERS[7], "email": "x@anders.example"}
    second = taken_in(house, customer(1, **other), customer(3))
    found = covers(house, second)
    assert (found["Anders"].cover, found["Anders"].match) == (Cover.DRAFT, Match.CUSTOMER)
    assert found["Zaak 3"].cover is Cover.NEVER


def test_a_list_of_who_is_missing(house: House) -> None:
    deps, staff = house.deps, house.staff
    asked, stopped = (house.draft(_like(number)) for number in (1, 2))
    for each in (asked, stopped):
        send.send(deps, each, staff)
    void.void(deps, stopped, "Verkeerde klant", staff)
    number = taken_in(house, *(customer(each) for each in range(1, 5)))
    for wanted, expected in (
        ([Cover.NEVER], ["Zaak 3", "Zaak 4"]),
        ([Cover.NEVER, Cover.ENDED, Cover.ASKED], ["Zaak 2", "Zaak 3", "Zaak 4"]),
    ):
        made = coverage.take_in_missing(deps, number, staff, wanted)
        assert (made.state, made.name) == (
            ImportState.CHOOSING,
            "klanten, zonder overeenkomst.csv",
        )
        with deps.database.look() as tx:
            assert [row.cells[1] for row in tx.lines.rows(made.id)] == expected
            before = tx.imports.get(number)
        assert (made.targets, made.shape) == (before.targets, before.shape)
    whole = taken_in(house, customer(1))
    with pytest.raises(Refused):
        coverage.take_in_missing(deps, whole, staff, [Cover.NEVER])
    with pytest.raises(NotFound):
        coverage.coverage(deps, made.number, staff, Cover.NEVER)  # its columns are not confirmed
    keeper = add_colleague(deps, "piet@it4.example", Role.ARCHIVE)
    with pytest.raises(NotAllowed):
        coverage.lists(deps, keeper)
    assert [each.number for each in coverage.lists(deps, staff)] == [whole, number]


def test_pages_and_the_file(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coverage, "SHOWN", 2)
    monkeypatch.setattr(coverage, "AT_ONCE", 2)
    house.draft(_like(1))
    number = taken_in(house, *(customer(each) for each in range(1, 7)))
    first = coverage.coverage(house.deps, number, house.staff, Cover.NEVER)
    assert [line.organisation for line in first.lines] == ["Zaak 2", "Zaak 3"]
    assert (first.total, first.counts[Cover.NEVER]) == (6, 5)
    rest = coverage.coverage(house.deps, number, house.staff, Cover.NEVER, after=first.next)
    last = coverage.coverage(house.deps, number, house.staff, Cover.NEVER, after=rest.next)
    names = [line.organisation for line in (*rest.lines, *last.lines)]
    assert (names, last.next) == (["Zaak 4", "Zaak 5", "Zaak 6"], 0)
    file = coverage.export_coverage(
        house.deps, number, house.staff, BROWSER, Kind.DELIMITED, Cover.DRAFT
    )
    lines = b"".join(file.parts).decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "Concept, nog niet verstuurd" in lines[1]
    assert "zelfde ondernemingsnummer" in lines[1]
    (logged,) = house.rows("select data from audit_entries where event = 'list.exported'")
    assert logged.data["filter"] == {"customers": str(number), "cover": "draft"}
