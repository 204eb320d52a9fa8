"""The effective date is the Brussels date of the last act, to the microsecond, summer and winter.

The database's clock cannot be set, so the transaction that accepts is one with a clock of its own.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import chain, repeat
from typing import Any

import pytest
from fault_road import SIGNER, House

from service.agreement.states import ACT_ORDER, CONTROLLER_PLACES, Order, Place, State
from service.database.engine import Transaction
from service.workflow.accept import Person, SignatureImage, accept, statements

JUST_BEFORE = timedelta(microseconds=-1)
# The first instant of a Brussels day, and that day.
MIDNIGHTS = [
    ("2026-01-31T23:00:00", date(2026, 2, 1)),
    ("2026-12-31T23:00:00", date(2027, 1, 1)),
    ("2028-02-28T23:00:00", date(2028, 2, 29)),
    ("2026-06-30T22:00:00", date(2026, 7, 1)),
    ("2026-03-28T23:00:00", date(2026, 3, 29)),  # the day with 23 hours begins
    ("2026-03-29T22:00:00", date(2026, 3, 30)),  # and ends
    ("2026-10-24T22:00:00", date(2026, 10, 25)),  # the day with 25 hours begins
    ("2026-10-25T23:00:00", date(2026, 10, 26)),  # and ends
]


EVIDENCE = {
    "ip": "203.0.113.9",
    "user_agent": "test browser",
    "reauthenticated": "password",
    "mailbox": {
        "address": "an@peeters.example",
        "code_sent_at": "2026-01-01T10:00:00+00:00",
        "code_confirmed_at": "2026-01-01T10:01:00+00:00",
    },
    "link": {
        "id": "1",
        "sent_to": "an@peeters.example",
        "opened_at": "2026-01-01T09:00:00+00:00",
        "copied_by_staff": False,
    },
}


class ClockedTransaction(Transaction):
    """A real transaction whose clock shows these instants, one a look."""

    def __init__(self, real: Transaction, *instants: datetime) -> None:
        super().__init__(real._connection, real._app)
        self._instants = chain(instants, repeat(instants[-1]))

    def now(self) -> datetime:
        """The next instant."""
        return next(self._instants)


def sign_at(house: House, reference: str, places: tuple[Place, ...], *instants: datetime) -> Any:
    """One party signs its places at these instants."""
    ours = places == (Place.PROCESSOR_AGREEMENT,)
    signatory_id = house.agreement(reference).signatory_id
    person = Person(
        actor=f"staff:{house.staff.id}" if ours else f"signer:{signatory_id}",
        name=house.staff.name if ours else SIGNER,
        function="Bestuurder",
        email="els@it4.example",
        organisation="Bakkerij Peeters",
        evidence=EVIDENCE,
        staff_id=house.staff.id if ours else None,
        signatory_id=None if ours else signatory_id,
    )
    with house.deps.database.begin() as real:
        tx = ClockedTransaction(real, *instants)
        before = tx.agreements.lock(reference)
        return accept(
            tx,
            before,
            person,
            SignatureImage("typed", person.name, None),
            {place: statements(("intent",), before) for place in places},
            shown_sha256=before.frozen_sha256,
        )


@pytest.mark.parametrize(("midnight", "day"), MIDNIGHTS)
@pytest.mark.parametrize("order", list(Order))
def test_the_date_turns_at_midnight_in_brussels(
    house: House, order: Order, midnight: str, day: date
) -> None:
    turn = datetime.fromisoformat(midnight).replace(tzinfo=UTC)
    for last, expected in ((turn + JUST_BEFORE, day - timedelta(days=1)), (turn, day)):
        reference = house.ready(order.value)
        first, *_ = ACT_ORDER[order]
        earlier = turn - timedelta(days=3)
        if first in CONTROLLER_PLACES:
            sign_at(house, reference, CONTROLLER_PLACES, earlier, earlier)
            signed = sign_at(house, reference, (Place.PROCESSOR_AGREEMENT,), last)
        else:
            sign_at(house, reference, (first,), earlier)
            # The controller's two acts may themselves fall on two sides of midnight.
            signed = sign_at(house, reference, CONTROLLER_PLACES, turn + JUST_BEFORE, last)
        assert signed.effective_date == expected
        kept = house.agreement(reference)
        assert (kept.state, kept.effective_date) == (State.FULLY_SIGNED, expected)
        assert kept.fully_signed_at == last
        assert "agreement.fully_signed" in house.events(reference)


def test_what_comes_later_does_not_move_the_date(house: House) -> None:
    last = datetime(2026, 10, 25, 22, 59, 59, tzinfo=UTC)
    reference = house.ready()
    sign_at(house, reference, CONTROLLER_PLACES, last - timedelta(days=1))
    sign_at(house, reference, (Place.PROCESSOR_AGREEMENT,), last)
    house.run_worker()
    kept = house.agreement(reference)
    assert (kept.state, kept.effective_date) == (State.COMPLETED, date(2026, 10, 25))
    assert house.archive_state(reference) == "verified"
