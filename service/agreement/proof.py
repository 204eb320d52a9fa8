"""The evidence of one agreement: its facts, and the JSON document that holds them.

Pure. It also states what is *not* proven.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from service.agreement.act_record import ActRecord, ProvedMailbox
from service.agreement.model import Agreement
from service.texts import Language, catalogue, text

SCHEMA = "zegel-evidence/3"


@dataclass(frozen=True)
class ActFacts:
    """An accepted act with the time of its token. Instants are aware UTC."""

    place: str
    signed_at: datetime
    record: ActRecord
    record_sha256: str
    token_time: datetime
    token_quality: str


@dataclass(frozen=True)
class EventFacts:
    seq: int
    at: datetime
    event: str
    sentence: str
    hash: str


@dataclass(frozen=True)
class Succession:
    """A change of signatory, ``delegated`` by the former one, whose ``mailbox`` was proved, or made
    by staff."""

    old: str
    new: str
    delegated: bool
    mailbox: ProvedMailbox | None


@dataclass(frozen=True)
class Facts:
    agreement: Agreement
    template_version: str
    template_sha256: str
    engine: str
    documents: tuple[tuple[str, str], ...]  # (label key, SHA-256)
    acts: tuple[ActFacts, ...]
    events: tuple[EventFacts, ...]
    successions: tuple[Succession, ...]
    seal_subject: str
    seal_fingerprint: str
    root_fingerprint: str
    level: str
    closed_at: datetime
    closing_quality: str
    verify_url: str

    @property
    def under_mandate(self) -> bool:
        return any(act.record.mandate for act in self.acts)


def evidence(facts: Facts, parts: Mapping[str, str]) -> dict[str, Any]:
    """The evidence as JSON values (schema ``zegel-evidence/3``).

    ``parts`` has the SHA-256 of every file of the package that is final before the sheet, by name.
    In the canonical form (RFC 8785) each ``record`` is byte for byte what was hashed at the act.
    """
    agreement = facts.agreement
    return {
        "schema": SCHEMA,
        "reference": agreement.reference,
        "agreement_id": agreement.id,
        "revision": agreement.edition,
        "signing_order": agreement.order.value,
        "effective_date": {
            "date": agreement.effective_date.isoformat() if agreement.effective_date else None,
            "rule": "clause 12.1: date of the last signature, Europe/Brussels",
            "last_act_at": iso(agreement.fully_signed_at),
        },
        "parties": {
            "controller": {
                "name": agreement.controller.name,
                "number": agreement.controller.shown_number or None,
                "seat": agreement.controller.seat,
            },
            "processor": {
                "name": agreement.processor.name,
                "trade_name": agreement.processor.trade_name or None,
                "number": agreement.processor.shown_number,
                "seat": agreement.processor.seat,
            },
        },
        "template": {
            "version": facts.template_version,
            "sha256": facts.template_sha256,
            "engine": facts.engine,
        },
        "documents": dict(facts.documents),
        "acts": [
            {
                "record": dict(act.record.content),
                "record_sha256": act.record_sha256,
                "token_time": iso(act.token_time),
                "token_quality": act.token_quality,
            }
            for act in facts.acts
        ],
        "annex": [
            {"list": item.list, "label": item.label, "entered_by": item.entered_by}
            for item in agreement.annex.items
        ],
        "delegations": [
            {
                "from": each.old,
                "to": each.new,
                "by": "signatory" if each.delegated else "processor",
                "mailbox": each.mailbox.in_record() if each.mailbox else None,
            }
            for each in facts.successions
        ],
        "log": {
            "entries": [
                {"seq": e.seq, "at": iso(e.at), "event": e.event, "hash": e.hash}
                for e in facts.events
            ],
            "head": facts.events[-1].hash if facts.events else None,
        },
        "parts": dict(parts),
        "seal": {
            "subject": facts.seal_subject,
            "certificate_sha256": facts.seal_fingerprint,
            "root_sha256": facts.root_fingerprint,
            "level": facts.level,
            "closed_at": iso(facts.closed_at),
        },
        "not_proven": not_proven(facts),
    }


def not_proven(facts: Facts) -> list[str]:
    """The limits of this sheet; more of them if a time stamp is the service's own, or a signature
    was placed under a mandate."""
    language = facts.agreement.language
    sentences = list(numbered("not_proven", language))
    if facts.under_mandate:
        sentences.append(text("evidence.not_seen", language))
    if "eigen" in qualities(facts).values():
        sentences.append(text("evidence.own_stamp", language, level=facts.level))
    return sentences


def qualities(facts: Facts) -> dict[str, str]:
    """The quality of each time stamp of the agreement, by place; the closing one last."""
    acts = {act.place: act.token_quality for act in facts.acts}
    return {**acts, "closing": facts.closing_quality}


def numbered(name: str, language: Language) -> tuple[str, ...]:
    """The sentences of the evidence under this name, in order."""
    prefix = f"{name}."
    return tuple(
        sentence
        for key, sentence in catalogue("evidence", language).items()
        if key.startswith(prefix)
    )


def iso(instant: datetime | None) -> str:
    """An instant as ISO 8601 in UTC; empty for None."""
    return instant.astimezone(UTC).isoformat() if instant else ""
