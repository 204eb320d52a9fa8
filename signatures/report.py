"""The verdict on a file: each question answered on its own, then in words."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from signatures.texts import words

HOLDS, FAILS, UNKNOWN = "holds", "fails", "unknown"
GENUINE, INVALID, COMPLETENESS_UNKNOWN = "genuine", "invalid", "completeness_unknown"

# The eight rules of the policy, in the order in which they are told.
RULES = (
    "readable",
    "ledger",
    "shown",
    "fields",
    "chains",
    "intact",
    "changes",
    "closed",
    "long_term",
)


@dataclass(frozen=True)
class Answer:
    """One rule: holds, fails or unknown, with the reason as the library or the rule gives it."""

    rule: str
    state: str
    detail: str = ""


@dataclass(frozen=True)
class FoundSeal:
    """One signature or document time stamp in the file. Instants are aware UTC."""

    field: str
    name: str
    reason: str
    token_time: datetime | None


@dataclass(frozen=True)
class Ledger:
    """What was recorded when the file was sealed, from a database or from an archive's manifest.

    ``shown_length`` and ``shown_sha256`` describe the frozen document that the file begins with.
    """

    sealed_sha256: str
    shown_sha256: str = ""
    shown_length: int = 0


@dataclass(frozen=True)
class Report:
    """Everything the verification found; ``verdict`` follows from the answers alone."""

    answers: tuple[Answer, ...]
    seals: tuple[FoundSeal, ...] = ()
    reference: str = ""
    sha256: str = ""
    level: str = ""
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        """genuine, invalid, or completeness_unknown: all that can be seen holds, but nothing
        tells whether this is the whole (an earlier state of a file verifies as well)."""
        states = {answer.rule: answer.state for answer in self.answers}
        if FAILS in states.values():
            return INVALID
        # An evidence sheet was shown to nobody, so for it ``shown`` stays unknown.
        needed = set(RULES) - {"shown"}
        if all(states.get(rule) == HOLDS for rule in needed):
            return GENUINE
        return COMPLETENESS_UNKNOWN

    def sentence(self, language: str = "nl") -> str:
        """The verdict in one sentence."""
        return str(words(language)["verdict"][self.verdict])

    def lines(self, language: str = "nl") -> list[str]:
        """Every rule with what it found, in words."""
        catalogue = words(language)
        marks = {HOLDS: "✔", FAILS: "✖", UNKNOWN: "?"}
        told = []
        for answer in self.answers:
            line = f"{marks[answer.state]} {catalogue['rule'][answer.rule][answer.state]}"
            told.append(f"{line} ({answer.detail})" if answer.detail else line)
        return told

    def as_json(self) -> dict[str, Any]:
        """The report as JSON values."""
        values = asdict(self)
        for seal in values["seals"]:
            moment = seal["token_time"]
            seal["token_time"] = moment.isoformat() if moment else None
        return {"verdict": self.verdict, "sentence": self.sentence(), **values}
