"""Everything that was ever done to a signed PDF: each is refused, and by the rule that sees it."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pypdf
import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PageObject

from signatures import verify as verifying
from signatures.authority import Authority, create_authority, load_authority
from signatures.errors import TimestampUnavailable
from signatures.providers.software import SoftwareProvider
from signatures.report import FAILS, GENUINE, INVALID, Report
from signatures.seal import Sealer
from signatures.timestamps import LocalTimestamps
from signatures.verify import verify
from tests.signatures.conftest import SealedFile
from tests.signatures.making import CONTROLLER_FIRST, act_for, seal_all, stamped_only

name = generic.pdf_name


def failing(report: Report) -> set[str]:
    return {answer.rule for answer in report.answers if answer.state == FAILS}


def incremental(pdf: bytes, change: Callable[[IncrementalPdfFileWriter], None]) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    change(writer)
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


def append_page(writer: IncrementalPdfFileWriter) -> None:
    content = writer.add_object(generic.StreamObject(stream_data=b"q Q"))
    writer.insert_page(PageObject(contents=content, media_box=(0, 0, 200, 200)))


def annotate(writer: IncrementalPdfFileWriter) -> None:
    page, _ = writer.find_page_for_modification(0)[0], None
    note = generic.DictionaryObject(
        {
            name("/Type"): name("/Annot"),
            name("/Subtype"): name("/FreeText"),
            name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (9, 9, 99, 99))),
            name("/Contents"): generic.pdf_string("En nog iets"),
        }
    )
    writer.register_annotation(page, writer.add_object(note))


def replace_content(writer: IncrementalPdfFileWriter) -> None:
    page = writer.find_page_for_modification(0)[0].get_object()
    page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"q Q"))
    writer.update_container(page)


def change_title(writer: IncrementalPdfFileWriter) -> None:
    writer.set_info(
        writer.add_object(generic.DictionaryObject({name("/Title"): generic.pdf_string("Ander")}))
    )


def change_appearance(writer: IncrementalPdfFileWriter) -> None:
    field = writer.root["/AcroForm"]["/Fields"][0].get_object()
    stream = field["/AP"].raw_get("/N").get_object()
    stream._data = b"q 1 0 0 rg 0 0 50 50 re f Q"
    stream._encoded_data = None
    writer.update_container(stream)


def redefine_font(writer: IncrementalPdfFileWriter) -> None:
    fonts = writer.root["/Pages"]["/Kids"][0]["/Resources"]["/Font"]
    font = fonts[next(iter(fonts))]
    font["/BaseFont"] = name("/Ander")
    writer.update_container(font)


INCREMENTAL = {
    "page": append_page,
    "annotation": annotate,
    "content": replace_content,
    "info": change_title,
    "appearance": change_appearance,
    "font": redefine_font,
}


@pytest.mark.parametrize("change", INCREMENTAL.values(), ids=INCREMENTAL.keys())
@pytest.mark.parametrize("step", [0, 2, 3], ids=["first act", "last act", "closed"])
def test_an_incremental_change_is_refused_also_without_ledger(
    controller_first: SealedFile,
    authority: Authority,
    change: Callable[[IncrementalPdfFileWriter], None],
    step: int,
) -> None:
    tampered = incremental(controller_first.steps[step].pdf, change)

    report = verify(tampered, roots=authority.roots)

    assert report.verdict == INVALID
    assert "closed" in failing(report)
    assert {"ledger"} <= failing(
        verify(tampered, roots=authority.roots, ledger=controller_first.ledger)
    )


def test_info_changed_by_pypdf_is_refused(
    controller_first: SealedFile, authority: Authority
) -> None:
    writer = pypdf.PdfWriter(io.BytesIO(controller_first.pdf), incremental=True)
    writer.add_metadata({"/Title": "Een andere titel"})
    output = io.BytesIO()
    writer.write(output)
    assert output.getvalue().startswith(controller_first.pdf)

    report = verify(output.getvalue(), roots=authority.roots)

    assert report.verdict == INVALID
    assert "closed" in failing(report)


def test_a_change_between_two_acts_is_refused_however_well_it_is_sealed_afterwards(
    controller_first: SealedFile, sealer: Sealer, authority: Authority
) -> None:
    pdf = incremental(controller_first.steps[0].pdf, replace_content)
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


def test_every_flipped_byte_is_refused_without_the_ledger(
    controller_first: SealedFile, authority: Authority
) -> None:
    pdf, dice = controller_first.pdf, random.Random(20260301)
    positions = [dice.randrange(len(pdf)) for _ in range(60)]

    for position in positions:
        flipped = bytearray(pdf)
        flipped[position] ^= 1 << dice.randrange(8)
        report = verify(bytes(flipped), roots=authority.roots)
        assert report.verdict == INVALID, position


@pytest.mark.parametrize("number", range(4))
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


def rewritten_by_pikepdf(pdf: bytes) -> bytes:
    output = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        opened.save(output)
    return output.getvalue()


def rewritten_by_pypdf(pdf: bytes) -> bytes:
    output = io.BytesIO()
    pypdf.PdfWriter(clone_from=io.BytesIO(pdf)).write(output)
    return output.getvalue()


@pytest.mark.parametrize("rewrite", [rewritten_by_pikepdf, rewritten_by_pypdf])
def test_a_rewrite_is_refused(
    controller_first: SealedFile, authority: Authority, rewrite: Callable[[bytes], bytes]
) -> None:
    report = verify(rewrite(controller_first.pdf), roots=authority.roots)

    assert report.verdict == INVALID
    assert failing(report) & {"intact", "readable"}


def forged_range(pdf: bytes, replacement: bytes) -> bytes:
    """The last ByteRange replaced by something of the same length."""
    start = pdf.rindex(b"/ByteRange")
    end = pdf.index(b"]", start) + 1
    return pdf[:start] + (b"/ByteRange " + replacement).ljust(end - start) + pdf[end:]


@pytest.mark.parametrize(
    "replacement", [b"null", b"[]", b"[0 0 0 0]", b"[0 -9 9 -1]", b"[0 10]", b"[0 1 2 3 4 5]"]
)
def test_a_forged_byte_range_is_refused(
    controller_first: SealedFile, authority: Authority, replacement: bytes
) -> None:
    report = verify(forged_range(controller_first.pdf, replacement), roots=authority.roots)

    assert report.verdict == INVALID


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
    assert failing(report) == {"ledger", "shown"}


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
    """No later signature covers it: every digit of it must be what it is, without a ledger too."""
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


@pytest.mark.parametrize("digit", [0, 1, 2, 3])
def test_the_closing_time_stamp_does_not_claim_its_padding(
    controller_first: SealedFile, authority: Authority, digit: int
) -> None:
    """A longer length takes padding in as contents, where anything could then be hidden."""
    pdf = controller_first.pdf
    last = PdfFileReader(io.BytesIO(pdf)).embedded_signatures[-1]
    position = int(last.byte_range[1]) + 1 + len("3082") + digit
    for larger in b"0123456789ABCDEF":
        if larger > pdf[position]:
            changed = bytearray(pdf)
            changed[position] = larger
            report = verify(bytes(changed), roots=authority.roots)
            assert report.verdict == INVALID, chr(larger)
