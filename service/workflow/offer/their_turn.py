"""Whether the controller may have a link now, and what a new one makes of the places."""

from __future__ import annotations

from service.agreement.model import Agreement
from service.agreement.states import CONTROLLER_PLACES, Place, PlaceState
from service.error_codes import ErrorCode
from service.errors import Refused


def refuse_before_turn(agreement: Agreement) -> None:
    """A link is only for the controller, when it is their turn. Raises Refused."""
    if agreement.next_places != CONTROLLER_PLACES:
        raise Refused(ErrorCode.NOT_YOUR_TURN)


def open_again(agreement: Agreement) -> dict[Place, PlaceState]:
    """The controller's places for a new link: viewed and proved by nobody yet."""
    turn = PlaceState.OPEN if agreement.next_places == CONTROLLER_PLACES else PlaceState.BLOCKED
    places = dict(agreement.places)
    for place in agreement.places:
        if agreement.places[place] is PlaceState.SIGNED:
            continue
        if place in CONTROLLER_PLACES:
            places[place] = turn
        elif agreement.places[place] is PlaceState.EXPIRED:
            places[place] = PlaceState.BLOCKED if turn is PlaceState.OPEN else PlaceState.OPEN
    return places
