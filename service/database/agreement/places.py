"""The signature places, loaded and saved with their agreement."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from service.agreement.model import Agreement
from service.agreement.places import Place, Places
from service.agreement.states import PlaceState
from service.database.tables.agreements import agreements
from service.database.tables.places import signature_places

# For use with ``agreements``: name and state of each place, in the order of signing.
PLACES = (
    select(
        func.jsonb_agg(
            func.jsonb_build_array(signature_places.c.place, signature_places.c.state).op(
                "order by"
            )(signature_places.c.ordinal)
        )
    )
    .where(signature_places.c.agreement_id == agreements.c.id)
    .scalar_subquery()
    .label("places")
)
_CHANGE = (
    update(signature_places)
    .where(
        signature_places.c.agreement_id == bindparam("of_agreement"),
        signature_places.c.place == bindparam("at"),
    )
    .values(state=bindparam("becomes"))
)


def places_in(loaded: Iterable[Sequence[str]] | None) -> Places:
    """Convert the result of ``PLACES``."""
    return {Place.named(name): PlaceState(state) for name, state in loaded or ()}


def insert_places(connection: Connection, agreement: Agreement) -> None:
    if not agreement.places:  # signed elsewhere
        return
    connection.execute(
        insert(signature_places),
        [
            {
                "agreement_id": agreement.id,
                "place": place.key,
                "party": place.party.value,
                "capacity": place.capacity.value,
                "signatory": place.signatory,
                "ordinal": ordinal,
                "state": state.value,
            }
            for ordinal, (place, state) in enumerate(agreement.places.items(), 1)
        ],
    )


def save_places(connection: Connection, before: Agreement, after: Agreement) -> None:
    """Write the changes: states or, in a draft, the order of signing."""
    if list(before.places) != list(after.places):
        connection.execute(
            delete(signature_places).where(signature_places.c.agreement_id == before.id)
        )
        insert_places(connection, after)
        return
    changed = [
        {"of_agreement": before.id, "at": place.key, "becomes": state.value}
        for place, state in after.places.items()
        if before.places[place] is not state
    ]
    if changed:
        connection.execute(_CHANGE, changed)
