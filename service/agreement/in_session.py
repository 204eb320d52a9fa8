"""What a signatory's browser has prepared and not yet done, kept with its session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Self

from service.agreement.parties import Signatory


@dataclass(frozen=True)
class Prepared:
    """The signature for the text with this SHA-256, to be submitted together with Bijlage 1.

    ``method`` is how somebody signs; ``image`` the picture where there is one, ``face`` the one in
    which a typed name is drawn.
    """

    document_sha256: str
    method: str
    typed: str
    face: str
    image: bytes | None
    at: datetime

    def kept(self) -> dict[str, str]:
        """As JSON values; the picture has a place of its own."""
        return {
            "document_sha256": self.document_sha256,
            "method": self.method,
            "typed": self.typed,
            "face": self.face,
            "prepared_at": self.at.isoformat(),
        }

    @classmethod
    def from_kept(cls, kept: Mapping[str, Any], image: bytes | None) -> Self:
        """The same again; what was kept before there were faces has none."""
        return cls(
            kept["document_sha256"],
            kept["method"],
            kept["typed"],
            kept.get("face", ""),
            image,
            datetime.fromisoformat(kept["prepared_at"]),
        )


@dataclass(frozen=True)
class Colleague:
    """Who is to sign instead, and a word to that person; nobody has been told yet."""

    name: str
    email: str
    function: str
    message: str

    @property
    def signatory(self) -> Signatory:
        """As a signatory."""
        return Signatory(self.name, self.email, self.function)

    def kept(self) -> dict[str, str]:
        """As JSON values."""
        return asdict(self)
