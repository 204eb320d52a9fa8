"""The evidence sheet: readable, sealed-ready, and nothing runs over its cell."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import pikepdf
import pytest

from service.documents.check import compact
from service.documents.pdf_text import read_pdf_text
from service.documents.placeholders import printed_strings
from service.documents.produce import DocumentMaker
from service.errors import GenerationFailed
from tests.documents.samples import evidence

DATED = datetime(2026, 3, 2, 10, tzinfo=UTC)
RIGHT_MARGIN = 595.3 - 60


@pytest.fixture(scope="module")
def sheet(document_maker: DocumentMaker) -> bytes:
    return document_maker.evidence_sheet(evidence(), evidence_json=b'{"acts":3}', dated=DATED)


def test_it_says_everything_it_was_given(sheet: bytes) -> None:
    text = compact(read_pdf_text(sheet).text)
    for path, value in printed_strings(evidence()):
        assert compact(value) in text, path


def test_it_carries_the_evidence_and_one_field_for_the_seal(sheet: bytes) -> None:
    with pikepdf.open(io.BytesIO(sheet)) as pdf:
        assert pdf.attachments["bewijs.json"].get_file().read_bytes() == b'{"acts":3}'
        assert [str(field.T) for field in pdf.Root.AcroForm.Fields] == ["service_seal"]
        with pdf.open_metadata() as metadata:
            assert metadata.pdfa_status == "3B"
            assert metadata["dc:title"] == "Bewijsblad VO-2026-00042"


def test_digests_stay_within_the_margin(sheet: bytes) -> None:
    digest = evidence()["chain_head"][:16]
    for place in read_pdf_text(sheet, [digest]).found[digest]:
        assert place.box[2] < RIGHT_MARGIN


def test_the_same_evidence_gives_the_same_bytes(
    document_maker: DocumentMaker, sheet: bytes
) -> None:
    again = document_maker.evidence_sheet(evidence(), evidence_json=b'{"acts":3}', dated=DATED)
    assert again == sheet


@pytest.mark.parametrize("key", ["effective_date", "acts", "chain_head", "not_proven"])
def test_evidence_that_lacks_something_is_no_evidence(
    document_maker: DocumentMaker, key: str
) -> None:
    context: dict[str, Any] = evidence()
    del context[key]
    with pytest.raises(GenerationFailed) as failure:
        document_maker.evidence_sheet(context, evidence_json=b"{}", dated=DATED)
    assert failure.value.reason == "missing_value"


def test_without_delegations_the_heading_goes_too(document_maker: DocumentMaker) -> None:
    context = {**evidence(), "delegations": []}
    made = document_maker.evidence_sheet(context, evidence_json=b"{}", dated=DATED)
    assert "Overdracht" not in read_pdf_text(made).text


def test_no_value_keeps_a_sheet_from_being_made(document_maker: DocumentMaker) -> None:
    """Both parties have signed: whatever was recorded prints, at worst as a mark."""
    context: dict[str, Any] = evidence()
    first, second, third = context["acts"]
    first |= {"ip": "", "browser": "  ", "function": None}
    first["person"] = "Handtekeningveld [Z1]"
    first["in_short"] = "nul \x00 en \ud800 en \u202e en \u200b en 陳 en 🙂"
    second["organisation"] = "{{ organisation }} " + "{%" * 300 + "}}" * 300
    second["browser"] = "w" * 50_000
    third["email"] = ""
    context["parties"][0] |= {"name": "Handtekeningveld", "number": "[Z1]"}
    context["events"][-1]["sentence"] = "é" * 3_990 + " {{ é" + "é" * 90_000
    made = document_maker.evidence_sheet(context, evidence_json=b"{}", dated=DATED)
    text = read_pdf_text(made).text
    assert "Handtekeningveld (Z1)" in text
    assert "nul ? en ? en ? en ? en ? en ?" in " ".join(text.split())
    assert compact("IP-adres onbekend Browser onbekend") in compact(text)
    assert compact("E-mailadres onbekend") in compact(text)
