"""A signing act: one person, at one place, at one instant, with the statements made.

Two records describe an act. The *act record* made here has no e-mail address, IP address or
user agent; the SHA-256 of it stands inside the signed bytes of the seal (``/Reason``). What was
observed about the device is the caller's *evidence record*; give its SHA-256 as
``evidence_sha256`` and the seal binds it too, without showing it.
"""

import string
import unicodedata
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any

from signatures.canonical import canonical_json, sha256_hex
from signatures.statements import Statement

SCHEMA = "zegel-act/1"
METHODS = ("typed", "drawn", "uploaded")
_HEX = frozenset(string.hexdigits.lower())


@dataclass(frozen=True)
class Act:
    """What one person did at one signature place, ready to be sealed.

    ``signed_at`` is the aware instant (kept in UTC) at which the act was accepted.
    ``image_png`` is the drawn or uploaded signature (PNG, alpha allowed), None for a typed one,
    whose text is ``typed_text``. ``document_sha256`` is the hash (hex) of the frozen document
    the person was shown; ``record_sha256`` that of ``act_record``. Texts are put into NFC.

    Raises ``ValueError`` for a naive instant, an unknown method, a method without its image or
    text, or a hash that is not 64 lower-case hexadecimal digits.
    """

    place: str
    reference: str
    organisation: str
    person_name: str
    function: str
    signed_at: datetime
    method: str
    image_png: bytes | None
    typed_text: str | None
    document_sha256: str
    statements: tuple[Statement, ...]
    record_sha256: str

    def __post_init__(self) -> None:
        if self.signed_at.utcoffset() is None:
            raise ValueError("signed_at needs a time zone")
        if self.method not in METHODS:
            raise ValueError(f"unknown method {self.method!r}")
        if (self.method == "typed") != (self.image_png is None):
            raise ValueError("a typed signature has no image, a drawn or uploaded one has")
        if self.method == "typed" and not (self.typed_text or "").strip():
            raise ValueError("a typed signature needs its text")
        for digest in (self.document_sha256, self.record_sha256):
            if len(digest) != 64 or not set(digest) <= _HEX:
                raise ValueError(f"not a SHA-256 in hexadecimal: {digest!r}")
        object.__setattr__(self, "signed_at", self.signed_at.astimezone(UTC))
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, str):
                object.__setattr__(self, field.name, unicodedata.normalize("NFC", value))


def act_record(act: Act, *, evidence_sha256: str | None = None) -> bytes:
    """Canonical JSON (RFC 8785) of the act, without personal data about its device.

    ``act.record_sha256`` is left out: it is the hash of these very bytes. The image is present
    by its hash only. Instants are ISO 8601 in UTC with microseconds.
    """
    image_sha256 = None if act.image_png is None else sha256_hex(act.image_png)
    record: dict[str, Any] = {
        "schema": SCHEMA,
        "place": act.place,
        "reference": act.reference,
        "organisation": act.organisation,
        "person_name": act.person_name,
        "function": act.function,
        "signed_at": instant_text(act.signed_at),
        "method": act.method,
        "typed_text": act.typed_text,
        "image_sha256": image_sha256,
        "document_sha256": act.document_sha256,
        "statements": [
            {**statement.as_record(), "sha256": statement.sha256} for statement in act.statements
        ],
        "evidence_sha256": evidence_sha256,
    }
    return canonical_json(record)


def recorded(act: Act, *, evidence_sha256: str | None = None) -> Act:
    """The same act with ``record_sha256`` set to the hash of its own ``act_record``."""
    return replace(act, record_sha256=sha256_hex(act_record(act, evidence_sha256=evidence_sha256)))


def instant_text(instant: datetime) -> str:
    """``2026-03-01T23:30:00.000000Z``: one spelling for every instant in evidence."""
    if instant.utcoffset() is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
