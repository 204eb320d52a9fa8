"""Checks the same files with programs that share no code with pyHanko, mostly without Python."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pdfsigner
import pdfua
import pytest

from tests.conformance.conftest import REVISIONS
from tests.signatures.opinions import (
    covered,
    embedded,
    openssl_on_seal,
    openssl_on_token,
    run,
    token_of,
)
from tests.variants import some

SEALS = {
    "frozen": 0,
    "made": 0,
    "bare": 0,
    "first act": 1,
    "second act": 2,
    "third act": 3,
    "sealed": 1,
}
"""The number of seals in a revision; closing adds a document time stamp."""
CLOSED = {"typed, closed": 4, "drawn, closed": 4, "evidence sheet, closed": 2}
EACH_SEAL = [(name, number) for name, count in CLOSED.items() for number in range(count - 1)]
EACH_TOKEN = [(name, number) for name, count in CLOSED.items() for number in range(count)]
FAILS_ITSELF = {"UA-14-001"}
"""A check of pdfua 0.1.3 that raises an error with the current pikepdf: ignored."""


@pytest.fixture
def file(revisions: Mapping[str, bytes], revision: str, tmp_path: Path) -> Path:
    path = tmp_path / "revision.pdf"
    path.write_bytes(revisions[revision])
    return path


@pytest.mark.parametrize("revision", REVISIONS)
class TestEveryRevision:
    def test_qpdf_finds_its_structure_sound(self, file: Path) -> None:
        checked = run("qpdf", "--check", file)

        assert checked.returncode == 0, checked.stdout + checked.stderr

    def test_poppler_finds_every_font_embedded_in_part_with_characters(self, file: Path) -> None:
        rows = run("pdffonts", file).stdout.splitlines()[2:]

        assert rows
        assert all(re.search(r" yes yes yes +\d+ +\d+$", row) for row in rows), rows

    def test_poppler_reads_its_structure(self, file: Path, revision: str) -> None:
        said = run("pdfinfo", file).stdout
        told = run("pdfinfo", "-struct", file)

        assert re.search(r"^Tagged: +yes$", said, re.MULTILINE)
        assert re.search(r"^Suspects: +no$", said, re.MULTILINE)
        assert re.search(r"^JavaScript: +no$", said, re.MULTILINE)
        assert told.stderr == ""
        # A signature is read in its cell; the seal of a sheet after its text.
        level = " " * 2 if "sheet" in revision else " " * 10
        assert told.stdout.count(f"\n{level}Form") == places(revision)

    def test_pdfua_finds_nothing(self, file: Path) -> None:
        report = pdfua.validate(file)

        assert report.findings == ()
        assert {each.rule_id for each in report.skipped} <= FAILS_ITSELF

    def test_poppler_finds_every_seal_valid(self, file: Path, revision: str) -> None:
        seals, stamps = expected(revision)
        said = run("pdfsig", file).stdout

        assert said.count("Signature is Valid.") == seals
        assert said.count("ETSI.CAdES.detached") == seals
        assert said.count("Signature has not yet been verified.") == stamps  # it judges no stamps
        assert said.count("  - Total document signed") == bool(seals)

    def test_pdfsigner_finds_every_seal_and_stamp_valid(
        self, file: Path, revision: str, root: Path
    ) -> None:
        report = pdfsigner.verify_pdf_report(file, root)
        found = report["signatures"]
        seals, stamps = expected(revision)

        assert [each["is_timestamp"] for each in found] == [False] * seals + [True] * stamps
        assert all(each["valid"] and each["chain_trusted"] for each in found), found
        assert all(each["trusted_time"] for each in found)
        assert [each["covers_whole_document"] for each in found] == [False] * (len(found) - 1) + [
            True
        ] * bool(found)


class TestOpenSSL:
    @pytest.mark.parametrize(("revision", "number"), some(EACH_SEAL))
    def test_on_each_seal(
        self, revisions: Mapping[str, bytes], revision: str, number: int, root: Path, tmp_path: Path
    ) -> None:
        pdf = revisions[revision]
        signature = embedded(pdf)[number]
        content = covered(pdf, signature)

        checked = openssl_on_seal(signature.pkcs7_content, content, root, tmp_path)
        assert checked.returncode == 0, checked.stderr
        assert "successful" in checked.stderr
        refused = openssl_on_seal(signature.pkcs7_content, content + b" ", root, tmp_path)
        assert refused.returncode != 0

    @pytest.mark.parametrize(("revision", "number"), some(EACH_TOKEN, one_in=4))
    def test_on_each_token(
        self, revisions: Mapping[str, bytes], revision: str, number: int, root: Path, tmp_path: Path
    ) -> None:
        token, stamped = token_of(revisions[revision], number)

        checked = openssl_on_token(token, stamped, root, tmp_path)
        assert checked.returncode == 0, checked.stdout + checked.stderr
        assert "Verification: OK" in checked.stdout
        assert openssl_on_token(token, stamped + b" ", root, tmp_path).returncode != 0


def test_pdfsigner_and_poppler_refuse_a_changed_page(
    closed: bytes, root: Path, tmp_path: Path
) -> None:
    """These programs accept the files above, and can also refuse one."""
    changed, at = tmp_path / "changed.pdf", closed.index(b"\nstream\n") + 40
    changed.write_bytes(closed[:at] + bytes([closed[at] ^ 1]) + closed[at + 1 :])

    assert not any(each["valid"] for each in pdfsigner.verify_pdf(changed, root))
    assert "Signature is Valid." not in run("pdfsig", changed).stdout


def expected(revision: str) -> tuple[int, int]:
    """The number of seals and of document time stamps."""
    step = revision.partition(", ")[2]
    return (CLOSED[revision] - 1, 1) if step == "closed" else (SEALS[step], 0)


def places(revision: str) -> int:
    return 1 if revision.startswith("evidence sheet") else 3
