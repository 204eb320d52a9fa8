"""A PDF read and written through a file in memory, and without one."""

from __future__ import annotations

from datetime import UTC, datetime

import pikepdf
import pytest

from service.documents import pdf_memory
from service.documents.metadata import Metadata, write_metadata

DESCRIBED = Metadata("A & B", "subject", "nl-BE", "producer", datetime(2026, 11, 30, tzinfo=UTC))


def written() -> bytes:
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page()
        page.obj.Contents = pdf.make_stream(b"0 0 m 9 9 l S " * 500)
        write_metadata(pdf, DESCRIBED)
        return pdf_memory.save_pdf(pdf)


def test_a_machine_without_files_in_memory_gives_the_same_bytes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with_files = written()
    monkeypatch.setattr(pdf_memory, "HAS_FILES_IN_MEMORY", False)
    assert written() == with_files
    with pdf_memory.open_pdf(with_files) as opened:
        assert len(opened.pages) == 1


def test_what_was_written_is_read_back() -> None:
    with pdf_memory.open_pdf(written()) as opened:
        assert b"9 9 l" in opened.pages[0].Contents.read_bytes()
        assert b"A &amp; B" in opened.Root.Metadata.read_raw_bytes()
