"""A signatory's prepared but not yet submitted input, kept with the session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Self

from service.agreement.act_record import SignatureImage
from service.agreement.parties import Signatory


@dataclass(frozen=True, kw_only=True)
class Prepared(SignatureImage):
    """The signature for the text with this SHA-256, to be submitted together with Bijlage 1."""

    document_sha256: str
    at: datetime

    def kept(self) -> dict[str, str]:
        return {
            "document_sha256": self.document_sha256,
            "method": self.method,
            "typed": self.typed,
            "face": self.face,
            "prepared_at": self.at.isoformat(),
        }

    @classmethod
    def from_kept(cls, kept: Mapping[str, Any], image: bytes | None) -> Self:
        """Older ones have no typeface."""
        return cls(
            kept["method"],
            kept["typed"],
            image,
            kept.get("face", ""),
            document_sha256=kept["document_sha256"],
            at=datetime.fromisoformat(kept["prepared_at"]),
        )


@dataclass(frozen=True)
class Colleague:
    """The colleague who is to sign instead, with a message; not yet notified."""

    name: str
    email: str
    function: str
    message: str

    @property
    def signatory(self) -> Signatory:
        return Signatory(self.name, self.email, self.function)

    def kept(self) -> dict[str, str]:
        return asdict(self)
