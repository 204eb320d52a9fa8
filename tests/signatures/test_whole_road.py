"""Both orders of signing, from the frozen document to the closed original."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pyhanko.pdf_utils.reader import PdfFileReader

from signatures.keys.authority import Authority
from signatures.pdf.revision_writer import RevisionWriter
from signatures.sealing.seal import ARCHIVE_FIELD, LEVEL, Sealer
from signatures.verdict.report import COMPLETENESS_UNKNOWN, GENUINE, HOLDS, RULES, UNKNOWN
from signatures.verdict.verify import verify
from tests.signatures.conftest import SealedFile
from tests.signatures.making import SHEET, WHO, act_for, prepared
from tests.signatures.opinions import embedded


def test_every_revision_begins_with_the_one_before_and_so_with_what_was_shown(
    sealed_file: SealedFile,
) -> None:
    before = sealed_file.shown
    for step in sealed_file.steps:
        assert step.pdf.startswith(before)
        assert len(step.pdf) > len(before)
        before = step.pdf


def test_the_fields_are_filled_in_the_order_of_signing(sealed_file: SealedFile) -> None:
    names = [each.field_name for each in embedded(sealed_file.pdf)]

    assert names == [*sealed_file.order, ARCHIVE_FIELD]


def test_the_writer_finds_every_object_where_pyhanko_finds_it(sealed_file: SealedFile) -> None:
    for step in sealed_file.steps:
        writer, pyhanko = RevisionWriter(step.pdf), PdfFileReader(io.BytesIO(step.pdf))
        assert found_by(writer.prev) == found_by(pyhanko)


def found_by(reader: PdfFileReader) -> list[object]:
    """Everything that an incremental update needs to know of a file."""
    tables = [
        reader.xrefs.get_xref_data(revision).standard_xrefs
        for revision in range(reader.total_revisions)
    ]
    trailer = reader.trailer.flatten()
    return [trailer, tables, reader.last_startxref, reader.input_version, reader.has_xref_stream]


def test_levels_qualities_and_times_are_told(sealed_file: SealedFile, authority_dir: Path) -> None:
    now = datetime.now(UTC)
    keys_made = datetime.fromtimestamp(int((authority_dir / "root.pem").stat().st_mtime), UTC)

    assert [step.level for step in sealed_file.steps] == ["PAdES B-T"] * 3 + [LEVEL]
    assert {step.token_quality for step in sealed_file.steps} == {"eigen"}
    for step in sealed_file.steps:
        assert step.token_time.utcoffset() == timedelta(0)
        assert keys_made <= step.token_time <= now


def test_with_the_ledger_it_is_genuine(sealed_file: SealedFile, authority: Authority) -> None:
    report = verify(sealed_file.pdf, roots=authority.roots, ledger=sealed_file.ledger)

    assert report.verdict == GENUINE
    assert {answer.rule: answer.state for answer in report.answers} == dict.fromkeys(RULES, HOLDS)
    assert report.level == LEVEL
    assert report.reference == "VO-2026-00042"
    assert [seal.field for seal in report.seals] == [*sealed_file.order, ARCHIVE_FIELD]
    assert [seal.name for seal in report.seals[:-1]] == [WHO[p][0] for p in sealed_file.order]
    assert [seal.token_time for seal in report.seals] == [
        step.token_time for step in sealed_file.steps
    ]


def test_without_the_ledger_completeness_is_unknown(
    sealed_file: SealedFile, authority: Authority
) -> None:
    report = verify(sealed_file.pdf, roots=authority.roots)

    assert report.verdict == COMPLETENESS_UNKNOWN
    assert {a.rule for a in report.answers if a.state == UNKNOWN} == {"ledger", "shown"}


def test_without_a_root_it_is_never_genuine(sealed_file: SealedFile) -> None:
    report = verify(sealed_file.pdf, roots=[], ledger=sealed_file.ledger)

    assert report.verdict == COMPLETENESS_UNKNOWN
    assert report.level == ""


def test_the_seal_binds_the_record_of_the_act(sealed_file: SealedFile, sealer: Sealer) -> None:
    place = sealed_file.order[0]
    act = act_for(place, sealed_file.shown)
    sealed = sealer.seal_act(sealed_file.shown, act, last=False)

    reason = str(embedded(sealed.pdf)[0].sig_object["/Reason"])

    assert act.record_sha256 in reason
    assert act.reference in reason


def test_nothing_of_the_device_stands_in_the_file(sealed_file: SealedFile) -> None:
    for each in embedded(sealed_file.pdf):
        assert not {"/Location", "/ContactInfo"} & set(each.sig_object)


def test_an_evidence_sheet_is_sealed_and_closed(
    converted: bytes, sealer: Sealer, authority: Authority
) -> None:
    shown = prepared(converted, SHEET)
    sealed = sealer.seal_sheet(shown)

    report = verify(sealed, roots=authority.roots)

    assert sealed.startswith(shown)
    assert {a.state for a in report.answers if a.rule not in ("ledger", "shown")} == {HOLDS}
