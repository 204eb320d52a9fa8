"""The text of a mandate, word for word as shown and kept, and what a person chooses in it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from service.agreement.annex import LISTS
from service.agreement.deadlines import show_date
from service.agreement.fields import Checker
from service.agreement.mandate import (
    LEAST_A_DAY,
    MOST_A_DAY,
    MOST_DAYS_AHEAD,
    SCHEMA,
    Lines,
    Terms,
    given_in_record,
    processor_in_record,
)
from service.agreement.parties import Processor, Signatory
from service.agreement.pasted import clean
from service.agreement.permissions import Staff
from service.agreement.template_family import Choice
from service.error_codes import FieldCode
from service.texts import Language, catalogue, text
from signatures.acts.font import FACES
from signatures.acts.statements import Statement

STATEMENTS = ("authorised", "intent")


@dataclass(frozen=True)
class Draft:
    """A mandate before it is given, with all that is shown; giving must return the ``sha256`` of
    it."""

    person: Staff
    function: str
    processor: Processor
    templates: tuple[Choice, ...]
    terms: Terms
    lines: Lines
    language: Language

    @property
    def version(self) -> str:
        return catalogue("mandate", self.language)["version"]

    @property
    def text(self) -> tuple[str, ...]:
        """The paragraphs: the opening, the conditions, and what follows from them."""
        return (self.opening, *self.conditions, *self.closing)

    @property
    def opening(self) -> str:
        return self._said("opening")

    @property
    def conditions(self) -> tuple[str, ...]:
        """One sentence each."""
        names = [text(f"service_names.{each}", self.language) for each in self.terms.services]
        first = [
            self._templates(),
            self._said("services", services=", ".join(names)),
        ]
        for service, name in zip(self.terms.services, names, strict=True):
            listed = {
                each: "; ".join(label for _, label in self.lines[service][each]) or "–"
                for each in LISTS
            }
            first.append(self._said("lines", service=name, **listed))
        start = "self_started" if self.terms.self_started else "invited"
        rest = ("no_own_words", "no_changes", "business", start, "after", "own_name")
        return (*first, *map(self._said, rest), self._term())

    @property
    def closing(self) -> tuple[str, ...]:
        return tuple(map(self._said, ("waits", "tomorrow", "unseen", "revoke")))

    @property
    def statements(self) -> tuple[Statement, ...]:
        return tuple(
            Statement(f"mandate_{key}", self.version, self._said(f"statement.{key}"))
            for key in STATEMENTS
        )

    @property
    def sha256(self) -> str:
        """The SHA-256 (hexadecimal) of everything shown."""
        shown = [self.version, *self.text, *(each.text for each in self.statements)]
        return hashlib.sha256("\n".join(shown).encode()).hexdigest()

    def content(
        self,
        mandate_id: str,
        number: int,
        given_at: datetime,
        observed: Mapping[str, Any],
        salt: str,
    ) -> dict[str, Any]:
        """The record of the mandate, given at this moment (aware)."""
        return {
            "schema": SCHEMA,
            "mandate_id": mandate_id,
            "number": number,
            "given_at": given_in_record(given_at),
            "person": asdict(Signatory(self.person.name, self.person.email, self.function)),
            "organisation": self.processor.full_name,
            "processor": processor_in_record(self.processor),
            "templates": [
                {"sha256": each.sha256, "version": each.version} for each in self.templates
            ],
            "services": list(self.terms.services),
            "lines": {
                service: {name: [list(pair) for pair in listed] for name, listed in lists.items()}
                for service, lists in self.lines.items()
            },
            "until": self.terms.until.isoformat(),
            "per_day": self.terms.per_day,
            "self_started": self.terms.self_started,
            "tries_again": True,
            "text_version": self.version,
            "opening": self.opening,
            "conditions": list(self.conditions),
            "closing": list(self.closing),
            "statements": [asdict(each) for each in self.statements],
            "method": "typed",
            "typed": self.person.name,
            "face": self.terms.face,
            "evidence": dict(observed),
            "salt": salt,
        }

    def _said(self, key: str, **values: object) -> str:
        return text(
            f"mandate.{key}",
            self.language,
            name=self.person.name,
            function=self.function,
            processor=self.processor.full_name,
            **values,
        )

    def _templates(self) -> str:
        named = "; ".join(
            self._said("named", template=each.name, version=each.version, sha256=each.sha256)
            for each in self.templates
        )
        return self._said("one_of" if len(self.templates) > 1 else "template", named=named)

    def _term(self) -> str:
        until = show_date(self.terms.until, self.language)
        return self._said("term", until=until, per_day=self.terms.per_day)


def parse_terms(
    fields: Mapping[str, str], services: Sequence[str], *, known: Sequence[str], today: date
) -> Terms:
    """Raises Invalid naming ``services``, ``until`` or ``per_day``.

    ``today`` is a Brussels date; an unknown face becomes the first.
    """
    check = Checker()
    chosen = tuple(each for each in known if each in services)
    if not chosen:
        check.refuse("services", FieldCode.SERVICES_EMPTY)
    until = check.day("until", fields.get("until"), today=today)
    if until is None:
        if not any(each.field == "until" for each in check.errors):
            check.refuse("until", FieldCode.REQUIRED)
    elif until < today:
        check.refuse("until", FieldCode.DATE_PAST)
    typed = clean(fields.get("per_day"))
    number = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 6 else 0
    if not LEAST_A_DAY <= number <= MOST_A_DAY:
        check.refuse("per_day", FieldCode.NUMBER_RANGE, least=LEAST_A_DAY, most=MOST_A_DAY)
    check.raise_if_wrong()
    face = fields.get("face", "")
    return Terms(
        chosen,
        until or today,
        number,
        face if face in FACES else FACES[0],
        self_started=clean(fields.get("self_started")) == "yes",
    )


def latest(today: date) -> date:
    return today + timedelta(days=MOST_DAYS_AHEAD)
