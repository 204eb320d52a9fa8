"""Whether the controller may have a link now, and what a new one makes of the places."""

from __future__ import annotations

from service.agreement.model import Agreement
from service.agreement.places import SIGNATORY, Places
from service.agreement.states import PlaceState
from service.error_codes import ErrorCode
from service.errors import Refused


def refuse_before_turn(agreement: Agreement) -> None:
    """A link is only for the controller, when it is their turn. Raises Refused."""
    if agreement.next_turn != SIGNATORY:
        raise Refused(ErrorCode.NOT_YOUR_TURN)


def open_again(agreement: Agreement) -> Places:
    """The signatory's places for a new link: viewed and proved by nobody yet."""
    places = dict(agreement.places)
    for place, was in agreement.places.items():
        anew = place.turn == SIGNATORY or was is PlaceState.EXPIRED
        if anew and was is not PlaceState.SIGNED:
            turn = place.turn == agreement.next_turn
            places[place] = PlaceState.OPEN if turn else PlaceState.BLOCKED
    return places
