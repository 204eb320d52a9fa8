"""The texts shown to a person before signing, as in the record of the act."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

VIEW, PDF, DIFFERENCE = "view", "pdf", "difference"


def sha256_of(html: str) -> str:
    return hashlib.sha256(html.encode()).hexdigest()


@dataclass(frozen=True)
class Opening:
    """One text that a person opened: the reading view, the PDF, or a difference.

    ``sha256`` is of the bytes shown. For a difference, ``common_sha256`` is the common text,
    ``common_opened_at`` when this person first opened that, and ``html`` its bytes. Instants are
    aware.
    """

    what: str
    sha256: str
    opened_at: datetime
    common_sha256: str = ""
    common_opened_at: datetime | None = None
    html: str = ""

    def in_record(self) -> dict[str, str]:
        """As JSON values: digests in hexadecimal, instants in UTC (ISO 8601)."""
        said = {"what": self.what, "sha256": self.sha256, "opened_at": _iso(self.opened_at)}
        if self.common_opened_at is not None:
            said["common_sha256"] = self.common_sha256
            said["common_opened_at"] = _iso(self.common_opened_at)
        return said

    @classmethod
    def from_record(cls, said: Mapping[str, str]) -> Opening:
        """Parse it from a record, which names texts only by digest."""
        common = said.get("common_opened_at")
        return cls(
            said["what"],
            said["sha256"],
            datetime.fromisoformat(said["opened_at"]),
            said.get("common_sha256", ""),
            datetime.fromisoformat(common) if common else None,
        )


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
