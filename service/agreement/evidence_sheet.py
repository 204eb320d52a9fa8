"""The contents of the evidence sheet, in the language of its agreement.

Pure: all facts are arguments.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from service.agreement.act_record import ActRecord, ProvedMailbox
from service.agreement.annex import Item
from service.agreement.deadlines import show_date, show_moment_with_offset
from service.agreement.mandate import MandateInRecord
from service.agreement.places import Place
from service.agreement.proof import (
    ActFacts,
    EventFacts,
    Facts,
    Succession,
    iso,
    not_proven,
    numbered,
    qualities,
)
from service.agreement.shown import Opening
from service.texts import Language, named, text
from signatures.effective_date import local_date

MOST_PRINTED_EVENTS = 400  # an agreement with several editions has about a hundred


def sheet(facts: Facts) -> dict[str, Any]:
    """The contents of the evidence sheet (Bewijsblad): for a judge, in plain Dutch.

    The printing code makes these values printable (``service/documents/always_printable.py``).
    """
    agreement, language = facts.agreement, facts.agreement.language
    effective = agreement.effective_date
    return {
        "reference": agreement.reference,
        "story": [
            sentence.format(
                reference=agreement.reference,
                controller=agreement.controller.name,
                processor=agreement.processor.full_name,
                effective_date=show_date(effective, language) if effective else "",
            )
            for sentence in numbered(_story(facts), language)
        ],
        "binding": text("evidence.binding", language),
        "compared": text("evidence.compared", language)
        if "view" in dict(facts.documents)
        else None,
        "agreement_title": text("evidence.agreement_title", language),
        "effective_date": show_date(effective, language) if effective else "",
        "effective_date_rule": text("evidence.effective_date_rule", language),
        "parties": [
            {
                "role": text("labels.party.controller", language),
                "name": agreement.controller.name,
                "number": agreement.controller.shown_number
                or text("labels.number_type.none", language),
                "seat": agreement.controller.seat,
            },
            {
                "role": text("labels.party.processor", language),
                "name": agreement.processor.full_name,
                "number": agreement.processor.shown_number,
                "seat": agreement.processor.seat,
            },
        ],
        "template": {"version": facts.template_version, "sha256": facts.template_sha256},
        "documents": [
            {"label": text(f"evidence.document.{key}", language), "sha256": digest}
            for key, digest in facts.documents
        ],
        "acts": [_act(act, language) for act in facts.acts],
        "annex": [_item(item, language) for item in agreement.annex.items],
        "delegations": [_succession(each, language) for each in facts.successions],
        "events": _events(facts.events, language),
        "chain_head": facts.events[-1].hash if facts.events else "",
        "seal": {
            "subject": facts.seal_subject,
            "fingerprint": facts.seal_fingerprint,
            "root_fingerprint": facts.root_fingerprint,
            "level": facts.level,
            "timestamp_quality": in_words(qualities(facts), language),
        },
        "not_proven": not_proven(facts),
        "verify_steps": list(numbered("verify_steps", language)),
        "verify_url": facts.verify_url,
    }


def _story(facts: Facts) -> str:
    return "story_under_mandate" if facts.under_mandate else "story"


def in_words(found: Mapping[str, str], language: Language) -> str:
    """The qualities as a sentence: once if all are equal, else one per place."""
    distinct = set(found.values())
    if len(distinct) == 1:
        return text(f"evidence.quality.{distinct.pop()}", language)
    stamps = [
        (named("evidence.stamp", place, language), text(f"evidence.quality.{quality}", language))
        for place, quality in found.items()
    ]
    return "; ".join(f"{stamp}: {quality}" for stamp, quality in stamps)


def _events(events: Sequence[EventFacts], language: Language) -> list[dict[str, str]]:
    """The log as printed. The middle of a very long log is only in the JSON: a sheet of a thousand
    pages could not be converted."""
    half = MOST_PRINTED_EVENTS // 2
    left_out = events[half:-half] if len(events) > MOST_PRINTED_EVENTS else ()
    if not left_out:
        return [_event(each, each.sentence, language) for each in events]
    said = text("evidence.left_out", language, count=len(left_out))
    return [
        *(_event(each, each.sentence, language) for each in events[:half]),
        _event(left_out[-1], said, language),
        *(_event(each, each.sentence, language) for each in events[-half:]),
    ]


def _event(event: EventFacts, sentence: str, language: Language) -> dict[str, str]:
    return {
        "time": show_moment_with_offset(event.at, language),
        "sentence": sentence,
        "hash": event.hash,
    }


def _act(act: ActFacts, language: Language) -> dict[str, Any]:
    record = act.record
    mandate = record.mandate
    same_day = local_date(act.signed_at) == local_date(act.token_time)
    return {
        "title": named("labels.place", act.place, language),
        "person": record.person.name,
        "function": record.person.function,
        "organisation": record.organisation,
        "local_time": show_moment_with_offset(act.signed_at, language),
        "utc_time": iso(act.signed_at),
        "token_time": show_moment_with_offset(act.token_time, language),
        "token_note": None if same_day else text("evidence.other_day", language),
        "email": record.person.email,
        "email_proof": _proof(record, language),
        "under": text(f"evidence.under.{Place.named(act.place).capacity}", language),
        "in_short": _in_short(record, language),
        "openings": _openings(record.shown, language),
        "view_sha256": record.view_sha256,
        "unopened": None if record.shown else _unopened(mandate, language),
        "mandate": _of_mandate("mandate", mandate, language) if mandate else None,
        "mandate_sha256": mandate.sha256 if mandate else None,
        "stated": _of_mandate("stated_mandate", mandate, language)
        if mandate
        else text("evidence.stated", language),
        "method": text("evidence.method_mandate", language)
        if mandate
        else text(f"labels.method.{record.method}", language),
        "statements": [each.text for each in record.statements],
        # Nobody sat at a browser when the service signed.
        "ip": None if mandate else record.ip,
        "browser": None if mandate else record.user_agent,
        "document_sha256": record.document_sha256,
        "record_sha256": act.record_sha256,
    }


def _unopened(mandate: MandateInRecord | None, language: Language) -> str:
    return text(f"evidence.{'not_shown' if mandate else 'not_recorded'}", language)


def _of_mandate(key: str, mandate: MandateInRecord, language: Language) -> str:
    day = show_date(mandate.given_on, language)
    return text(f"evidence.{key}", language, number=mandate.number, day=day)


def _openings(shown: Sequence[Opening], language: Language) -> list[dict[str, str]]:
    """The signer's recorded openings of the text; older records have none."""
    told = []
    for each in shown:
        told.append(_opening(each.what, each.opened_at, each.sha256, language))
        if each.common_opened_at:
            told.append(_opening("common", each.common_opened_at, each.common_sha256, language))
    return told


def _opening(what: str, at: datetime, sha256: str, language: Language) -> dict[str, str]:
    moment = show_moment_with_offset(at, language)
    return {"said": text(f"evidence.opened.{what}", language, at=moment), "sha256": sha256}


def _succession(each: Succession, language: Language) -> str:
    if not each.delegated:
        return text("evidence.replaced", language, old=each.old, new=each.new)
    passed_on = text("evidence.delegation", language, old=each.old, new=each.new)
    if each.mailbox is None:
        return passed_on
    proof = text("evidence.delegation_proof", language)
    return f"{passed_on} {proof} {_code_proof(each.mailbox, language)}"


def _proof(record: ActRecord, language: Language) -> str:
    if record.mandate:
        return text("evidence.proof_mandate", language)
    if record.mailbox is None:
        return text("evidence.proof_password", language)
    proof = _code_proof(record.mailbox, language)
    if record.link_copied:
        proof = f"{proof} {text('evidence.copied_link', language)}"
    return proof


def _code_proof(mailbox: ProvedMailbox, language: Language) -> str:
    confirmed = show_moment_with_offset(mailbox.code_confirmed_at, language)
    if not mailbox.together:
        return text("evidence.proof_code", language, address=mailbox.address, confirmed=confirmed)
    return text(
        "evidence.proof_code_together",
        language,
        count=len(mailbox.together),
        references=", ".join(mailbox.together),
        address=mailbox.address,
        sent=show_moment_with_offset(mailbox.code_sent_at, language),
        confirmed=confirmed,
    )


def _in_short(record: ActRecord, language: Language) -> str:
    if record.mandate:
        return _of_mandate("short_mandate", record.mandate, language)
    if record.mailbox is None:
        return text("evidence.short_password", language)
    address, together = record.mailbox.address, record.mailbox.together
    if together:
        count = len(together)
        return text("evidence.short_code_together", language, address=address, count=count)
    return text("evidence.short_code", language, address=address)


def _item(item: Item, language: Language) -> dict[str, str]:
    return {
        "list": text(f"labels.list.{item.list}", language),
        "label": item.label,
        "entered_by": text(f"labels.party.{item.entered_by}", language),
    }
