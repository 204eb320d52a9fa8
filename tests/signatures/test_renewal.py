"""A file with an old time stamp gets a new one on a copy; the original stays, and both are
valid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from signatures.command import check_files
from signatures.errors import AuthorityError, TimestampUnavailable
from signatures.keys.authority import (
    Authority,
    create_authority,
    load_authority,
    read_authority,
    renew_crl,
)
from signatures.keys.rotation import renew_stamp
from signatures.package.case import Trust
from signatures.package.verdict import proven_sheet
from signatures.pdf.stamps_in_file import last_stamp
from signatures.providers.software import SoftwareProvider
from signatures.sealing.seal import Sealer
from signatures.stamps.timestamps import LocalTimestamps
from signatures.verdict.report import (
    COMPLETENESS_UNKNOWN,
    FAILS,
    GENUINE,
    HOLDS,
    INVALID,
    UNKNOWN,
    Report,
)
from signatures.verdict.verify import Ledger, verify
from tests.signatures.attacks import CHANGES, IN_THE_FILE, WITH_THE_CLOSE, incremental, writing
from tests.signatures.conftest import PASSPHRASE, SealedFile
from tests.signatures.making import (
    CONTROLLER_FIRST,
    SHEET,
    prepared,
    seal_all,
    stamped_only,
    with_evidence,
)
from tests.variants import some

YEAR = timedelta(days=365)
NOW = datetime.now(UTC)
THEN = NOW - 5 * YEAR + timedelta(days=100)  # our own time stamp certificates last five years


@dataclass(frozen=True)
class Years:
    """One authority over the years: the file it closed long ago, and its keys."""

    first: Authority
    directory: Path
    file: SealedFile
    sheet: bytes

    def sealer(self, at: datetime) -> Sealer:
        """The service at a moment, with a time stamp certificate issued then."""
        renew_crl(self.directory, PASSPHRASE, now=at)
        by = self.authority_at(at)
        stamps = LocalTimestamps(by, clock=lambda: at)
        return Sealer(SoftwareProvider(by), stamps, by, clock=lambda: at)

    def authority_at(self, at: datetime) -> Authority:
        """The authority with a time stamp certificate issued then."""
        renew_stamp(self.directory, PASSPHRASE, now=at)
        return read_authority(self.directory, PASSPHRASE)

    def verdict(self, pdf: bytes, ledger: Ledger | None = None, now: datetime = NOW) -> Report:
        return verify(pdf, roots=self.first.roots, ledger=ledger, now=now)


@pytest.fixture(scope="module")
def years(converted: bytes, tmp_path_factory: pytest.TempPathFactory) -> Years:
    directory = tmp_path_factory.mktemp("old") / "keys"
    create_authority(directory, PASSPHRASE, organisation="IT4Professionals", now=THEN)
    first = load_authority(directory, PASSPHRASE, now=THEN)
    stamps = LocalTimestamps(first, clock=lambda: THEN)
    sealer = Sealer(SoftwareProvider(first), stamps, first, clock=lambda: THEN)
    shown = prepared(converted, CONTROLLER_FIRST)
    steps = seal_all(sealer, shown, CONTROLLER_FIRST, signed_at=THEN)
    file = SealedFile(CONTROLLER_FIRST, shown, steps)
    sheet = sealer.seal_sheet(prepared(with_evidence(converted, file), SHEET))
    return Years(first, directory, file, sheet)


@pytest.fixture(scope="module")
def renewed(years: Years) -> bytes:
    return years.sealer(NOW).renew(years.file.pdf).pdf


LATER = NOW + timedelta(days=200)
"""By then the first certificate has ended, and the second has not."""


def test_a_renewed_copy_is_genuine_with_the_ledger_of_its_original(
    years: Years, renewed: bytes
) -> None:
    assert renewed.startswith(years.file.pdf)
    assert last_stamp(renewed).time == NOW.replace(microsecond=0)
    report = years.verdict(renewed, years.file.ledger, LATER)
    assert report.verdict == GENUINE, report.lines("en")
    assert "vernieuwd exemplaar" in report.sentence()
    assert report.original_sha256 == years.file.ledger.sealed_sha256
    assert [each.field for each in report.renewals] == ["archive_timestamp_2"]
    assert report.level == "PAdES B-LTA"
    # The original itself is still valid.
    assert years.verdict(years.file.pdf, years.file.ledger, LATER).verdict == GENUINE


def test_without_a_ledger_it_still_proves_when_the_original_alone_does_not(
    years: Years, renewed: bytes
) -> None:
    def long_term(pdf: bytes) -> str:
        report = years.verdict(pdf, None, LATER)
        assert report.verdict == COMPLETENESS_UNKNOWN, report.lines("en")
        return {each.rule: each.state for each in report.answers}["long_term"]

    assert long_term(years.file.pdf) == UNKNOWN
    assert long_term(renewed) == HOLDS


def test_a_renewal_is_renewed(years: Years, renewed: bytes) -> None:
    at = NOW + 4 * YEAR
    twice = years.sealer(at).renew(renewed).pdf
    assert twice.startswith(renewed)
    report = years.verdict(twice, years.file.ledger, at + timedelta(days=30))
    assert report.verdict == GENUINE, report.lines("en")
    assert [each.field for each in report.renewals] == [
        "archive_timestamp_2",
        "archive_timestamp_3",
    ]
    assert years.verdict(renewed, years.file.ledger, NOW).verdict == GENUINE


def test_an_evidence_sheet_is_renewed_as_well(years: Years) -> None:
    copy = years.sealer(NOW).renew(years.sheet).pdf
    report = years.verdict(copy)
    assert report.kind == "evidence_sheet"
    assert {each.rule: each.state for each in report.answers}["renewed"] == HOLDS
    assert report.verdict == COMPLETENESS_UNKNOWN, report.lines("en")


def test_when_it_is_too_late_nothing_is_renewed(years: Years) -> None:
    with pytest.raises(AuthorityError) as late:
        years.sealer(NOW + timedelta(days=101)).renew(years.file.pdf)
    assert late.value.code == "expired"


def test_a_late_renewal_by_another_program_is_refused(years: Years) -> None:
    """Without the data that prove the previous one: a time stamp that only shows that the bytes
    exist now."""
    pdf = stamped(years, years.file.pdf, NOW + timedelta(days=101))
    report = years.verdict(pdf, years.file.ledger, NOW + timedelta(days=102))
    assert report.verdict == INVALID
    assert answer(report) == (FAILS, "renewal_late")


def stamped(years: Years, pdf: bytes, at: datetime) -> bytes:
    """A further document time stamp, and nothing else."""
    stamps = LocalTimestamps(years.authority_at(at), clock=lambda: at)
    return stamped_only(stamps.stamper(), pdf, "archive_timestamp_2")


def answer(report: Report) -> tuple[str, str]:
    found = {each.rule: each for each in report.answers}["renewed"]
    return found.state, found.reason


def test_a_time_stamp_of_anybody_else_is_no_renewal(years: Years, sealer: Sealer) -> None:
    """Another installation with another root does not even know what to prove."""
    with pytest.raises(TimestampUnavailable, match="no root is configured"):
        sealer.renew(years.file.pdf)


def test_an_ended_renewal_is_told(years: Years, renewed: bytes) -> None:
    report = years.verdict(renewed, years.file.ledger, NOW + 6 * YEAR)
    assert report.verdict == COMPLETENESS_UNKNOWN
    assert answer(report) == (UNKNOWN, "stamp_ended")


@pytest.mark.parametrize("what", some(IN_THE_FILE))
def test_every_attack_on_a_file_is_refused_on_a_renewed_copy(
    years: Years, renewed: bytes, what: str
) -> None:
    attack, _ = IN_THE_FILE[what]
    changed = attack(renewed)
    report = years.verdict(changed, years.file.ledger)
    # A rewritten file is not searched repeatedly for an original in it.
    assert not [each for each in report.answers if "RecursionError" in each.detail]
    if changed == years.file.pdf:  # truncated where the original ends, it is the original
        assert report.verdict == GENUINE
    else:
        assert report.verdict == INVALID, report.lines("en")


@pytest.mark.parametrize("what", ["annotation", "Info changed", "signature removed"])
def test_what_was_slipped_in_before_a_renewal_is_refused(years: Years, what: str) -> None:
    changed = incremental(CHANGES[what])(years.file.pdf)
    report = years.verdict(stamped(years, changed, NOW), years.file.ledger)
    assert report.verdict == INVALID, report.lines("en")


@pytest.mark.parametrize("what", some(WITH_THE_CLOSE, one_in=4))
def test_what_comes_with_a_renewal_is_refused_for_what_it_is(
    years: Years, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    change, code = WITH_THE_CLOSE[what]
    monkeypatch.setattr("tests.signatures.making.RevisionWriter", writing(change))
    report = years.verdict(stamped(years, years.file.pdf, NOW), years.file.ledger)
    said = {(each.rule, each.reason) for each in report.answers if each.state == FAILS}
    # With another order of signatures it is no renewed copy, and is judged as an original.
    assert said & {("renewed", code), ("changes", code)}


def test_the_command_line_finds_the_sheet_of_a_renewed_copy(
    years: Years, renewed: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "vernieuwd" / f"{NOW.date()}-overeenkomst.pdf"
    copy.parent.mkdir()
    copy.write_bytes(renewed)
    (tmp_path / "bewijsblad.pdf").write_bytes(years.sheet)
    assert check_files([copy], roots=[years.directory / "root.pem"], language="en") == 0
    told = capsys.readouterr().out
    assert "renewed copy" in told
    assert years.file.ledger.sealed_sha256 in told


def test_a_renewed_sheet_is_a_ledger_when_the_original_no_longer_is(years: Years) -> None:
    """Years later the sheet's own time stamp has ended; then only its renewed copy proves it."""
    files = {"bewijsblad.pdf": years.sheet, "overeenkomst.pdf": years.file.pdf}
    trust = Trust(years.first.roots, now=LATER)
    assert proven_sheet(files, trust) is None
    copy = f"vernieuwd/{NOW.date()}-bewijsblad.pdf"
    files[copy] = years.sealer(NOW).renew(years.sheet).pdf
    sheet = proven_sheet(files, trust)
    assert sheet is not None
    assert sheet.sealed == years.file.ledger.sealed_sha256
    files["bewijsblad.pdf"] = years.sheet + b" "
    assert proven_sheet(files, trust) is None
