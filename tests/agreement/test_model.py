"""Which party must act next."""

from __future__ import annotations

import pytest
from sample_agreements import agreement

from service.agreement.states import ACT_ORDER, CONTROLLER_PLACES, Order, Place, PlaceState, State

OURS = (Place.PROCESSOR_AGREEMENT,)


def signed(*places: Place) -> dict[Place, PlaceState]:
    """These places signed, the others open."""
    return {place: PlaceState.SIGNED if place in places else PlaceState.OPEN for place in Place}


@pytest.mark.parametrize(
    ("order", "done", "turn"),
    [
        (Order.CONTROLLER_FIRST, (), CONTROLLER_PLACES),
        (Order.CONTROLLER_FIRST, CONTROLLER_PLACES, OURS),
        (Order.CONTROLLER_FIRST, tuple(Place), ()),
        (Order.PROCESSOR_FIRST, (), OURS),
        (Order.PROCESSOR_FIRST, OURS, CONTROLLER_PLACES),
        (Order.PROCESSOR_FIRST, tuple(Place), ()),
    ],
)
def test_the_turn_follows_the_order(
    order: Order, done: tuple[Place, ...], turn: tuple[Place, ...]
) -> None:
    found = agreement(order=order, places=signed(*done))
    assert found.next_places == turn
    assert found.signed_places == tuple(place for place in ACT_ORDER[order] if place in done)


@pytest.mark.parametrize("state", State)
def test_a_turn_counts_only_while_the_text_is_frozen(state: State) -> None:
    open_ = state in (State.READY, State.IN_SIGNING)
    theirs = agreement(state=state)
    ours = agreement(state=state, order=Order.PROCESSOR_FIRST)
    assert (theirs.awaits_controller, theirs.awaits_processor) == (open_, False)
    assert (ours.awaits_controller, ours.awaits_processor) == (False, open_)
