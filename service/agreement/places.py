"""The signature places: who signs where, and in which order; data of an agreement.

They come from the template and determine turns, the fields of the PDF, the steps of sealing, and
what a verdict expects.

A name is the party, the signed text and, from a party's second signatory on, a number
(``controller_agreement_2``); fields, acts, records and files use it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import NamedTuple

from service.agreement.states import Order, PlaceState
from signatures.field_names import MOST_PLACES

_NAME = re.compile(r"(?P<party>[a-z]+)_(?P<capacity>[a-z]+?)(?:_(?P<number>[2-9]))?")


class Party(StrEnum):
    """The parties, as the GDPR calls them."""

    CONTROLLER = "controller"
    PROCESSOR = "processor"


class PlaceCapacity(StrEnum):
    AGREEMENT = "agreement"
    ANNEX = "annex"


class Turn(NamedTuple):
    """One of the signers: the party, and the number within it."""

    party: Party
    number: int = 1


SIGNATORY = Turn(Party.CONTROLLER)
COUNTERSIGNER = Turn(Party.PROCESSOR)


@dataclass(frozen=True)
class Place:
    party: Party
    capacity: PlaceCapacity
    signatory: int = 1

    @property
    def key(self) -> str:
        number = f"_{self.signatory}" if self.signatory > 1 else ""
        return f"{self.party}_{self.capacity}{number}"

    @property
    def turn(self) -> Turn:
        return Turn(self.party, self.signatory)

    @staticmethod
    @cache
    def named(key: str) -> Place:
        """The place with this name. Raises ValueError for any other text."""
        found = _NAME.fullmatch(key)
        if found is None:
            raise ValueError(f"{key!r} is not a signature place")
        return Place(
            Party(found["party"]), PlaceCapacity(found["capacity"]), int(found["number"] or 1)
        )


Places = dict[Place, PlaceState]
"""The places of an agreement in the order of signing, each with its state."""


def declared(names: Sequence[str]) -> tuple[Place, ...]:
    """The places that a template declares, in its order.

    Raises ValueError for an unknown or repeated name, or without at least one person for the
    controller and exactly one for the processor.
    """
    places = tuple(map(Place.named, names))
    if len(set(places)) != len(places) or len(places) > MOST_PLACES:
        raise ValueError(f"a repeated place, or too many places: {', '.join(names)}")
    turns = {place.turn for place in places}
    ours = {each for each in turns if each.party is Party.PROCESSOR}
    if SIGNATORY not in turns or ours != {COUNTERSIGNER}:
        raise ValueError(f"the parties do not both sign: {', '.join(names)}")
    return places


def at_the_start(places: Iterable[Place], order: Order) -> Places:
    """The places in the order of signing: open for the first signer, who signs all of them at once,
    the others blocked."""
    first = Party.CONTROLLER if order is Order.CONTROLLER_FIRST else Party.PROCESSOR
    ordered = sorted(places, key=lambda place: (place.party is not first, place.signatory))
    return {
        place: PlaceState.OPEN if place.turn == ordered[0].turn else PlaceState.BLOCKED
        for place in ordered
    }
