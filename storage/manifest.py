"""The manifest: which files make one agreement, and by what they are recognised.

``manifest.json`` is written last, so a prefix that has one is complete. It holds nothing that
depends on when or how often it was written: the same package gives the same bytes. It names the
parties, because a person must be able to find an agreement in the bucket alone, and no address of
a person or a machine.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath
from typing import Any

from storage.errors import PackageInvalid
from storage.objects import StoredObject

SCHEMA = "zegel-archive/1"
MANIFEST = "manifest.json"
ROOT = "overeenkomsten"
REFERENCE = re.compile(r"[A-Z][A-Z0-9]*-(?P<year>\d{4})-\d+")
MEDIA_TYPES = {
    ".pdf": "application/pdf",
    ".json": "application/json",
    ".jsonl": "application/jsonl",
    ".pem": "application/x-pem-file",
    ".der": "application/pkix-crl",
    ".html": "text/html; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".p7s": "application/pkcs7-signature",
    ".sig": "application/octet-stream",
    ".tst": "application/octet-stream",
    ".tsr": "application/timestamp-reply",
}


@dataclass(frozen=True)
class PackageFacts:
    """What the manifest says about the agreement itself; ``reference`` such as VO-2026-00042."""

    reference: str
    agreement_id: str
    revision: int
    effective_date: date
    controller_name: str
    processor_name: str
    template_version: str

    @property
    def prefix(self) -> str:
        """Where the package is kept, with a slash at the end; see ``prefix_of``."""
        return prefix_of(self.reference)


@dataclass(frozen=True)
class StoredPackage:
    """A package as it is in the bucket; ``files`` by name, the manifest apart."""

    facts: PackageFacts
    files: Mapping[str, StoredObject]
    manifest: StoredObject

    @property
    def prefix(self) -> str:
        """Where it is kept, with a slash at the end."""
        return self.facts.prefix

    def objects(self) -> tuple[StoredObject, ...]:
        """Every object of the package, the manifest last."""
        return (*self.files.values(), self.manifest)


def prefix_of(reference: str) -> str:
    """``overeenkomsten/<year in the reference>/<reference>/``. Raises PackageInvalid.

    Nothing personal is in it: keys appear in logs and bills of the store's keeper.
    """
    match = REFERENCE.fullmatch(reference)
    if match is None:
        raise PackageInvalid(f"{reference!r} is not a reference such as VO-2026-00042")
    return f"{ROOT}/{match['year']}/{reference}/"


def media_type(name: str) -> str:
    """The media type of a file of a package. Raises PackageInvalid for an unknown kind."""
    try:
        return MEDIA_TYPES[PurePosixPath(name).suffix]
    except KeyError:
        raise PackageInvalid(f"{name}: not a kind of file that a package holds") from None


def write_manifest(facts: PackageFacts, files: Mapping[str, StoredObject]) -> bytes:
    """The bytes of the manifest."""
    content = {
        "schema": SCHEMA,
        "reference": facts.reference,
        "agreement_id": facts.agreement_id,
        "revision": facts.revision,
        "effective_date": facts.effective_date.isoformat(),
        "controller": facts.controller_name,
        "processor": facts.processor_name,
        "template_version": facts.template_version,
        "files": [
            {
                "name": name,
                "media_type": media_type(name),
                "size": stored.size,
                "sha256": stored.sha256,
                "version_id": stored.version_id,
            }
            for name, stored in sorted(files.items())
        ],
    }
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()


def read_manifest(data: bytes, stored: StoredObject) -> StoredPackage:
    """The package that these bytes, kept as ``stored``, describe. Raises PackageInvalid."""
    try:
        content: dict[str, Any] = json.loads(data)
        if content["schema"] != SCHEMA:
            raise PackageInvalid(f"{stored.key}: schema {content['schema']!r} is not {SCHEMA!r}")
        facts = PackageFacts(
            reference=content["reference"],
            agreement_id=content["agreement_id"],
            revision=content["revision"],
            effective_date=date.fromisoformat(content["effective_date"]),
            controller_name=content["controller"],
            processor_name=content["processor"],
            template_version=content["template_version"],
        )
        files = {
            file["name"]: StoredObject(
                facts.prefix + file["name"], file["version_id"], file["sha256"], file["size"]
            )
            for file in content["files"]
        }
    except (ValueError, KeyError, TypeError) as error:
        raise PackageInvalid(f"{stored.key}: not a readable manifest ({error!r})") from error
    if facts.prefix + MANIFEST != stored.key:
        raise PackageInvalid(f"{stored.key}: this is the manifest of {facts.reference}")
    return StoredPackage(facts, files, stored)
