"""Tampering that takes more than one change of a closed file (see ``attacks``): truncated files,
unfinished ones, files sealed by others, and uncovered bytes. Each is refused by the rule that
detects it."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import random
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from signatures.errors import TimestampUnavailable
from signatures.keys.authority import Authority, create_authority, load_authority
from signatures.providers.software import SoftwareProvider
from signatures.sealing.seal import Sealer
from signatures.stamps.timestamps import LocalTimestamps
from signatures.verdict import verify as verifying
from signatures.verdict.report import GENUINE, INVALID
from signatures.verdict.verify import verify
from tests.signatures.attacks import CHANGES, failing, incremental, replace_content
from tests.signatures.conftest import SealedFile
from tests.signatures.making import CONTROLLER_FIRST, act_for, seal_all, stamped_only
from tests.variants import some


@pytest.mark.parametrize(
    "what",
    [
        "page added",
        "annotation",
        "content replaced",
        "Info exchanged",
        "appearance changed",
        "font redefined",
    ],
)
@pytest.mark.parametrize("step", [0, 2], ids=["first act", "last act"])
def test_a_change_of_what_is_not_closed_yet_is_refused(
    controller_first: SealedFile, authority: Authority, what: str, step: int
) -> None:
    tampered = incremental(CHANGES[what])(controller_first.steps[step].pdf)

    report = verify(tampered, roots=authority.roots)

    assert report.verdict == INVALID
    assert "closed" in failing(report)
    assert {"ledger"} <= failing(
        verify(tampered, roots=authority.roots, ledger=controller_first.ledger)
    )


def test_a_change_between_two_acts_is_refused_however_well_it_is_sealed_afterwards(
    controller_first: SealedFile, sealer: Sealer, authority: Authority
) -> None:
    pdf = incremental(replace_content)(controller_first.steps[0].pdf)
    for place in CONTROLLER_FIRST[1:]:
        act = act_for(place, controller_first.shown)
        pdf = sealer.seal_act(pdf, act, last=place == CONTROLLER_FIRST[-1]).pdf
    pdf = sealer.close(pdf).pdf

    report = verify(pdf, roots=authority.roots)

    assert report.verdict == INVALID
    assert failing(report) == {"changes"}


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_an_earlier_revision_is_refused(
    sealed_file: SealedFile, authority: Authority, steps: int
) -> None:
    report = verify(sealed_file.steps[steps].pdf, roots=authority.roots)

    assert report.verdict == INVALID
    assert {"fields", "closed"} <= failing(report)


def test_the_frozen_document_itself_is_refused(
    controller_first: SealedFile, authority: Authority
) -> None:
    report = verify(controller_first.shown, roots=authority.roots)

    assert report.verdict == INVALID
    assert failing(report) == {"readable"}


@pytest.mark.parametrize("tail", [b"\n", b" ", b"%%EOF\n", b"<script>", bytes(5000)])
def test_bytes_behind_the_end_are_refused(
    controller_first: SealedFile, authority: Authority, tail: bytes
) -> None:
    report = verify(controller_first.pdf + tail, roots=authority.roots)

    assert report.verdict == INVALID
    assert failing(report) & {"closed", "readable"}


@pytest.mark.parametrize("number", some(range(4), one_in=4))
@pytest.mark.parametrize("where", ["in the value", "in the padding"])
def test_a_byte_changed_inside_contents_is_refused(
    controller_first: SealedFile, authority: Authority, number: int, where: str
) -> None:
    reader = PdfFileReader(io.BytesIO(controller_first.pdf))
    start, length, other, _ = (int(n) for n in reader.embedded_signatures[number].byte_range)
    at = start + length + 2000 if where == "in the value" else other - 40
    tampered = bytearray(controller_first.pdf)
    tampered[at] = ord("1") if tampered[at] != ord("1") else ord("2")

    report = verify(bytes(tampered), roots=authority.roots)

    assert report.verdict == INVALID
    assert failing(report)


def test_a_file_sealed_by_another_under_the_same_names_is_refused(
    controller_first: SealedFile, authority: Authority, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    create_authority(tmp_path / "other", None, organisation="IT4Professionals", now=now)
    other = load_authority(tmp_path / "other", None)
    assert other.root.subject == authority.root.subject
    forger = Sealer(SoftwareProvider(other), LocalTimestamps(other), other)
    forged = seal_all(forger, controller_first.shown, CONTROLLER_FIRST)[-1].pdf

    report = verify(forged, roots=authority.roots)

    assert verify(forged, roots=other.roots).verdict != INVALID
    assert report.verdict == INVALID
    assert failing(report) == {"chains", "long_term"}


def test_one_act_by_another_is_refused(
    controller_first: SealedFile, sealer: Sealer, authority: Authority, tmp_path: Path
) -> None:
    create_authority(tmp_path / "k", None, organisation="IT4Professionals", now=datetime.now(UTC))
    other = load_authority(tmp_path / "k", None)
    forger = Sealer(SoftwareProvider(other), LocalTimestamps(other), other)
    last = act_for(CONTROLLER_FIRST[-1], controller_first.shown)
    forged = forger.seal_act(controller_first.steps[1].pdf, last, last=True)

    with pytest.raises(TimestampUnavailable, match="no root is configured"):
        sealer.close(forged.pdf)
    closed = stamped_only(LocalTimestamps(authority).stamper(), forged.pdf, "archive_timestamp")
    report = verify(closed, roots=authority.roots)

    assert report.verdict == INVALID
    assert "chains" in failing(report)


def test_another_agreement_does_not_pass_for_this_one(
    controller_first: SealedFile, processor_first: SealedFile, authority: Authority
) -> None:
    report = verify(processor_first.pdf, roots=authority.roots, ledger=controller_first.ledger)

    assert report.verdict == INVALID
    assert failing(report) == {"ledger", "shown", "fields"}


def test_acts_of_two_agreements_in_one_file_are_refused(
    controller_first: SealedFile, sealer: Sealer, authority: Authority
) -> None:
    pdf = controller_first.shown
    for place in CONTROLLER_FIRST:
        reference = "VO-2026-00099" if place == "processor_agreement" else "VO-2026-00042"
        act = act_for(place, controller_first.shown, reference=reference)
        pdf = sealer.seal_act(pdf, act, last=place == CONTROLLER_FIRST[-1]).pdf

    report = verify(sealer.close(pdf).pdf, roots=authority.roots)

    assert report.verdict == INVALID
    assert failing(report) == {"fields"}


def test_a_file_that_begins_with_another_text_is_refused(
    controller_first: SealedFile, processor_first: SealedFile, authority: Authority
) -> None:
    ledger = dataclasses.replace(
        processor_first.ledger,
        sealed_sha256=hashlib.sha256(controller_first.pdf).hexdigest(),
        fields=controller_first.order,
    )

    report = verify(controller_first.pdf, roots=authority.roots, ledger=ledger)

    assert failing(report) == {"shown"}


@pytest.mark.parametrize(
    "data",
    [b"", b"\x00", b"%PDF-1.7\n", b"PK\x03\x04junk", b"<html></html>", b"%PDF-1.7\n%%EOF" * 99],
)
def test_what_is_no_sealed_pdf_is_invalid_and_never_an_exception(
    authority: Authority, data: bytes
) -> None:
    report = verify(data, roots=authority.roots)

    assert report.verdict == INVALID
    assert failing(report) == {"readable"}


def test_random_bytes_behind_a_header_are_invalid(authority: Authority) -> None:
    dice = random.Random(7)
    for _ in range(20):
        data = b"%PDF-1.7\n" + dice.randbytes(4000) + b"\nstartxref\n12\n%%EOF\n"
        assert verify(data, roots=authority.roots).verdict == INVALID


def test_every_shorter_file_is_invalid(controller_first: SealedFile, authority: Authority) -> None:
    dice = random.Random(11)
    for _ in range(20):
        cut = controller_first.pdf[: dice.randrange(len(controller_first.pdf))]
        assert verify(cut, roots=authority.roots).verdict == INVALID


def test_a_huge_file_is_not_even_opened(
    authority: Authority, monkeypatch: pytest.MonkeyPatch, controller_first: SealedFile
) -> None:
    monkeypatch.setattr(verifying, "LARGEST_FILE", len(controller_first.pdf) - 1)

    report = verify(controller_first.pdf, roots=authority.roots, ledger=controller_first.ledger)

    assert report.verdict == INVALID != GENUINE
    assert failing(report) == {"readable"}


def test_nothing_hides_in_the_container_of_the_closing_time_stamp(
    controller_first: SealedFile, authority: Authority
) -> None:
    """No later signature covers it: every digit must be exact, even without a ledger."""
    pdf, dice = controller_first.pdf, random.Random(5816)
    last = PdfFileReader(io.BytesIO(pdf)).embedded_signatures[-1]
    start = int(last.byte_range[1]) + 1
    token = 2 * len(last.pkcs7_content.rstrip(b"\0"))
    positions = [start + dice.randrange(token) for _ in range(30)]

    for position in (*range(start, start + 20), *positions):
        changed = bytearray(pdf)
        changed[position] = dice.choice(
            b"0123456789ABCDEFabcdef".replace(pdf[position : position + 1], b"")
        )
        report = verify(bytes(changed), roots=authority.roots)
        assert report.verdict == INVALID, position - start


@pytest.mark.parametrize("digit", some([0, 1, 2, 3], one_in=4))
def test_the_closing_time_stamp_does_not_claim_its_padding(
    controller_first: SealedFile, authority: Authority, digit: int
) -> None:
    """A larger length would include padding in the contents, where anything could be hidden."""
    pdf = controller_first.pdf
    last = PdfFileReader(io.BytesIO(pdf)).embedded_signatures[-1]
    position = int(last.byte_range[1]) + 1 + len("3082") + digit
    for larger in b"0123456789ABCDEF":
        if larger > pdf[position]:
            changed = bytearray(pdf)
            changed[position] = larger
            report = verify(bytes(changed), roots=authority.roots)
            assert report.verdict == INVALID, chr(larger)
