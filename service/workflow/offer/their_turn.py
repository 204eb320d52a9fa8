"""Whether the controller may get a link now, and the states of the places after a new one."""

from __future__ import annotations

from service.agreement.model import Agreement
from service.agreement.places import SIGNATORY, Places
from service.agreement.states import PlaceState, Step, next_state
from service.error_codes import ErrorCode
from service.errors import Refused


def refuse_before_turn(agreement: Agreement) -> None:
    """Raises WrongState if nobody can sign any more, Refused out of the controller's turn."""
    next_state(Step.RESEND, agreement.state)
    if agreement.next_turn != SIGNATORY:
        raise Refused(ErrorCode.NOT_YOUR_TURN)


def open_again(agreement: Agreement) -> Places:
    """The signatory's places for a new link: not yet viewed or proved."""
    places = dict(agreement.places)
    for place, was in agreement.places.items():
        anew = place.turn == SIGNATORY or was is PlaceState.EXPIRED
        if anew and was is not PlaceState.SIGNED:
            turn = place.turn == agreement.next_turn
            places[place] = PlaceState.OPEN if turn else PlaceState.BLOCKED
    return places
