"""The evidence of one agreement: the JSON document, and what the evidence sheet shows of it.

Pure: everything it says comes in as facts. What is *not* proven is said too (DESIGN.md §1.9).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from service.agreement.annex import Item
from service.agreement.deadlines import show_date, show_moment_with_offset
from service.agreement.model import Agreement
from service.texts import catalogue, text
from signatures.effective_date import local_date

SCHEMA = "zegel-evidence/3"
MOST_PRINTED_EVENTS = 400  # an agreement with several editions has about a hundred


@dataclass(frozen=True)
class ActFacts:
    """An accepted act with the time in its token. Instants are aware UTC."""

    place: str
    signed_at: datetime
    record: dict[str, Any]
    record_sha256: str
    token_time: datetime
    token_quality: str


@dataclass(frozen=True)
class EventFacts:
    """One log entry, already a sentence."""

    seq: int
    at: datetime
    event: str
    sentence: str
    hash: str


@dataclass(frozen=True)
class Succession:
    """One signatory after another. ``delegated``: the former passed on; else staff changed it.

    ``mailbox`` is how the former's mailbox was proved at passing on.
    """

    old: str
    new: str
    delegated: bool
    mailbox: dict[str, str] | None


@dataclass(frozen=True)
class Facts:
    """Everything the evidence says."""

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


def evidence(facts: Facts, parts: Mapping[str, str]) -> dict[str, Any]:
    """The evidence as JSON values (schema ``zegel-evidence/3``).

    ``parts`` is the SHA-256 of every file of the package that is fixed before the sheet is made,
    by its name: sealed with the sheet, it is what a package is judged by.

    In their canonical form (RFC 8785) each ``record`` stands in them byte for byte as it was
    hashed when the act was accepted.
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
            "last_act_at": _iso(agreement.fully_signed_at),
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
                "record": act.record,
                "record_sha256": act.record_sha256,
                "token_time": _iso(act.token_time),
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
                "mailbox": each.mailbox,
            }
            for each in facts.successions
        ],
        "log": {
            "entries": [
                {"seq": e.seq, "at": _iso(e.at), "event": e.event, "hash": e.hash}
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
            "closed_at": _iso(facts.closed_at),
        },
        "not_proven": _not_proven(facts),
    }


def sheet(facts: Facts) -> dict[str, Any]:
    """What the evidence sheet (Bewijsblad) prints: for a judge, in plain Dutch.

    Values stand here as they were recorded; whoever prints them makes them printable
    (``service/documents/always_printable.py``).
    """
    agreement = facts.agreement
    effective = agreement.effective_date
    return {
        "reference": agreement.reference,
        "story": [
            sentence.format(
                reference=agreement.reference,
                controller=agreement.controller.name,
                processor=agreement.processor.full_name,
                effective_date=show_date(effective) if effective else "",
            )
            for sentence in _numbered("story")
        ],
        "binding": text("evidence.binding"),
        "compared": text("evidence.compared") if "view" in dict(facts.documents) else None,
        "agreement_title": text("evidence.agreement_title"),
        "effective_date": show_date(effective) if effective else "",
        "effective_date_rule": text("evidence.effective_date_rule"),
        "parties": [
            {
                "role": text("labels.party.controller"),
                "name": agreement.controller.name,
                "number": agreement.controller.shown_number or text("labels.number_type.none"),
                "seat": agreement.controller.seat,
            },
            {
                "role": text("labels.party.processor"),
                "name": agreement.processor.full_name,
                "number": agreement.processor.shown_number,
                "seat": agreement.processor.seat,
            },
        ],
        "template": {"version": facts.template_version, "sha256": facts.template_sha256},
        "documents": [
            {"label": text(f"evidence.document.{key}"), "sha256": digest}
            for key, digest in facts.documents
        ],
        "acts": [_act(act) for act in facts.acts],
        "annex": [_item(item) for item in agreement.annex.items],
        "delegations": [_succession(each) for each in facts.successions],
        "events": _events(facts.events),
        "chain_head": facts.events[-1].hash if facts.events else "",
        "seal": {
            "subject": facts.seal_subject,
            "fingerprint": facts.seal_fingerprint,
            "root_fingerprint": facts.root_fingerprint,
            "level": facts.level,
            "timestamp_quality": in_words(qualities(facts)),
        },
        "not_proven": _not_proven(facts),
        "verify_steps": list(_numbered("verify_steps")),
        "verify_url": facts.verify_url,
    }


def _not_proven(facts: Facts) -> list[str]:
    """What nobody should read into this sheet; more where a time stamp is the service's own."""
    sentences = list(_numbered("not_proven"))
    if "eigen" in qualities(facts).values():
        sentences.append(text("evidence.own_stamp", level=facts.level))
    return sentences


def qualities(facts: Facts) -> dict[str, str]:
    """What each time stamp of the agreement is worth, by its place; the closing one last."""
    acts = {act.place: act.token_quality for act in facts.acts}
    return {**acts, "closing": facts.closing_quality}


def in_words(found: Mapping[str, str]) -> str:
    """The same in a sentence: once when all are alike, else each beside its place."""
    distinct = set(found.values())
    if len(distinct) == 1:
        return text(f"evidence.quality.{distinct.pop()}")
    return "; ".join(
        f"{text(f'evidence.stamp.{place}')}: {text(f'evidence.quality.{quality}')}"
        for place, quality in found.items()
    )


def _events(events: Sequence[EventFacts]) -> list[dict[str, str]]:
    """The log as printed. Of a log that somebody made very long, its middle is left to the JSON:
    a sheet of a thousand pages would never be converted, and the agreement never completed."""
    half = MOST_PRINTED_EVENTS // 2
    left_out = events[half:-half] if len(events) > MOST_PRINTED_EVENTS else ()
    if not left_out:
        return [_event(each, each.sentence) for each in events]
    said = text("evidence.left_out", count=len(left_out))
    return [
        *(_event(each, each.sentence) for each in events[:half]),
        _event(left_out[-1], said),
        *(_event(each, each.sentence) for each in events[-half:]),
    ]


def _event(event: EventFacts, sentence: str) -> dict[str, str]:
    return {
        "time": show_moment_with_offset(event.at),
        "sentence": sentence,
        "hash": event.hash,
    }


def _act(act: ActFacts) -> dict[str, Any]:
    record, said = act.record, act.record["evidence"]
    same_day = local_date(act.signed_at) == local_date(act.token_time)
    return {
        "title": text(f"labels.place.{act.place}"),
        "person": record["person"]["name"],
        "function": record["person"]["function"],
        "organisation": record["organisation"],
        "local_time": show_moment_with_offset(act.signed_at),
        "utc_time": _iso(act.signed_at),
        "token_time": show_moment_with_offset(act.token_time),
        "token_note": None if same_day else text("evidence.other_day"),
        "email": record["person"]["email"],
        "email_proof": _proof(said),
        "under": text(f"evidence.under.{act.place}"),
        "in_short": _in_short(said),
        "openings": _openings(record.get("shown", [])),
        "view_sha256": record.get("view_sha256"),
        "method": text(f"labels.method.{record['method']}"),
        "statements": [each["text"] for each in record["statements"]],
        "ip": said["ip"],
        "browser": said["user_agent"],
        "document_sha256": record["document_sha256"],
        "record_sha256": act.record_sha256,
    }


def _openings(shown: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """What was noted of the opening of the text by who signed; nothing in records from before."""
    told = []
    for each in shown:
        told.append(_opening(each["what"], each["opened_at"], each["sha256"]))
        if "common_sha256" in each:
            told.append(_opening("common", each["common_opened_at"], each["common_sha256"]))
    return told


def _opening(what: str, at: str, sha256: str) -> dict[str, str]:
    moment = show_moment_with_offset(datetime.fromisoformat(at))
    return {"said": text(f"evidence.opened.{what}", at=moment), "sha256": sha256}


def _succession(each: Succession) -> str:
    if not each.delegated:
        return text("evidence.replaced", old=each.old, new=each.new)
    passed_on = text("evidence.delegation", old=each.old, new=each.new)
    if each.mailbox is None:
        return passed_on
    return f"{passed_on} {text('evidence.delegation_proof')} {_code_proof(each.mailbox)}"


def _proof(said: dict[str, Any]) -> str:
    mailbox = said.get("mailbox")
    if mailbox is None:
        return text("evidence.proof_password")
    proof = _code_proof(mailbox)
    if said["link"]["copied_by_staff"]:
        proof = f"{proof} {text('evidence.copied_link')}"
    return proof


def _code_proof(mailbox: dict[str, str]) -> str:
    confirmed = show_moment_with_offset(datetime.fromisoformat(mailbox["code_confirmed_at"]))
    return text("evidence.proof_code", address=mailbox["address"], confirmed=confirmed)


def _in_short(said: dict[str, Any]) -> str:
    mailbox = said.get("mailbox")
    if mailbox is None:
        return text("evidence.short_password")
    return text("evidence.short_code", address=mailbox["address"])


def _item(item: Item) -> dict[str, str]:
    return {
        "list": text(f"labels.list.{item.list}"),
        "label": item.label,
        "entered_by": text(f"labels.party.{item.entered_by}"),
    }


def _numbered(name: str) -> tuple[str, ...]:
    prefix = f"{name}."
    return tuple(
        sentence for key, sentence in catalogue("evidence").items() if key.startswith(prefix)
    )


def _iso(instant: datetime | None) -> str:
    return instant.astimezone(UTC).isoformat() if instant else ""
