"""The places that agreements usually have, and their fields in both orders of signing."""

from __future__ import annotations

from service.agreement.places import Party, Place, PlaceCapacity, at_the_start
from service.agreement.states import Order

CONTROLLER_AGREEMENT = Place(Party.CONTROLLER, PlaceCapacity.AGREEMENT)
CONTROLLER_ANNEX = Place(Party.CONTROLLER, PlaceCapacity.ANNEX)
PROCESSOR_AGREEMENT = Place(Party.PROCESSOR, PlaceCapacity.AGREEMENT)
USUAL = (CONTROLLER_AGREEMENT, CONTROLLER_ANNEX, PROCESSOR_AGREEMENT)
FIELDS = {order.value: tuple(place.key for place in at_the_start(USUAL, order)) for order in Order}
