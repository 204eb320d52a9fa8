"""The effective date is the Brussels date of the last act, to the microsecond, summer and winter.

The database's clock cannot be set, so the accepting transaction gets its own clock.
"""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from fault_road import House, MakeHouse

from bench.road import BROWSER
from service.agreement.act_record import Observed, ProvedMailbox, SignatureImage, UsedLink
from service.agreement.permissions import Signer
from service.agreement.places import COUNTERSIGNER, SIGNATORY, PlaceCapacity, Turn
from service.agreement.states import Order, State
from service.database.engine import Transaction
from service.documents.pdf_text import read_pdf_text
from service.texts import OURS, text
from service.workflow.keeping import reread, retrieve
from service.workflow.keeping.dossier import dossier_of
from service.workflow.keeping.verify import verify_upload
from service.workflow.package_files import sealed_files
from service.workflow.signing.accept import Person, accept, statements
from signatures.package.names import AGREEMENT
from signatures.providers.software import SoftwareProvider
from signatures.sealing.seal import Sealer
from signatures.stamps.answers import Trust
from signatures.stamps.external import ExternalTimestamps
from signatures.stamps.service import StampService
from signatures.verdict.report import date_words
from tests.signatures.time_authority import running

JUST_BEFORE = timedelta(microseconds=-1)
LONG = pytest.mark.long
# The first instant of a Brussels day, and that day. tests/agreement/test_deadlines.py has them all.
MIDNIGHTS = [
    ("2026-12-31T23:00:00", date(2027, 1, 1)),
    ("2026-06-30T22:00:00", date(2026, 7, 1)),
    pytest.param("2026-03-28T23:00:00", date(2026, 3, 29), marks=LONG),  # a day of 23 hours begins
    ("2026-10-25T23:00:00", date(2026, 10, 26)),  # the day with 25 hours ends
    pytest.param("2026-01-31T23:00:00", date(2026, 2, 1), marks=LONG),
    pytest.param("2028-02-28T23:00:00", date(2028, 2, 29), marks=LONG),
    pytest.param("2026-03-29T22:00:00", date(2026, 3, 30), marks=LONG),
    pytest.param("2026-10-24T22:00:00", date(2026, 10, 25), marks=LONG),
]


OBSERVED = Observed(
    "203.0.113.9",
    "test browser",
    ProvedMailbox(
        "an@peeters.example",
        datetime(2026, 1, 1, 10, tzinfo=UTC),
        datetime(2026, 1, 1, 10, 1, tzinfo=UTC),
    ),
    UsedLink("1", "an@peeters.example", datetime(2026, 1, 1, 9, tzinfo=UTC), copied_by_staff=False),
    "password",
)


class ClockedTransaction(Transaction):
    """A real transaction whose clock returns these instants, one per call."""

    def __init__(self, real: Transaction, *instants: datetime) -> None:
        super().__init__(real._connection)
        self._instants = chain(instants, repeat(instants[-1]))

    def now(self) -> datetime:
        return next(self._instants)


def sign_at(house: House, reference: str, turn: Turn, *instants: datetime) -> Any:
    ours = turn == COUNTERSIGNER
    if ours:
        house.open_waiting()
    signatory_id = house.agreement(reference).signatory_id
    person = Person(
        principal=house.staff if ours else Signer(signatory_id, "An Peeters"),
        turn=turn,
        name=house.staff.name if ours else "An Peeters",
        function="Bestuurder",
        email="els@it4.example",
        organisation="Bakkerij Peeters",
        observed=OBSERVED,
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
            {under: statements(("intent",), before) for under in PlaceCapacity},
            shown_sha256=before.frozen_sha256,
        )


@pytest.mark.parametrize(("midnight", "day"), MIDNIGHTS)
@pytest.mark.parametrize("order", list(Order))
def test_the_date_turns_at_midnight_in_brussels(
    house: House, order: Order, midnight: str, day: date
) -> None:
    turn = datetime.fromisoformat(midnight).replace(tzinfo=UTC)
    sides = ((turn + JUST_BEFORE, day - timedelta(days=1)), (turn, day))
    for reference, (last, expected) in zip(house.begin_ready(order.value, 2), sides, strict=True):
        earlier = turn - timedelta(days=3)
        if order is Order.CONTROLLER_FIRST:
            sign_at(house, reference, SIGNATORY, earlier, earlier)
            signed = sign_at(house, reference, COUNTERSIGNER, last)
        else:
            sign_at(house, reference, COUNTERSIGNER, earlier)
            # The controller's two acts may themselves be on both sides of midnight.
            signed = sign_at(house, reference, SIGNATORY, turn + JUST_BEFORE, last)
        assert signed.effective_date == expected
        kept = house.agreement(reference)
        assert (kept.state, kept.effective_date) == (State.FULLY_SIGNED, expected)
        assert kept.fully_signed_at == last
        assert "agreement.fully_signed" in house.events(reference)


# tests/agreement/test_deadlines.py has more.
NIGHTS = [
    ("2025-12-31T23:00:00", date(2026, 1, 1)),  # New Year's Day
    pytest.param("2026-06-30T23:30:00", date(2026, 7, 1), marks=LONG),  # half past one in Brussels
    # The last second of a day of 25 hours.
    pytest.param("2026-10-25T22:59:59", date(2026, 10, 25), marks=LONG),
]


@pytest.mark.parametrize(("instant", "day"), NIGHTS)
def test_the_stamp_of_hours_later_changes_nothing_and_is_explained(
    house: House, instant: str, day: date
) -> None:
    """The tokens are from today, months after the act: both dates are shown, with the reason."""
    last = datetime.fromisoformat(instant).replace(tzinfo=UTC)
    (reference,) = house.begin_ready("controller_first")
    sign_at(house, reference, SIGNATORY, last - timedelta(hours=1))
    sign_at(house, reference, COUNTERSIGNER, last)
    house.run_worker()
    kept = house.agreement(reference)
    assert (kept.state, kept.effective_date) == (State.COMPLETED, day)
    assert house.archive_state(reference) == "verified"

    dossier = dossier_of(house.deps, reference, house.staff)
    assert dossier.other_days.keys() == set(kept.places)
    (pdf,) = sealed_files(house.deps, kept.id, AGREEMENT)
    report = verify_upload(house.deps, pdf).report
    assert report.effective_date == day
    (note,) = [each for each in report.notes() if "verwerker onder" in each]
    assert date_words(day) in note
    assert "artikel 12.1" in note
    sheet, _ = retrieve.open_file(house.deps, reference, "bewijsblad.pdf", house.staff, BROWSER)
    printed = " ".join(read_pdf_text(sheet).text.split())
    assert " ".join(text("evidence.other_day", OURS).split()) in printed


@pytest.mark.long
def test_an_authority_that_was_down_for_hours_does_not_move_the_date(
    make_house: MakeHouse, tmp_path: Path
) -> None:
    """Signed at 23:15; the service answers again the next day."""
    with running(tmp_path / "tsa") as service:
        (tmp_path / "wortel.pem").write_bytes(service.root.public_bytes(Encoding.PEM))
        house = make_house(ZEGEL_TSA_URLS=service.url, ZEGEL_TSA_ROOTS=str(tmp_path / "wortel.pem"))
        service.answer = lambda _asked: (502, {}, b"Bad Gateway")
        signed_at = datetime(2026, 7, 14, 21, 15, tzinfo=UTC)
        (reference,) = house.begin_ready("controller_first")
        sign_at(house, reference, SIGNATORY, signed_at - timedelta(hours=1))
        sign_at(house, reference, COUNTERSIGNER, signed_at)
        house.run_worker()
        waiting = house.agreement(reference)
        assert (waiting.state, waiting.effective_date) == (State.SEAL_FAILED, date(2026, 7, 14))
        assert "http: 502" in waiting.failure

        service.answer = None
        house.time_passes()
        house.run_worker()
    kept = house.agreement(reference)
    assert (kept.state, kept.effective_date) == (State.COMPLETED, date(2026, 7, 14))
    assert house.archive_state(reference) == "verified"
    dossier = dossier_of(house.deps, reference, house.staff)
    assert dossier.token_quality == text("evidence.quality.extern", OURS)
    assert dossier.other_days.keys() == set(kept.places)
    names = {each.name for each in dossier.files}
    assert {
        "certificaten/tijdstempelwortel.pem",
        "certificaten/tijdstempeldienst.pem",
        "certificaten/tijdstempelintrekking.pem",
    } <= names
    checked = reread.check(house.deps, reference, house.staff)
    assert checked.intact, checked.verdict and checked.verdict.lines()


def test_a_clock_that_differs_by_more_than_a_minute_is_refused_and_said(
    make_house: MakeHouse, tmp_path: Path
) -> None:
    with running(tmp_path / "tsa") as service:
        (tmp_path / "wortel.pem").write_bytes(service.root.public_bytes(Encoding.PEM))
        house = make_house(ZEGEL_TSA_URLS=service.url, ZEGEL_TSA_ROOTS=str(tmp_path / "wortel.pem"))
        late = datetime.now(UTC) + timedelta(seconds=75)
        sealer = Sealer(
            SoftwareProvider(house.deps.authority()),
            ExternalTimestamps(
                [StampService(service.url, Trust((service.root,)))], clock=lambda: late
            ),
            house.deps.authority(),
        )
        house.deps = dataclasses.replace(house.deps, sealer=lambda: sealer)
        (reference,) = house.begin_signed()
        before = house.agreement(reference).effective_date
        house.run_worker()
    stuck = house.agreement(reference)
    assert (stuck.state, stuck.effective_date) == (State.SEAL_FAILED, before)
    assert "clock" in stuck.failure
