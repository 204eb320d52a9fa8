"""What the archive keeps of a recorded end: one record per change, beside the closed package.

Each is canonical JSON, names the SHA-256 of the one before, so that none can be left out, and has
its log entry as a line of ``logboek.jsonl``. The last one says which end is in force, if any.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import rfc8785

from service.agreement.end_reason import EndReason
from service.agreement.life import RecordedEnd

SCHEMA = "zegel-end/1"
FIRST = ""  # instead of the SHA-256 of a previous record


@dataclass(frozen=True)
class EndRecord:
    """``end`` is the end in force since, None if taken back; ``previous`` the SHA-256 of the record
    before, ``line`` the entry in the log."""

    agreement_id: str
    reference: str
    number: int
    previous: str
    end: RecordedEnd | None
    line: Mapping[str, Any]

    @property
    def canonical(self) -> bytes:
        """The bytes that are sealed and kept."""
        end = self.end
        said: dict[str, Any] = {
            "schema": SCHEMA,
            "agreement_id": self.agreement_id,
            "reference": self.reference,
            "number": self.number,
            "previous": self.previous,
            "end": end
            and {
                "ends_on": end.ends_on.isoformat(),
                "reason": end.reason.value,
                "noted_at": end.noted_at.astimezone(UTC).isoformat(),
                "noted_by": end.noted_by,
            },
            "log": dict(self.line),
        }
        return rfc8785.dumps(said)


def digest(record: bytes) -> str:
    return hashlib.sha256(record).hexdigest()


def read(record: bytes) -> EndRecord:
    """The change in these bytes. Raises ValueError, KeyError or TypeError if it is not ours."""
    said = json.loads(record)
    if said["schema"] != SCHEMA:
        raise ValueError(f"schema {said['schema']!r} is not known here")
    told = said["end"]
    end = told and RecordedEnd(
        date.fromisoformat(told["ends_on"]),
        EndReason(told["reason"]),
        datetime.fromisoformat(told["noted_at"]),
        told["noted_by"],
    )
    return EndRecord(
        said["agreement_id"],
        said["reference"],
        said["number"],
        said["previous"],
        end,
        said["log"],
    )
