"""An agreement that was signed elsewhere, as a member of staff registers it.

Its record says who registered which file and what that person read in it, not who signed. It is
canonical JSON, sealed and kept beside the file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any

import rfc8785

from service.agreement.fields import Checker
from service.agreement.parties import Controller, Processor, parse_controller
from service.error_codes import FieldCode
from service.errors import FieldError, Invalid
from service.texts import OURS, text

SCHEMA = "zegel-registration/1"
PDF, IMAGE = "application/pdf", "image"
MOST_BYTES = 25 * 1024 * 1024
_KINDS = (
    (b"%PDF-", PDF, ".pdf"),
    (b"\xff\xd8\xff", "image/jpeg", ".jpg"),
    (b"\x89PNG\r\n\x1a\n", "image/png", ".png"),
    (b"II*\0", "image/tiff", ".tiff"),
    (b"MM\0*", "image/tiff", ".tiff"),
)


def media_type_of(data: bytes) -> tuple[str, str] | None:
    """The media type of a file by its first bytes, and its ending in the archive; None if it may
    not be registered."""
    found = (each for each in _KINDS if data.startswith(each[0]))
    first = next(found, None)
    return (first[1], first[2]) if first else None


@dataclass(frozen=True)
class File:
    """The file as it came: its name, media type, digest and size; and the PDF that is kept."""

    name: str
    media_type: str
    sha256: str
    size: int
    pdf_sha256: str
    pdf_size: int
    pages: int


@dataclass(frozen=True)
class Registration:
    """What a person read in the file. ``signed_on`` is the date of the last signature,
    ``signed_by`` the controller's signers (may be empty), ``kept_at`` where the original lies."""

    controller: Controller
    signed_on: date
    signed_by: str
    kept_at: str
    note: str


@dataclass(frozen=True)
class Record:
    """A registration with all that is kept of it. ``at`` is aware UTC; ``by_id`` and ``by_name``
    are who registered it."""

    agreement_id: str
    reference: str
    registration: Registration
    file: File
    processor: Processor
    at: datetime
    by_id: str
    by_name: str
    line: Mapping[str, Any]

    @property
    def canonical(self) -> bytes:
        """The bytes that are sealed and kept; in them also a sentence for a reader."""
        registration = self.registration
        said: dict[str, Any] = {
            "schema": SCHEMA,
            "says": text("registration.says", OURS, reference=self.reference),
            "agreement_id": self.agreement_id,
            "reference": self.reference,
            "controller": asdict(registration.controller),
            "processor": asdict(self.processor),
            "signed_on": registration.signed_on.isoformat(),
            "signed_by": registration.signed_by,
            "original_is_at": registration.kept_at,
            "note": registration.note,
            "file": asdict(self.file),
            "registered_at": self.at.astimezone(UTC).isoformat(),
            "registered_by": {"id": self.by_id, "name": self.by_name},
            "log": dict(self.line),
        }
        return rfc8785.dumps(said)


def read(record: bytes) -> Record:
    """The registration in these bytes. Raises ValueError, KeyError or TypeError for others."""
    said = json.loads(record)
    if said["schema"] != SCHEMA:
        raise ValueError(f"schema {said['schema']!r} is not known here")
    return Record(
        said["agreement_id"],
        said["reference"],
        Registration(
            Controller(**said["controller"]),
            date.fromisoformat(said["signed_on"]),
            said["signed_by"],
            said["original_is_at"],
            said["note"],
        ),
        File(**said["file"]),
        Processor(**said["processor"]),
        datetime.fromisoformat(said["registered_at"]),
        said["registered_by"]["id"],
        said["registered_by"]["name"],
        said["log"],
    )


def parse_registration(fields: Mapping[str, Any], today: date) -> Registration:
    """What was typed, checked. ``today`` is the date in Brussels. Raises Invalid."""
    check = Checker()
    controller = parse_controller(fields, check, complete=False)
    signed_on = check.day("signed_on", fields.get("signed_on"))
    if signed_on is None and not any(each.field == "signed_on" for each in check.errors):
        check.refuse("signed_on", FieldCode.REQUIRED)
    elif signed_on and signed_on > today:
        check.refuse("signed_on", FieldCode.SIGNED_LATER)
    signed_by = check.line("signed_by", fields.get("signed_by"), least=2, required=False)
    kept_at = check.line("kept_at", fields.get("kept_at"), least=2)
    note = check.text_area("note", fields.get("note"))
    check.raise_if_wrong()
    if signed_on is None:  # which was refused above
        raise Invalid([FieldError("signed_on", FieldCode.REQUIRED)])
    return Registration(controller, signed_on, signed_by, kept_at, note)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
