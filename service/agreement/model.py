"""The agreement in the core: one value, loaded whole under the row lock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from service.agreement.annex import Annex
from service.agreement.parties import Controller, Countersigner, MainAgreement, Processor, Signatory
from service.agreement.places import COUNTERSIGNER, SIGNATORY, Place, Places, Turn
from service.agreement.states import RUNNING, Order, PlaceState, State
from service.texts import Language


@dataclass(frozen=True)
class Agreement:
    """Instants are aware UTC; ``effective_date`` is a Brussels calendar date, None until the last
    act is accepted, and then never changes (clause 12.1).

    ``countersigner`` is None in old agreements, which everybody with the role may sign. ``places``
    are in the order of signing; ``signatory`` is the controller's first one. Only people raise
    ``version`` (``service/agreement/version.py``). ``template_sha256`` is of the Word file; empty
    in old agreements.
    """

    id: str
    reference: str
    state: State
    edition: int
    order: Order
    annex_locked: bool
    processor: Processor
    processor_version: int
    controller: Controller
    signatory: Signatory
    signatory_id: str
    main_agreement: MainAgreement
    services: tuple[str, ...]
    annex: Annex
    details_confirmed: bool
    message: str
    link_days: int
    sender_id: str
    created_at: datetime
    sent_at: datetime | None
    opened_at: datetime | None
    expires_at: datetime | None
    fully_signed_at: datetime | None
    effective_date: date | None
    frozen_sha256: str
    failure: str
    places: Places
    countersigner: Countersigner | None = None
    version: int = 1
    template_sha256: str = ""

    def signed_for_us_by(self, staff_id: str) -> bool:
        """Whether this member of staff, if holding the role, signs for us."""
        return self.countersigner is None or self.countersigner.staff_id == staff_id

    @property
    def language(self) -> Language:
        """The language of its template, used for its documents and for mails to its signatories."""
        return Language.NL

    @property
    def our_name(self) -> str:
        """The name of the processor's signer, as a text made now would print it."""
        chosen = self.countersigner
        return chosen.name if chosen else self.processor.representative_name

    @property
    def our_function(self) -> str:
        """The function of the processor's signer; the profile's if the account has none."""
        chosen = self.countersigner
        return (chosen.function if chosen else "") or self.processor.representative_function

    @property
    def countersigner_gone(self) -> bool:
        """Whether our signer may no longer sign and has not signed yet."""
        chosen = self.countersigner
        return self.awaits_us_still and chosen is not None and not chosen.can_sign

    @property
    def awaits_us_still(self) -> bool:
        """Whether it was sent and can still be signed for the processor, now or later."""
        return self.state in RUNNING and not self.has_signed(COUNTERSIGNER)

    def unsigned_become(self, state: PlaceState) -> Places:
        """The places when the agreement ends: signed ones stay signed."""
        return {
            place: was if was is PlaceState.SIGNED else state for place, was in self.places.items()
        }

    @property
    def signed_places(self) -> tuple[Place, ...]:
        """In the order of signing."""
        return tuple(place for place, was in self.places.items() if was is PlaceState.SIGNED)

    def own_places(self, turn: Turn) -> tuple[Place, ...]:
        """Signed all at once."""
        return tuple(place for place in self.places if place.turn == turn)

    def has_signed(self, turn: Turn) -> bool:
        return all(self.places[place] is PlaceState.SIGNED for place in self.own_places(turn))

    @property
    def next_turn(self) -> Turn | None:
        """Whose turn it is; None if everybody has signed."""
        unsigned = (place for place, was in self.places.items() if was is not PlaceState.SIGNED)
        first = next(unsigned, None)
        return first.turn if first else None

    def awaits(self, turn: Turn) -> bool:
        """Whether this person can sign now: it is their turn and the document is frozen."""
        return self.state in (State.READY, State.IN_SIGNING) and self.next_turn == turn

    @property
    def awaits_processor(self) -> bool:
        return self.awaits(COUNTERSIGNER)

    @property
    def awaits_controller(self) -> bool:
        return self.awaits(SIGNATORY)

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(place.key for place in self.places)

    def ordinal(self, place: Place) -> int:
        """The number of the act at this place, from 1; also the step that seals it."""
        return list(self.places).index(place) + 1

    @property
    def closing_step(self) -> int:
        return len(self.places) + 1
