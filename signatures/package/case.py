"""The input of the rules for a package: the files and what they are judged by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from signatures.package.sheet import Sheet
from signatures.verdict.report import INVALID, Ledger, Report
from signatures.verdict.verify import verify


@dataclass(frozen=True)
class Trust:
    """What a package is judged by; see ``verify``. ``recorded_sheet`` is the SHA-256 of its sheet
    in a database: then the sheet needs no time stamp that is still valid."""

    roots: Sequence[x509.Certificate]
    stamp_roots: Sequence[x509.Certificate] = ()
    person_roots: Sequence[x509.Certificate] = ()
    crls: Sequence[x509.CertificateRevocationList] = ()
    now: datetime | None = None
    recorded_sheet: str = ""

    def verify(self, pdf: bytes, ledger: Ledger | None = None) -> Report:
        """The strict verdict on one sealed file."""
        return verify(
            pdf,
            roots=self.roots,
            stamp_roots=self.stamp_roots,
            person_roots=self.person_roots,
            crls=self.crls,
            now=self.now,
            ledger=ledger,
        )


@dataclass(frozen=True)
class Case:
    """The input of the rules: files, the sheet as their ledger, and sealed files' verdicts."""

    files: Mapping[str, bytes]
    trust: Trust
    sheet: Sheet
    documents: Mapping[str, Report]

    def sound(self, name: str) -> bool:
        """Whether a sealed file is present and not invalid."""
        return name in self.documents and self.documents[name].verdict != INVALID
