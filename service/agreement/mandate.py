"""The standing mandate: a signatory lets the service countersign what deviates in nothing.

No other text is signed that its signatory did not open. So the mandate is shown word for word,
given with a password, kept, and named in each act by the SHA-256 of its record, canonical JSON (RFC
8785).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

import rfc8785

from service.agreement.annex import LISTS, ListName, categories
from service.agreement.parties import Processor, Signatory
from service.agreement.suggestions import Suggestions, suggestions
from signatures.acts.statements import Statement
from signatures.effective_date import local_date

SCHEMA = "zegel-mandate/1"
LEAST_A_DAY, MOST_A_DAY = 1, 1000
MOST_DAYS_AHEAD = 366

# By service, then by list: pairs of code and label.
Lines = Mapping[str, Mapping[ListName, Sequence[tuple[str, str]]]]


class MandateEnd(StrEnum):
    """Why a mandate ended before its last day; NOT is stored while it has not."""

    NOT = ""
    REVOKED = "revoked"
    REPLACED = "replaced"  # by a new mandate of the same person
    ACCOUNT = "account"  # blocked, renamed, or without the role
    RESTORED = "restored"  # from the archive, which does not know whether it was still in force


class Outcome(StrEnum):
    """What became of an agreement for which a mandate was tried."""

    WAITING = "waiting"
    SIGNED = "signed"
    REFUSED = "refused"


class Misfit(StrEnum):
    """Why an agreement is not signed under a mandate; sentences in ``mandate.misfit``."""

    ENDED = "ended"
    EXPIRED = "expired"
    LIMIT = "limit"
    ACCOUNT = "account"
    RENAMED = "renamed"
    OTHER_SIGNATORY = "other_signatory"
    OTHER_PROCESSOR = "other_processor"
    ORDER = "order"
    SIGNED_BEFORE = "signed_before"
    TEMPLATE = "template"
    SERVICES = "services"
    OWN_WORDS = "own_words"
    SENSITIVE = "sensitive"
    NOT_STANDARD = "not_standard"
    ORGANISATION_CHANGED = "organisation_changed"
    DELEGATED = "delegated"
    COPIED_LINK = "copied_link"
    NOT_A_BUSINESS = "not_a_business"
    FLAGGED = "flagged"
    QUESTION = "question"
    SELF_STARTED = "self_started"
    NOT_ON_A_LIST = "not_on_a_list"
    OTHER_AGREEMENT = "other_agreement"
    FAILED = "failed"  # no rule: the work itself failed
    TOMORROW = "tomorrow"  # only the number of a day was reached, and the mandate tries again


@dataclass(frozen=True)
class MandateInRecord:
    """The mandate's number, its Brussels date, and the SHA-256 of its own record."""

    number: int
    given_on: date
    sha256: str

    def in_record(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "given_on": self.given_on.isoformat(),
            "sha256": self.sha256,
        }

    @classmethod
    def from_record(cls, said: Mapping[str, Any]) -> MandateInRecord:
        return cls(said["number"], date.fromisoformat(said["given_on"]), said["sha256"])


@dataclass(frozen=True)
class Terms:
    """``until`` is the last Brussels day, ``face`` the typeface of the signature, ``self_started``
    whether customers may have begun on the public page."""

    services: tuple[str, ...]
    until: date
    per_day: int
    face: str
    self_started: bool = False


@dataclass(frozen=True)
class Mandate:
    """A mandate that was given. ``content`` is what was hashed; ``given_at`` is aware UTC."""

    id: str
    number: int
    staff_id: str
    given_at: datetime
    content: Mapping[str, Any]
    sha256: str
    ended: MandateEnd = MandateEnd.NOT
    ended_at: datetime | None = None

    @property
    def given_on(self) -> date:
        """Its date in Brussels, by which it is called."""
        return local_date(self.given_at)

    @property
    def person(self) -> Signatory:
        """Who gave it, with the name and function of that moment."""
        return Signatory(**self.content["person"])

    @property
    def services(self) -> tuple[str, ...]:
        return tuple(self.content["services"])

    @property
    def templates(self) -> tuple[str, ...]:
        return tuple(each["sha256"] for each in self.content["templates"])

    @property
    def until(self) -> date:
        """The last day, in Brussels."""
        return date.fromisoformat(self.content["until"])

    @property
    def per_day(self) -> int:
        return int(self.content["per_day"])

    @property
    def face(self) -> str:
        return str(self.content["face"])

    @property
    def self_started(self) -> bool:
        """Whether a known customer may have begun on the public page; older mandates do not say
        so."""
        return bool(self.content.get("self_started", False))

    @property
    def tries_again(self) -> bool:
        """Whether what exceeds the number of a day is tried again the next day; older mandates do
        not say so."""
        return bool(self.content.get("tries_again", False))

    @property
    def opening(self) -> str:
        """The beginning of the text, word for word as shown, like the next two."""
        return str(self.content["opening"])

    @property
    def conditions(self) -> tuple[str, ...]:
        return tuple(self.content["conditions"])

    @property
    def closing(self) -> tuple[str, ...]:
        return tuple(self.content["closing"])

    @property
    def statements(self) -> tuple[Statement, ...]:
        return tuple(Statement(**said) for said in self.content["statements"])

    @property
    def canonical(self) -> bytes:
        return canonical(self.content)

    @property
    def in_record(self) -> MandateInRecord:
        return MandateInRecord(self.number, self.given_on, self.sha256)

    def in_force(self, today: date) -> bool:
        return self.ended is MandateEnd.NOT and today <= self.until


def standard_lines(services: Sequence[str], own: Suggestions | None) -> Lines:
    """The lines allowed in Bijlage 1: the present suggestions of these services without flagged
    ones. Later suggestions do not widen a mandate."""
    known = suggestions(own)
    labels = {
        name: {each.code: each.label for each in categories(name) if not each.flag}
        for name in LISTS
    }
    return {
        service: {
            name: [
                (code, labels[name][code]) for code in known[service][name] if code in labels[name]
            ]
            for name in LISTS
        }
        for service in services
    }


def processor_in_record(processor: Processor) -> dict[str, str]:
    """The legal entity that a mandate binds."""
    return {"name": processor.name, "enterprise_number": processor.enterprise_number}


def canonical(content: Mapping[str, Any]) -> bytes:
    return rfc8785.dumps(dict(content))


def digest(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical(content)).hexdigest()


def given_in_record(moment: datetime) -> str:
    """An aware instant as in the record: UTC, ISO 8601 with microseconds."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
