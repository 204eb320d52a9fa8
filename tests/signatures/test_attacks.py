"""Each attack is refused, with and without ledger, by the rule that must detect it."""

from __future__ import annotations

import os
import random
from datetime import UTC, date, datetime, timedelta

import pytest
from cryptography import x509

from signatures.keys.authority import Authority
from signatures.pdf.printed import Agreement
from signatures.sealing.seal import Sealer
from signatures.texts import words
from signatures.verdict.report import FAILS, GENUINE, HOLDS, INVALID
from signatures.verdict.verify import verify
from tests.signatures.attacks import (
    CHANGES,
    IN_THE_FILE,
    WITH_THE_CLOSE,
    change_info,
    failing,
    incremental,
    nothing_at_all,
    writing,
)
from tests.signatures.conftest import SealedFile
from tests.signatures.making import (
    CONTROLLER_FIRST,
    REFERENCE,
    SHEET,
    drawn_png,
    prepared,
    seal_all,
    with_data,
)
from tests.signatures.oracle import refused
from tests.variants import some

FLIPS = int(os.environ.get("TAMPERS", "20"))
ASKED_TWICE = 4  # of the flips also get a second opinion, which takes a third of a second


@pytest.mark.parametrize("what", IN_THE_FILE)
def test_an_attack_on_the_original_is_refused(
    controller_first: SealedFile, authority: Authority, what: str
) -> None:
    attack, rules = IN_THE_FILE[what]
    tampered = attack(controller_first.pdf)
    assert tampered != controller_first.pdf

    report = verify(tampered, roots=authority.roots)

    assert report.verdict == INVALID
    assert failing(report) & rules, report.lines("en")
    assert report.agreement is None
    assert report.effective_date is None
    recorded = verify(tampered, roots=authority.roots, ledger=controller_first.ledger)
    assert {"ledger"} <= failing(recorded)


@pytest.mark.parametrize("what", some(WITH_THE_CLOSE, one_in=2))
def test_an_attack_that_is_closed_with_a_perfect_time_stamp_is_refused_for_what_it_is(
    controller_first: SealedFile,
    sealer: Sealer,
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
    what: str,
) -> None:
    change, code = WITH_THE_CLOSE[what]
    monkeypatch.setattr("signatures.sealing.seal.RevisionWriter", writing(change))
    tampered = sealer.close(controller_first.steps[2].pdf).pdf

    report = verify(tampered, roots=authority.roots)

    assert report.verdict == INVALID
    said = {each.rule: each for each in report.answers}["changes"]
    assert (said.state, said.reason) == (FAILS, code)
    if code == "something_else":  # and not for a missing signature or a changed form
        assert said.detail.startswith("objects")


@pytest.mark.parametrize("what", ["annotation", "Info changed", "an empty update"])
def test_a_revision_that_is_neither_act_nor_close_is_refused(
    controller_first: SealedFile, sealer: Sealer, authority: Authority, what: str
) -> None:
    """Even if the update alone would be harmless."""
    attack = incremental(CHANGES.get(what, nothing_at_all))
    tampered = sealer.close(attack(controller_first.steps[2].pdf)).pdf

    report = verify(tampered, roots=authority.roots)

    assert report.verdict == INVALID
    assert "changes" in failing(report)


def test_the_second_opinion_would_have_let_some_pass(
    controller_first: SealedFile, sealer: Sealer, authority: Authority
) -> None:
    """Why the revisions are not left to a generic comparison: it allows what other programs may
    do."""
    tampered = sealer.close(incremental(change_info)(controller_first.steps[2].pdf)).pdf

    assert refused(tampered, authority.roots) == set()
    assert verify(tampered, roots=authority.roots).verdict == INVALID


@pytest.mark.parametrize("how", some(["uploaded", "typed", "drawn"]))
def test_a_good_file_is_accepted_by_both(
    sealed_file: SealedFile, sealer: Sealer, authority: Authority, how: str
) -> None:
    changes = {} if how == "typed" else {"typed_text": None, "image_png": drawn_png()}
    pdf = seal_all(sealer, sealed_file.shown, sealed_file.order, method=how, **changes)[-1].pdf

    report = verify(pdf, roots=authority.roots)

    assert {a.state for a in report.answers if a.rule not in ("ledger", "shown")} == {HOLDS}
    assert refused(pdf, authority.roots) == set()


def test_a_good_evidence_sheet_is_accepted_by_both(
    converted: bytes, sealer: Sealer, authority: Authority
) -> None:
    pdf = sealer.seal_sheet(prepared(converted, SHEET))

    assert verify(pdf, roots=authority.roots).verdict != INVALID
    assert refused(pdf, authority.roots) == set()


def test_no_flipped_bit_is_accepted(controller_first: SealedFile, authority: Authority) -> None:
    """Spread over the whole file, one position per section."""
    pdf, dice = controller_first.pdf, random.Random(20261125)
    stretch = len(pdf) / FLIPS
    positions = [int(stretch * (number + dice.random())) for number in range(FLIPS)]
    asked_twice = set(dice.sample(positions, min(ASKED_TWICE, FLIPS)))

    accepted = []
    for position in positions:
        flipped = bytearray(pdf)
        flipped[position] ^= 1 << dice.randrange(8)
        report = verify(bytes(flipped), roots=authority.roots)
        if report.verdict != INVALID:
            accepted.append(position)
        if position in asked_twice and not refused(bytes(flipped), authority.roots):
            assert report.verdict == INVALID
    assert accepted == []
    assert verify(pdf, roots=authority.roots, ledger=controller_first.ledger).verdict == GENUINE


def test_a_seal_made_for_another_place_is_refused(
    controller_first: SealedFile,
    sealer: Sealer,
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    appearance = words()["appearance"]
    elsewhere = appearance["reason"].replace("{place}", "controller_annex")
    moved = {"appearance": {**appearance, "reason": elsewhere}}
    monkeypatch.setattr("signatures.sealing.seal.words", lambda: moved)
    pdf = seal_all(sealer, controller_first.shown, controller_first.order)[-1].pdf

    report = verify(pdf, roots=authority.roots)

    assert failing(report) == {"fields"}
    assert {answer.reason for answer in report.answers if answer.rule == "fields"} == {
        "not_its_place"
    }


def test_acts_of_another_agreement_than_the_data_in_the_file_are_refused(
    converted: bytes, sealer: Sealer, authority: Authority
) -> None:
    shown = prepared(with_data(converted, "VO-2026-00099"), CONTROLLER_FIRST)
    pdf = seal_all(sealer, shown, CONTROLLER_FIRST)[-1].pdf

    report = verify(pdf, roots=authority.roots)

    assert failing(report) == {"fields"}
    assert report.agreement is None


def test_the_parties_the_acts_and_the_date_are_read_from_the_file(
    converted: bytes, sealer: Sealer, authority: Authority
) -> None:
    shown = prepared(with_data(converted, REFERENCE), CONTROLLER_FIRST)
    late = datetime(2025, 6, 30, 22, 30, tzinfo=UTC)  # 1 July in Brussels
    pdf = seal_all(sealer, shown, CONTROLLER_FIRST, signed_at=late)[-1].pdf

    report = verify(pdf, roots=authority.roots)

    assert report.agreement == Agreement(REFERENCE, "Bakkerij Peeters BV", "IT4Professionals")
    assert report.effective_date == date(2025, 7, 1)
    capacities = [seal.capacity for seal in report.seals[:-1]]
    assert capacities[0] == "Zaakvoerder, Bakkerij Peeters BV"
    assert capacities[2] == "Zaakvoerder, IT4Professionals"
    assert {seal.signed_at for seal in report.seals[:-1]} == {late}
    notes = report.notes("en")  # the token is from today
    assert len(notes) == 3
    assert "1 July 2025" in notes[0]


@pytest.mark.parametrize(
    ("instant", "day"),
    some(
        [
            (datetime(2025, 12, 31, 23, 30, tzinfo=UTC), date(2026, 1, 1)),
            (
                datetime(2025, 3, 30, 0, 59, tzinfo=UTC),
                date(2025, 3, 30),
            ),  # the night in spring
            (
                datetime(2025, 10, 26, 0, 30, tzinfo=UTC),
                date(2025, 10, 26),
            ),  # 2:30 for the first time
            (datetime(2025, 10, 26, 1, 30, tzinfo=UTC), date(2025, 10, 26)),  # and for the second
            (datetime(2025, 3, 1, 22, 59, tzinfo=UTC), date(2025, 3, 1)),
            (datetime(2025, 3, 1, 23, 0, tzinfo=UTC), date(2025, 3, 2)),
        ]
    ),
)
def test_the_date_is_that_of_the_act_in_brussels_however_late_the_stamp(
    controller_first: SealedFile,
    sealer: Sealer,
    authority: Authority,
    instant: datetime,
    day: date,
) -> None:
    pdf = seal_all(sealer, controller_first.shown, CONTROLLER_FIRST, signed_at=instant)[-1].pdf

    report = verify(pdf, roots=authority.roots)

    assert report.effective_date == day
    assert {seal.signed_at for seal in report.seals[:-1]} == {instant}


@pytest.mark.parametrize(
    ("later", "refused_for"),
    [
        (timedelta(days=-9), ""),  # its authority was down: both moments are reported
        (timedelta(minutes=3), ""),  # within the difference of the clocks
        (timedelta(minutes=7), "too_late"),
        (timedelta(days=3 * 365), "too_late"),
    ],
)
def test_an_act_is_no_later_than_its_own_time_stamp(
    controller_first: SealedFile,
    sealer: Sealer,
    authority: Authority,
    later: timedelta,
    refused_for: str,
) -> None:
    instant = datetime.now(UTC) + later
    pdf = seal_all(sealer, controller_first.shown, CONTROLLER_FIRST, signed_at=instant)[-1].pdf

    report = verify(pdf, roots=authority.roots)

    said = {each.rule: each for each in report.answers}["intact"]
    assert said.reason == refused_for
    assert failing(report) == ({"intact"} if refused_for else set())
    assert refused_for or bool(report.notes()) == (later < -timedelta(days=1))


def test_a_seal_that_cannot_be_read_is_never_left_open(
    controller_first: SealedFile, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise a moment outside every calendar would prevent the check of the chains."""
    monkeypatch.setattr("signatures.cms.containers._LAST_YEAR", 2020)

    report = verify(controller_first.pdf, roots=authority.roots)

    assert {"intact", "chains", "long_term"} <= failing(report)


def test_certificates_that_no_library_reads_lead_nowhere(
    controller_first: SealedFile, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreadable(*_: object) -> None:
        raise x509.DuplicateExtension("twice", x509.BasicConstraints.oid)

    monkeypatch.setattr("signatures.chains.plain._is_authority", unreadable)

    report = verify(controller_first.pdf, roots=authority.roots)

    assert failing(report) == {"chains", "long_term"}
