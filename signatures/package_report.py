"""The report on an evidence package: every rule answered, every part that is wrong named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from cryptography import x509

from signatures.package_finding import Finding
from signatures.package_names import AGREEMENT, SHEET
from signatures.package_sheet import Sheet
from signatures.report import (
    COMPLETENESS_UNKNOWN,
    FAILS,
    GENUINE,
    HOLDS,
    INVALID,
    UNKNOWN,
    Ledger,
    Report,
)
from signatures.texts import words
from signatures.verify import verify

# In the order in which they are told; the sheet is first, because the others rest on it.
RULES = (
    "sheet",
    "evidence",
    "documents",
    "acts",
    "log",
    "seals",
    "template",
    "certificates",
    "anchors",
    "renewed",
    "lists",
    "read_me",
    "whole",
)
MARKS = {HOLDS: "✔", FAILS: "✖", UNKNOWN: "?"}


@dataclass(frozen=True)
class Trust:
    """What a package is judged by; see ``verify`` for each. ``pinned`` says that the roots come
    from elsewhere: those that lie in a package can only show that it agrees with itself."""

    roots: Sequence[x509.Certificate]
    stamp_roots: Sequence[x509.Certificate] = ()
    person_roots: Sequence[x509.Certificate] = ()
    crls: Sequence[x509.CertificateRevocationList] = ()
    now: datetime | None = None
    pinned: bool = True

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
    """What the rules look at: the files, the sheet that is their ledger, and the verdicts on the
    sealed files by name."""

    files: Mapping[str, bytes]
    trust: Trust
    sheet: Sheet
    documents: Mapping[str, Report]

    def sound(self, name: str) -> bool:
        """Whether a sealed file is there and not invalid."""
        return name in self.documents and self.documents[name].verdict != INVALID


@dataclass(frozen=True)
class PackageReport:
    """Everything that was found. ``unanswered`` are the rules for which there was no sheet to ask;
    ``sheet_holds`` says that the sheet holds, so that the rest could rest on it."""

    documents: Mapping[str, Report]
    findings: tuple[Finding, ...]
    unanswered: tuple[str, ...] = ()
    reference: str = ""
    sheet_holds: bool = False
    files: int = 0

    @property
    def verdict(self) -> str:
        """genuine, invalid, or completeness_unknown: nothing is wrong, but the sheet cannot show
        any more that it is what was sealed, or the agreement that it is what the sheet names."""
        if any(each.state == FAILS for each in self.findings) or any(
            each.verdict == INVALID for each in self.documents.values()
        ):
            return INVALID
        agreement = self.documents.get(AGREEMENT)
        if self.sheet_holds and agreement is not None and agreement.verdict == GENUINE:
            return GENUINE
        return COMPLETENESS_UNKNOWN

    @property
    def agreement(self) -> Report | None:
        """The verdict on the agreement."""
        return self.documents.get(AGREEMENT)

    @property
    def sheet(self) -> Report | None:
        """The verdict on the evidence sheet."""
        return self.documents.get(SHEET)

    def state(self, rule: str) -> str:
        """holds, fails or unknown."""
        states = {each.state for each in self.findings if each.rule == rule}
        if FAILS in states:
            return FAILS
        return UNKNOWN if UNKNOWN in states or rule in self.unanswered else HOLDS

    def sentence(self, language: str = "nl") -> str:
        """The verdict in one sentence."""
        verdict = self.verdict
        if verdict == GENUINE and any(each.state == UNKNOWN for each in self.findings):
            verdict = "genuine_in_part"
        return str(words(language)["package"]["verdict"][verdict])

    def rule_sentence(self, rule: str, language: str = "nl") -> str:
        """One rule with what came of it."""
        said = words(language)["package"]
        if rule in self.unanswered:
            return str(said["unanswered"][rule])
        return str(said["rule"][rule][self.state(rule)])

    def of(self, rule: str) -> list[Finding]:
        """What was found under a rule, what is wrong first."""
        found = [each for each in self.findings if each.rule == rule]
        return sorted(found, key=lambda each: each.state != FAILS)

    def lines(self, language: str = "nl") -> list[str]:
        """Every rule, each with its findings below it."""
        lines = []
        for rule in RULES:
            lines.append(f"{MARKS[self.state(rule)]} {self.rule_sentence(rule, language)}")
            lines += [f"  {MARKS[e.state]} {e.sentence(language)}" for e in self.of(rule)]
        return lines

    def as_json(self, language: str = "nl") -> dict[str, Any]:
        """The report as JSON values: stable codes, and the words beside them."""
        return {
            "verdict": self.verdict,
            "sentence": self.sentence(language),
            "kind": "package",
            "reference": self.reference,
            "rules": [
                {
                    "rule": rule,
                    "state": self.state(rule),
                    "sentence": self.rule_sentence(rule, language),
                }
                for rule in RULES
            ],
            "findings": [
                {**asdict(each), "sentence": each.sentence(language)} for each in self.findings
            ],
            "documents": [
                {"name": name, **report.as_json(language)}
                for name, report in self.documents.items()
            ],
        }
