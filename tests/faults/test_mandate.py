"""Signing under a mandate, raced and killed: one outcome, and the same for everybody."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from colleagues import PASSWORD, proof_of
from fault_road import House, MakeHouse, at_once, queued, until
from kill_harness import KILLED, Kennel
from mandates import PLAIN, SERVICES, STATED, TERMS, give, next_day

from bench.road import BROWSER
from service.agreement.mandate import Mandate
from service.agreement.permissions import Role
from service.agreement.states import State
from service.workflow.people import mandate as mandates
from service.workflow.people import staff as people
from service.workflow.signing.under_mandate import sign_under_mandate

ROUNDS = int(os.environ.get("RACES", "2"))


@pytest.fixture
def plain(house: House) -> House:
    house.sample = PLAIN
    return house


def waiting(house: House) -> str:
    """Signed by the controller; the worker has not come yet."""
    reference = house.sent()
    house.signed(reference)
    return reference


def outcome(house: House, reference: str) -> tuple[State, int, str]:
    """The state, the acts under a mandate, and what was decided."""
    events = house.events(reference)
    (row,) = house.rows(
        "select outcome from mandate_cases c join agreements a on a.id = c.agreement_id"
        " where a.reference = :r",
        r=reference,
    )
    assert events.count("agreement.fully_signed") == events.count("act.placed")
    return house.agreement(reference).state, events.count("act.placed"), str(row[0])


def race(house: House, given: Mandate, reference: str, other: Callable[[], Any], first: int) -> Any:
    """Let the worker and the other wait for the mandate, the ``first`` one in front."""
    sign = partial(sign_under_mandate, house.deps, house.agreement(reference).id)
    calls: list[Callable[[], Any]] = [sign, other] if first == 0 else [other, sign]
    results = queued(house, lambda tx: tx.mandates.lock(given.id), calls)
    assert [each for each in results if isinstance(each, Exception)] == []
    return outcome(house, reference)


SIGNED, REFUSED = (State.FULLY_SIGNED, 1, "signed"), (State.IN_SIGNING, 0, "refused")
HELD = (State.IN_SIGNING, 0, "waiting")


def test_revoked_in_the_same_instant(plain: House) -> None:
    for number in range(ROUNDS):
        given = give(plain.deps, plain.staff)
        reference = waiting(plain)
        revoke = partial(mandates.revoke, plain.deps, given.id, plain.staff)
        found = race(plain, given, reference, revoke, number % 2)
        assert found == (REFUSED if number % 2 else SIGNED)
        assert mandates.own_mandates(plain.deps, plain.staff)[0].standing == "revoked"


def test_the_role_is_lost_in_the_same_instant(plain: House) -> None:
    for number in range(ROUNDS):
        given = give(plain.deps, plain.staff)
        reference = waiting(plain)
        change = partial(
            people.change,
            plain.deps,
            plain.staff.id,
            name=plain.staff.name,
            function=plain.staff.function,
            roles=[each.value for each in Role if each is not Role.SIGNATORY],
            active=True,
            by=plain.staff,
            proof=proof_of(plain.deps, plain.staff),
        )
        found = race(plain, given, reference, change, number % 2)
        assert found == (REFUSED if number % 2 else SIGNED)
        plain.rows("update staff set roles = array['verkoop','tekenbevoegde','archief','beheer']")


def test_two_workers_and_the_last_place_of_a_day(plain: House) -> None:
    for _ in range(ROUNDS):
        given = give(plain.deps, plain.staff, per_day="1")
        references = [waiting(plain) for _ in range(2)]
        ids = [plain.agreement(each).id for each in references]
        tries = [partial(sign_under_mandate, plain.deps, each) for each in [*ids, *ids]]
        assert at_once(tries) == [None] * 4
        assert sorted(outcome(plain, each) for each in references) == [SIGNED, HELD]
        (shown, *_) = mandates.own_mandates(plain.deps, plain.staff)
        assert (shown.mandate.id, shown.used.today) == (given.id, 1)


def test_revoked_as_the_next_day_begins(plain: House) -> None:
    for number in range(ROUNDS):
        given = give(plain.deps, plain.staff, per_day="1")
        references = [waiting(plain) for _ in range(2)]
        for each in references:
            sign_under_mandate(plain.deps, plain.agreement(each).id)
        assert outcome(plain, references[1]) == HELD
        next_day(plain.rows)
        revoke = partial(mandates.revoke, plain.deps, given.id, plain.staff)
        found = race(plain, given, references[1], revoke, number % 2)
        assert found == (REFUSED if number % 2 else SIGNED)


def test_by_hand_in_the_same_instant(plain: House) -> None:
    for _ in range(ROUNDS):
        give(plain.deps, plain.staff)
        reference = waiting(plain)
        plain.open_waiting()
        shown = plain.all_shown([reference])
        sign = partial(sign_under_mandate, plain.deps, plain.agreement(reference).id)
        by_hand = partial(plain.countersign, shown=shown)
        nothing, (signed,) = at_once([sign, by_hand])
        assert (nothing, signed.refusal) == (None, None)
        events = plain.events(reference)
        assert events.count("act.accepted") + events.count("act.placed") == 3
        assert events.count("agreement.fully_signed") == 1


def test_a_double_click_on_giving(plain: House) -> None:
    shown = mandates.draft(plain.deps, TERMS, SERVICES, plain.staff).sha256
    tap = partial(
        mandates.give,
        plain.deps,
        TERMS,
        SERVICES,
        plain.staff,
        BROWSER,
        shown=shown,
        confirmed=STATED,
        password=PASSWORD,
    )
    results = at_once([tap] * 2)
    assert sorted(each.number for each in results) == [1, 2]
    found = mandates.own_mandates(plain.deps, plain.staff)
    assert [each.standing for each in found] == ["in_force", "replaced"]


@pytest.mark.kills
@pytest.mark.own_database
def test_the_worker_is_killed_while_it_signs(kennel: Kennel, make_house: MakeHouse) -> None:
    """Before the commit nothing is signed, after it everything: a second worker ends it once."""
    house = make_house()
    house.sample = PLAIN
    give(house.deps, house.staff)
    points = ["settle>commit:before:1"]
    if "KILLS" in os.environ:
        points = ["settle:before:1", *points, "settle>commit:after:1"]
    references = []
    for point in points:
        references.append(waiting(house))
        worker = kennel.start("worker", point)
        assert kennel.wait(worker, 60) == KILLED, f"{point} was never reached"
        # It may have taken one that a killed worker left.
        placed = sum(house.events(each).count("act.placed") for each in references)
        assert placed == int(point == "settle>commit:after:1")
    worker = kennel.start("worker")
    until(lambda: all(house.agreement(each).effective_date for each in references), "the act")
    kennel.kill(worker)  # it may have only just begun
    for reference in references:
        assert outcome(house, reference)[1:] == (1, "signed")
