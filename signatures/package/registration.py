"""The sealed record of an agreement that was signed elsewhere: who registered it, which file it is
and what they read in it. It never says who signed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from signatures.texts import words
from signatures.verdict.report import date_words, moment_words

_SCHEMA = "zegel-registration/1"
# The name in the package of the file as received, by its media type; a PDF is the document itself.
_SOURCES = {
    "application/pdf": "",
    "image/jpeg": "bron.jpg",
    "image/png": "bron.png",
    "image/tiff": "bron.tiff",
}
_TOLD = ("reference", "controller", "processor", "signed_by", "kept_at", "registered_by")


@dataclass(frozen=True)
class Registration:
    """What the record says; ``signed_on`` and ``signed_by`` are what somebody read in the file.

    ``source`` is the name in the package of the file as received, empty for a PDF; the two digests
    are of that file and of the PDF. ``sealed_at`` is the moment of the seal's time stamp, None if
    unproved. ``digests`` are those of the package's files.
    """

    reference: str
    agreement_id: str
    controller: str
    processor: str
    signed_on: date
    signed_by: str
    kept_at: str
    registered_at: datetime
    registered_by: str
    source: str
    source_sha256: str
    sha256: str
    sealed_at: datetime | None = None
    digests: Mapping[str, str] = field(default_factory=dict)

    def lines(self, language: str = "nl") -> list[str]:
        """The record in sentences."""
        said = words(language)["registered"]["told"]
        about = {
            **{name: _plain(getattr(self, name)) for name in _TOLD},
            "signed_on": date_words(self.signed_on, language),
            "registered_at": moment_words(self.registered_at, language),
            "sealed_at": moment_words(self.sealed_at, language) if self.sealed_at else "",
        }
        told = ["seen", "registered", "parties", "signed_on"]
        told += [name for name in ("signed_by", "kept_at", "sealed_at") if about[name]]
        return [str(said[name]).format(**about) for name in told]

    def as_json(self) -> dict[str, Any]:
        """The same as JSON values."""
        return {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in asdict(self).items()
        }


def _plain(said: str) -> str:
    """What can be shown of a text from the file."""
    return "".join(each if each.isprintable() else "�" for each in said)


def registration_in(record: bytes) -> Registration:
    """The registration in these bytes; others raise ValueError, KeyError, TypeError, AttributeError
    or RecursionError."""
    said = json.loads(record)
    if said["schema"] != _SCHEMA:
        raise ValueError(f"schema {said['schema']!r}")
    file, processor = said["file"], said["processor"]
    trade_name = processor["trade_name"]
    texts: dict[str, Any] = {
        "reference": said["reference"],
        "agreement_id": said["agreement_id"],
        "controller": said["controller"]["name"],
        "processor": f"{processor['name']} ({trade_name})" if trade_name else processor["name"],
        "signed_by": said["signed_by"],
        "kept_at": said["original_is_at"],
        "registered_by": said["registered_by"]["name"],
        "source": _SOURCES[file["media_type"]],
        "source_sha256": file["sha256"],
        "sha256": file["pdf_sha256"],
    }
    if not all(isinstance(each, str) for each in texts.values()):
        raise TypeError("not text")
    at = datetime.fromisoformat(said["registered_at"])
    if at.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return Registration(**texts, signed_on=date.fromisoformat(said["signed_on"]), registered_at=at)
