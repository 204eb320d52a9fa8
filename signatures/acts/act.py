"""A signing act: who signed, where, when, in what manner, and the statements made.

It holds what the seal prints and binds: of the caller's fuller record only the hash.
"""

import string
import unicodedata
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime

from signatures.acts.font import FACES
from signatures.acts.statements import Statement

METHODS = ("typed", "drawn", "uploaded")
_HEX = frozenset(string.hexdigits.lower())


@dataclass(frozen=True)
class Act:
    """One act at one signature place, ready to be sealed.

    ``signed_at`` is when the act was accepted (aware, kept in UTC). A typed signature has
    ``typed_text``, drawn in ``face`` (see ``font``); a drawn or uploaded one ``image_png``. Hashes
    are SHA-256 in hexadecimal: of the frozen document, and of the caller's record. ``mandate_of``
    is the date of the mandate under which the service signed, if it did. Texts are normalised to
    NFC.

    Raises ``ValueError`` for a naive instant, an unknown method or face, a method without its image
    or text, or a malformed hash.
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
    face: str = FACES[0]
    mandate_of: date | None = None

    def __post_init__(self) -> None:
        if self.signed_at.utcoffset() is None:
            raise ValueError("signed_at needs a time zone")
        if self.method not in METHODS:
            raise ValueError(f"unknown method {self.method!r}")
        if (self.method == "typed") != (self.image_png is None):
            raise ValueError("a typed signature has no image, a drawn or uploaded one has")
        if self.method == "typed" and not (self.typed_text or "").strip():
            raise ValueError("a typed signature needs its text")
        if self.face not in FACES:
            raise ValueError(f"unknown face {self.face!r}")
        for digest in (self.document_sha256, self.record_sha256):
            if len(digest) != 64 or not set(digest) <= _HEX:
                raise ValueError(f"not a SHA-256 in hexadecimal: {digest!r}")
        object.__setattr__(self, "signed_at", self.signed_at.astimezone(UTC))
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, str):
                object.__setattr__(self, field.name, unicodedata.normalize("NFC", value))
