"""Which party must act next."""

from __future__ import annotations

import pytest
from sample_agreements import agreement
from usual import CONTROLLER_AGREEMENT, CONTROLLER_ANNEX, PROCESSOR_AGREEMENT, USUAL

from service.agreement.places import (
    COUNTERSIGNER,
    SIGNATORY,
    Place,
    Places,
    Turn,
    at_the_start,
    declared,
)
from service.agreement.states import Order, PlaceState, State

THEIRS, OURS = (CONTROLLER_AGREEMENT, CONTROLLER_ANNEX), (PROCESSOR_AGREEMENT,)
SECOND = Place.named("controller_agreement_2")
MANY = tuple(f"controller_annex_{number}" for number in range(2, 9))
FOUR = declared((*(place.key for place in OURS), SECOND.key, *(place.key for place in THEIRS)))


def signed(order: Order, done: tuple[Place, ...], places: tuple[Place, ...] = USUAL) -> Places:
    """These places signed, the others open."""
    return {
        place: PlaceState.SIGNED if place in done else PlaceState.OPEN
        for place in at_the_start(places, order)
    }


@pytest.mark.parametrize(
    ("order", "done", "turn"),
    [
        (Order.CONTROLLER_FIRST, (), SIGNATORY),
        (Order.CONTROLLER_FIRST, THEIRS, COUNTERSIGNER),
        (Order.CONTROLLER_FIRST, USUAL, None),
        (Order.PROCESSOR_FIRST, (), COUNTERSIGNER),
        (Order.PROCESSOR_FIRST, OURS, SIGNATORY),
        (Order.PROCESSOR_FIRST, USUAL, None),
    ],
)
def test_the_turn_follows_the_order(
    order: Order, done: tuple[Place, ...], turn: Turn | None
) -> None:
    found = agreement(order=order, places=signed(order, done))
    assert found.next_turn == turn
    assert set(found.signed_places) == set(done)
    assert [found.has_signed(SIGNATORY), found.has_signed(COUNTERSIGNER)] == [
        CONTROLLER_ANNEX in done,
        PROCESSOR_AGREEMENT in done,
    ]


@pytest.mark.parametrize("state", State)
def test_a_turn_counts_only_while_the_text_is_frozen(state: State) -> None:
    open_ = state in (State.READY, State.IN_SIGNING)
    theirs = agreement(state=state)
    ours = agreement(state=state, places=signed(Order.PROCESSOR_FIRST, ()))
    assert (theirs.awaits_controller, theirs.awaits_processor) == (open_, False)
    assert (ours.awaits_controller, ours.awaits_processor) == (False, open_)


@pytest.mark.parametrize(
    ("order", "places"),
    [
        (Order.CONTROLLER_FIRST, (*THEIRS, SECOND, *OURS)),
        (Order.PROCESSOR_FIRST, (*OURS, *THEIRS, SECOND)),
    ],
)
def test_of_four_places_each_person_has_a_turn(order: Order, places: tuple[Place, ...]) -> None:
    """Whatever the template names first, one person signs in one go, a first before a second."""
    start = at_the_start(FOUR, order)
    found = agreement(order=order, places=start)

    assert tuple(start) == places
    opened = [place for place, state in start.items() if state is PlaceState.OPEN]
    assert opened == [place for place in places if place.turn == places[0].turn]
    assert found.fields == tuple(place.key for place in places)
    assert [found.ordinal(place) for place in places] == [1, 2, 3, 4]
    assert found.closing_step == 5
    turns = []
    while (turn := found.next_turn) is not None:
        turns.append(turn)
        done = (*found.signed_places, *found.own_places(turn))
        found = agreement(order=order, places=signed(order, done, FOUR))
    assert turns == list(dict.fromkeys(place.turn for place in places))


@pytest.mark.parametrize(
    "names",
    [
        (),
        ("controller_agreement", "controller_annex"),  # the processor does not sign
        ("processor_agreement",),
        ("controller_agreement_2", "processor_agreement"),  # a second one without a first
        ("controller_agreement", "processor_agreement", "processor_agreement_2"),
        ("controller_agreement", "controller_agreement", "processor_agreement"),
        ("controller_agreement", "processor_agreement", "witness_agreement"),
        ("controller_agreement", "processor_agreement", "controller_letter"),
        ("controller_agreement_1", "processor_agreement"),
        (
            "controller_agreement",
            "processor_agreement",
            *(f"controller_annex_{n}" for n in range(2, 9)),
        ),
    ],
)
def test_what_no_agreement_can_have_is_refused(names: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=r"."):
        declared(names)
