"""The record of one signing act: what is kept, what is hashed, and what that hash stands for.

The SHA-256 of these bytes stands in the signed bytes of the act's seal (``/Reason``), so whoever
holds the record can prove that it is the one that was sealed. The record names an e-mail address,
an IP address and a browser; the agreement does not: of them it holds nothing but this hash, and
the salt keeps anybody from finding them by guessing and comparing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import rfc8785

from service.agreement.model import Agreement
from service.agreement.shown import Opening
from service.agreement.states import Place

SCHEMA = "zegel-act/4"


def act_record(
    agreement: Agreement,
    place: Place,
    *,
    person: Mapping[str, str],
    organisation: str,
    signed_at: datetime,
    method: str,
    typed: str,
    image: bytes | None,
    face: str,
    statements: list[dict[str, str]],
    evidence: Mapping[str, Any],
    salt: str,
    view_sha256: str,
    shown: Sequence[Opening],
) -> dict[str, Any]:
    """The record as JSON values.

    ``face`` is the one in which a typed signature is drawn (``signatures.acts.font``), None for
    another.
    ``person`` has name, function and email; ``signed_at`` is aware (kept in UTC, ISO 8601 with
    microseconds); each statement has id, version and text as shown; ``evidence`` is what was
    observed (mailbox, link, device); ``salt`` is 128 random bits in hexadecimal. The picture is
    present by its hash, the document by the hash of its bytes and of its reading view's
    (``view_sha256``); ``shown`` is what was noted of their opening by this person.
    """
    return {
        "schema": SCHEMA,
        "reference": agreement.reference,
        "agreement_id": agreement.id,
        "revision": agreement.revision,
        "place": place.value,
        "person": dict(person),
        "organisation": organisation,
        "signed_at": signed_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "document_sha256": agreement.frozen_sha256,
        "view_sha256": view_sha256,
        "shown": [opening.in_record() for opening in shown],
        "method": method,
        "typed": typed,
        "face": face or None,
        "image_sha256": hashlib.sha256(image).hexdigest() if image else None,
        "statements": statements,
        "evidence": dict(evidence),
        "salt": salt,
    }


def canonical(record: Mapping[str, Any]) -> bytes:
    """The bytes that are hashed: canonical JSON (RFC 8785), so that one record has one hash."""
    return rfc8785.dumps(dict(record))


def record_sha256(record: Mapping[str, Any]) -> str:
    """The SHA-256 (hexadecimal) of the canonical bytes."""
    return hashlib.sha256(canonical(record)).hexdigest()
