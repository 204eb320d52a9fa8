"""The record of one signing act: what is kept, what is hashed, and what that hash stands for.

The SHA-256 of these bytes stands in the signed bytes of the act's seal (``/Reason``), so whoever
holds the record can prove that it is the one that was sealed. The record names an e-mail address,
an IP address and a browser; the agreement does not: of them it holds nothing but this hash, and
the salt keeps anybody from finding them by guessing and comparing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import rfc8785

from service.agreement.model import Agreement
from service.agreement.parties import Signatory
from service.agreement.shown import Opening
from service.agreement.states import Place
from signatures.acts.statements import Statement

SCHEMA = "zegel-act/4"


@dataclass(frozen=True)
class ProvedMailbox:
    """That somebody could read this mailbox: a code was mailed there and entered. Aware moments."""

    address: str
    code_sent_at: datetime
    code_confirmed_at: datetime

    def in_record(self) -> dict[str, str]:
        """As JSON values."""
        return {
            "address": self.address,
            "code_sent_at": _utc(self.code_sent_at),
            "code_confirmed_at": _utc(self.code_confirmed_at),
        }


@dataclass(frozen=True)
class UsedLink:
    """The link by which somebody came, and whether staff had it in hand."""

    id: str
    sent_to: str
    opened_at: datetime | None
    copied_by_staff: bool

    def in_record(self) -> dict[str, Any]:
        """As JSON values."""
        opened = _utc(self.opened_at) if self.opened_at else None
        return {**asdict(self), "opened_at": opened}


@dataclass(frozen=True)
class Observed:
    """What was seen of the person at the act: the browser, and how it was known to be theirs.

    A signatory proved a mailbox and came by a link; staff gave a password again.
    """

    ip: str
    user_agent: str
    mailbox: ProvedMailbox | None = None
    link: UsedLink | None = None
    reauthenticated: str = ""

    def in_record(self) -> dict[str, Any]:
        """As JSON values; what does not apply is left out."""
        said: dict[str, Any] = {"ip": self.ip, "user_agent": self.user_agent[:400]}
        if self.mailbox:
            said["mailbox"] = self.mailbox.in_record()
        if self.link:
            said["link"] = self.link.in_record()
        if self.reauthenticated:
            said["reauthenticated"] = self.reauthenticated
        return said


def act_record(
    agreement: Agreement,
    place: Place,
    *,
    person: Signatory,
    organisation: str,
    signed_at: datetime,
    method: str,
    typed: str,
    image: bytes | None,
    face: str,
    statements: Sequence[Statement],
    observed: Observed,
    salt: str,
    view_sha256: str,
    shown: Sequence[Opening],
) -> dict[str, Any]:
    """The record as JSON values.

    ``face`` is the one in which a typed signature is drawn (``signatures.acts.font``), None for
    another. ``signed_at`` is aware (kept in UTC, ISO 8601 with microseconds); the statements are as
    shown; ``salt`` is 128 random bits in hexadecimal. The picture is present by its hash, the
    document by the hash of its bytes and of its reading view's (``view_sha256``); ``shown`` is what
    was noted of their opening by this person.
    """
    return {
        "schema": SCHEMA,
        "reference": agreement.reference,
        "agreement_id": agreement.id,
        "revision": agreement.edition,
        "place": place.value,
        "person": asdict(person),
        "organisation": organisation,
        "signed_at": signed_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "document_sha256": agreement.frozen_sha256,
        "view_sha256": view_sha256,
        "shown": [opening.in_record() for opening in shown],
        "method": method,
        "typed": typed,
        "face": face or None,
        "image_sha256": hashlib.sha256(image).hexdigest() if image else None,
        "statements": [asdict(said) for said in statements],
        "evidence": observed.in_record(),
        "salt": salt,
    }


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def canonical(record: Mapping[str, Any]) -> bytes:
    """The bytes that are hashed: canonical JSON (RFC 8785), so that one record has one hash."""
    return rfc8785.dumps(dict(record))


def record_sha256(record: Mapping[str, Any]) -> str:
    """The SHA-256 (hexadecimal) of the canonical bytes."""
    return hashlib.sha256(canonical(record)).hexdigest()
