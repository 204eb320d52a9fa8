"""An evidence sheet of an invented agreement, to show the processor's look on."""

from __future__ import annotations

import hashlib
from typing import Any

from service.agreement.parties import Processor
from service.agreement.proof import numbered
from service.texts import Language, text

_ACTS = (
    ("controller_agreement", "agreement", "controller"),
    ("controller_annex", "annex", "controller"),
    ("processor_agreement", "agreement", "processor"),
)
_OF_NO_ACT = (
    "token_time",
    "token_note",
    "email",
    "mandate",
    "mandate_sha256",
    "ip",
    "browser",
    "view_sha256",
    "unopened",
)
_DOCUMENTS = ("shown", "view", "sealed")


def example_sheet(processor: Processor, signer: str, language: Language) -> dict[str, Any]:
    """The contents of the sheet, as ``service.agreement.evidence_sheet.sheet`` gives them;
    ``signer`` is who signs for the processor."""

    def said(key: str, **values: str) -> str:
        return text(f"evidence.{key}", language, **values)

    def invented(key: str) -> str:
        return said(f"example.{key}")

    controller, day, moment = invented("controller"), invented("day"), invented("moment")
    address = invented("address")
    values = {
        "reference": invented("reference"),
        "controller": controller,
        "processor": processor.full_name,
        "effective_date": day,
    }
    people = {
        "controller": {
            "person": invented("signer"),
            "organisation": controller,
            "in_short": said("short_code", address=address),
            "email_proof": said("proof_code", address=address, confirmed=moment),
        },
        "processor": {
            "person": signer,
            "organisation": processor.full_name,
            "in_short": said("short_password"),
            "email_proof": said("proof_password"),
        },
    }
    acts = [
        {
            **people[party],
            "title": text(f"labels.place.{place}", language),
            "function": invented("function"),
            "under": said(f"under.{capacity}"),
            "local_time": moment,
            "utc_time": moment,
            "method": text("labels.method.typed", language),
            "stated": said("stated"),
            "statements": [said("not_proven.2")],
            "document_sha256": _digest(place),
            "record_sha256": _digest(place),
            "openings": [],
            **dict.fromkeys(_OF_NO_ACT),
        }
        for place, capacity, party in _ACTS
    ]
    return {
        **values,
        "story": [each.format(**values) for each in numbered("story", language)],
        "binding": said("binding"),
        "compared": said("compared"),
        "agreement_title": said("agreement_title"),
        "effective_date_rule": said("effective_date_rule"),
        "parties": [
            {"role": controller, "name": controller, "number": None, "seat": invented("seat")},
        ],
        "template": {"version": "1", "sha256": _digest("template")},
        "documents": [
            {"label": said(f"document.{each}"), "sha256": _digest(each)} for each in _DOCUMENTS
        ],
        "acts": acts,
        "annex": [{"list": day, "label": day, "entered_by": controller}],
        "delegations": [],
        "events": [{"time": moment, "sentence": day, "hash": _digest("event")}],
        "chain_head": _digest("event"),
        "seal": {
            "subject": processor.full_name,
            "fingerprint": _digest("seal"),
            "root_fingerprint": _digest("root"),
            "level": "PAdES B-LTA",
            "timestamp_quality": said("quality.eigen"),
        },
        "not_proven": list(numbered("not_proven", language)),
        "verify_steps": list(numbered("verify_steps", language)),
        "verify_url": None,
    }


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()
