"""The verdict on a file: the answer to each rule, and its text."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from signatures.effective_date import BRUSSELS, effective_date, local_date
from signatures.field_names import ARCHIVE_FIELD
from signatures.pdf.printed import Agreement
from signatures.texts import words

HOLDS, FAILS, UNKNOWN = "holds", "fails", "unknown"
MARKS = {HOLDS: "✔", FAILS: "✖", UNKNOWN: "?"}
GENUINE, INVALID, COMPLETENESS_UNKNOWN = "genuine", "invalid", "completeness_unknown"
AGREEMENT, EVIDENCE_SHEET = "agreement", "evidence_sheet"
NOT_RECORDED = "not_recorded"

# The eight rules in the order of reporting. The first is about two digests: of the whole file, and
# of
# the shown text in it.
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
    """The answer to one rule: holds, fails or unknown.

    ``reason`` is a code with a sentence in ``texts``, or empty; ``place`` is the field, ``detail``
    is for experts.
    """

    rule: str
    state: str
    reason: str = ""
    place: str = ""
    detail: str = ""

    def sentence(self, language: str = "nl") -> str:
        """The answer in plain words, with its reason."""
        catalogue = words(language)
        said = str(catalogue["rule"][self.rule][self.state])
        if self.place:
            place = place_words(self.place, language)
            said = str(catalogue["at"]).format(found=said.removesuffix("."), place=place)
        return f"{said} {catalogue['reason'][self.reason]}" if self.reason else said


@dataclass(frozen=True)
class OwnCertificate:
    """The holder and issuer of a person's own certificate that signed an act.

    ``qualified`` only when a trusted list says so for that moment; False also means not judged.
    """

    name: str
    issuer: str
    qualified: bool = False


@dataclass(frozen=True)
class FoundSeal:
    """One signature or document time stamp in the file.

    ``capacity``, ``signed_at`` (aware, to the minute) and ``mandate_of``, the date of the mandate
    under which the service signed, are as printed in an act. ``token_time`` is aware UTC. ``own``
    is None for what the service sealed.
    """

    field: str
    name: str
    reason: str
    token_time: datetime | None
    capacity: str = ""
    signed_at: datetime | None = None
    own: OwnCertificate | None = None
    mandate_of: date | None = None


@dataclass(frozen=True)
class Ledger:
    """What was recorded at sealing, from a database or an archive's manifest.

    ``shown_length`` and ``shown_sha256`` are of the frozen document. ``fields`` are the acts' in
    order; empty if not recorded or, as for an evidence sheet, nobody signs.
    """

    sealed_sha256: str
    shown_sha256: str = ""
    shown_length: int = 0
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    """Everything the verification found; ``verdict`` follows from the answers alone.

    ``agreement`` is set only when proved by the seals. ``says`` is a reference anywhere in the
    file, which proves nothing.
    """

    answers: tuple[Answer, ...]
    seals: tuple[FoundSeal, ...] = ()
    kind: str = ""
    reference: str = ""
    agreement: Agreement | None = None
    sha256: str = ""
    level: str = ""
    renewals: tuple[FoundSeal, ...] = ()  # document time stamps after the original, in a copy
    original_sha256: str = ""  # of that original; empty when the file is no renewed copy
    says: str = ""

    @property
    def verdict(self) -> str:
        """genuine, invalid, or completeness_unknown: what is visible holds, but an earlier state of
        a file would verify as well."""
        states = {answer.rule: answer.state for answer in self.answers}
        if FAILS in states.values():
            return INVALID
        # Nobody was shown an evidence sheet, so for it ``shown`` stays unknown.
        needed = set(RULES) - {"shown"}
        # Only a renewed copy has more rules than these.
        if all(states.get(rule) == HOLDS for rule in needed | states.keys() - {"shown"}):
            return GENUINE
        return COMPLETENESS_UNKNOWN

    @property
    def effective_date(self) -> date | None:
        """The Brussels date of the last act, as printed with the acts; None if an expected act is
        absent or prints none."""
        if self.kind != AGREEMENT or self.verdict == INVALID:
            return None
        acts = [each for each in self.seals if each.field != ARCHIVE_FIELD]
        instants = {each.field: each.signed_at for each in acts if each.signed_at}
        places = [each.field for each in acts]
        return effective_date(instants, places) if set(instants) == set(places) else None

    @property
    def not_recorded(self) -> bool:
        """Whether it names an original but is another file than was recorded."""
        return any(each.reason == NOT_RECORDED for each in self.answers)

    def refused(self) -> Report:
        """The same report, refused because another file was recorded."""
        answers = (
            Answer("ledger", FAILS, "not_recorded") if each.rule == "ledger" else each
            for each in self.answers
        )
        return replace(self, answers=tuple(answers), agreement=None, level="")

    def sentence(self, language: str = "nl") -> str:
        """The verdict in one sentence."""
        if self.not_recorded:
            return str(words(language)["verdict"][NOT_RECORDED]).format(reference=self.says)
        verdict = self.verdict
        if verdict == GENUINE and self.renewals:
            verdict = "genuine_renewed"
        return str(words(language)["verdict"][verdict])

    def lines(self, language: str = "nl") -> list[str]:
        """Every rule with its answer, as text."""
        return [f"{MARKS[each.state]} {each.sentence(language)}" for each in self.answers]

    def notes(self, language: str = "nl") -> list[str]:
        """Notes on own certificates and mandates, and on an act and time stamp of different dates:
        both, and which is decisive."""
        said = words(language)["dates"]
        told = [*self._own_notes(language), *self._mandate_notes(language)]
        for seal in self.seals:
            if seal.signed_at is None or seal.token_time is None:
                continue
            act, token = local_date(seal.signed_at), local_date(seal.token_time)
            if act != token:
                place = place_words(seal.field, language)
                told.append(
                    said["differ"].format(
                        place=place,
                        act=date_words(act, language),
                        token=date_words(token, language),
                    )
                )
        return told

    def _own_notes(self, language: str) -> list[str]:
        said = words(language)["own"]
        return [
            said["qualified" if own.qualified else "said"].format(
                place=place_words(seal.field, language), name=own.name, issuer=own.issuer
            )
            for seal in self.seals
            if (own := seal.own) is not None
        ]

    def _mandate_notes(self, language: str) -> list[str]:
        said = words(language)["mandate"]
        return [
            said["placed"].format(
                place=place_words(seal.field, language), day=date_words(seal.mandate_of, language)
            )
            for seal in self.seals
            if seal.mandate_of is not None
        ]

    def as_json(self, language: str = "nl") -> dict[str, Any]:
        """The report as JSON values: stable codes with their sentences."""
        effective = self.effective_date
        return {
            "verdict": self.verdict,
            "sentence": self.sentence(language),
            "kind": self.kind,
            "reference": self.reference,
            "not_the_original_of": self.says if self.not_recorded else None,
            "agreement": asdict(self.agreement) if self.agreement else None,
            "effective_date": effective.isoformat() if effective else None,
            "level": self.level,
            "sha256": self.sha256,
            "original_sha256": self.original_sha256 or self.sha256,
            "rules": [
                {**asdict(each), "sentence": each.sentence(language)} for each in self.answers
            ],
            "seals": [_seal_as_json(each) for each in self.seals],
            "renewals": [_seal_as_json(each) for each in self.renewals],
            "notes": self.notes(language),
        }


def _seal_as_json(seal: FoundSeal) -> dict[str, Any]:
    return {
        **asdict(seal),
        "token_time": seal.token_time.isoformat() if seal.token_time else None,
        "signed_at": seal.signed_at.isoformat() if seal.signed_at else None,
        "mandate_of": seal.mandate_of.isoformat() if seal.mandate_of else None,
    }


def place_words(field: str, language: str = "nl") -> str:
    """The name of a field for readers; its technical name if not ours.

    A party's second signatory has the first one's name with a number.
    """
    known = words(language)["place"]
    name, _, number = field.rpartition("_")
    if field not in known and name in known and number.isdecimal():
        return f"{known[name]} ({number[:2]})"
    return str(known.get(field, field[:80]))


def date_words(day: date, language: str = "nl") -> str:
    """``2 maart 2026``, ``2 March 2026``."""
    return f"{day.day} {words(language)['dates']['months'][day.month - 1]} {day.year}"


def moment_words(instant: datetime, language: str = "nl") -> str:
    """``2 maart 2026, 14:05 (+01:00)`` in Brussels time."""
    local = instant.astimezone(BRUSSELS)
    offset = local.strftime("%z")
    return f"{date_words(local.date(), language)}, {local:%H:%M} ({offset[:3]}:{offset[3:]})"
