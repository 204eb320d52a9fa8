"""The report on an evidence package: the answer to every rule, and every wrong part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from signatures.package.finding import Finding, fails
from signatures.package.names import AGREEMENT, SHEET
from signatures.package.registration import Registration
from signatures.texts import words
from signatures.verdict.report import (
    COMPLETENESS_UNKNOWN,
    FAILS,
    GENUINE,
    HOLDS,
    INVALID,
    MARKS,
    UNKNOWN,
    Report,
)

# In the order of reporting; the sheet comes first because the other rules rely on it.
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
# Those for an agreement signed elsewhere, of which only the record is sealed.
REGISTERED_RULES = ("registration", "documents", "lists", "whole")
PACKAGE, REGISTERED = "package", "registered"


@dataclass(frozen=True)
class PackageReport:
    """Everything that was found. ``unanswered`` rules could not be checked without a sheet;
    ``sheet_holds`` says that the others can rely on the sheet.

    ``kind`` is PACKAGE, or REGISTERED for an agreement signed elsewhere, which has a
    ``registration`` if its record is readable.
    """

    documents: Mapping[str, Report]
    findings: tuple[Finding, ...]
    unanswered: tuple[str, ...] = ()
    reference: str = ""
    sheet_holds: bool = False
    files: int = 0
    kind: str = PACKAGE
    registration: Registration | None = None

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules for this kind of package, in the order of reporting."""
        return REGISTERED_RULES if self.kind == REGISTERED else RULES

    @property
    def verdict(self) -> str:
        """genuine, invalid, or completeness_unknown: nothing is wrong, but the sheet no longer
        proves itself or the agreement.

        For an agreement signed elsewhere: registered, invalid, or completeness_unknown without a
        root; no seal says who signed.
        """
        if any(each.state == FAILS for each in self.findings) or any(
            each.verdict == INVALID for each in self.documents.values()
        ):
            return INVALID
        if self.registration is not None and self.registration.sealed_at is not None:
            return REGISTERED
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

    @property
    def not_recorded(self) -> bool:
        """Whether it names an original but is another file than was recorded."""
        return any(each.code == "package_not_recorded" for each in self.findings)

    def refused(self) -> PackageReport:
        """The same report, refused: see ``Report.refused``."""
        found = fails("documents", "package_not_recorded", self.says)
        return replace(
            self,
            documents={name: each.refused() for name, each in self.documents.items()},
            findings=(*self.findings, found),
        )

    @property
    def says(self) -> str:
        """The reference that it names anywhere, which proves nothing."""
        named = (each.says for each in self.documents.values() if each.says)
        return self.reference or next(named, "")

    def sentence(self, language: str = "nl") -> str:
        """The verdict in one sentence."""
        if self.not_recorded:
            return str(words(language)["verdict"]["not_recorded"]).format(reference=self.says)
        verdict = self.verdict
        if verdict == GENUINE and any(each.state == UNKNOWN for each in self.findings):
            verdict = "genuine_in_part"
        return str(self._said(language)["verdict"][verdict])

    def rule_sentence(self, rule: str, language: str = "nl") -> str:
        """One rule with its result."""
        said = self._said(language)
        if rule in self.unanswered:
            return str(said["unanswered"][rule])
        return str(said["rule"][rule][self.state(rule)])

    def _said(self, language: str) -> dict[str, Any]:
        said: dict[str, Any] = words(language)[self.kind]
        return said

    def of(self, rule: str) -> list[Finding]:
        """The findings under a rule, failures first."""
        found = [each for each in self.findings if each.rule == rule]
        return sorted(found, key=lambda each: each.state != FAILS)

    def lines(self, language: str = "nl") -> list[str]:
        """Every rule, each followed by its findings."""
        lines = []
        for rule in self.rules:
            lines.append(f"{MARKS[self.state(rule)]} {self.rule_sentence(rule, language)}")
            lines += [f"  {MARKS[e.state]} {e.sentence(language)}" for e in self.of(rule)]
        return lines

    def as_json(self, language: str = "nl") -> dict[str, Any]:
        """The report as JSON values: stable codes with their sentences."""
        told: dict[str, Any] = {
            "verdict": self.verdict,
            "sentence": self.sentence(language),
            "kind": self.kind,
            "reference": self.reference,
            "not_the_original_of": self.says if self.not_recorded else None,
            "rules": [
                {
                    "rule": rule,
                    "state": self.state(rule),
                    "sentence": self.rule_sentence(rule, language),
                }
                for rule in self.rules
            ],
            "findings": [
                {**asdict(each), "sentence": each.sentence(language)} for each in self.findings
            ],
            "documents": [
                {"name": name, **report.as_json(language)}
                for name, report in self.documents.items()
            ],
        }
        if self.registration is not None:
            told["registration"] = self.registration.as_json()
        return told
