"""The manifest: the files of one agreement, and their digests.

``manifest.json`` is written last, so a prefix that has one is complete. The same package gives the
same bytes. It names the parties, so that a person finds an agreement in the bucket alone.

Formats (docs/decisions/0028 and 0046):

* ``zegel-archive/1``, no longer stored, but handed out: every file is a separate object.
* ``zegel-archive/2``: ``objects`` are those in the bucket; ``files`` says which one contains each
  file and how: ``whole``, a ``member`` of the ZIP, or the ``beginning`` of the sealed agreement.
* ``zegel-registered/1``, signed elsewhere: like the first, with the files of ``registered``.
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

FILE_PER_OBJECT, BUNDLED = "zegel-archive/1", "zegel-archive/2"
REGISTERED = "zegel-registered/1"  # signed elsewhere: a file per object
MANIFEST = "manifest.json"
AGREEMENT, SHOWN, SHEET = "overeenkomst.pdf", "getoond.pdf", "bewijsblad.pdf"
BUNDLE = "bijlagen.zip"
DOCUMENT = "ondertekend.pdf"  # of an agreement that was signed elsewhere
WHOLE, MEMBER, BEGINNING = "whole", "member", "beginning"
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
    ".zip": "application/zip",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".tiff": "image/tiff",
}


@dataclass(frozen=True)
class PackageFacts:
    """What the manifest says of the agreement; ``reference`` such as VO-2026-00042."""

    reference: str
    agreement_id: str
    edition: int
    effective_date: date
    controller_name: str
    processor_name: str
    template_version: str

    @property
    def prefix(self) -> str:
        """The package's folder; see ``prefix_of``."""
        return prefix_of(self.reference)


@dataclass(frozen=True)
class KeptFile:
    """A file's size and digest, and the name of the object that contains it."""

    object: str
    size: int
    sha256: str


@dataclass(frozen=True)
class StoredPackage:
    """A package in the bucket: its objects by name, its manifest and its files."""

    facts: PackageFacts
    parts: Mapping[str, StoredObject]
    files: Mapping[str, KeptFile]
    manifest: StoredObject

    @property
    def prefix(self) -> str:
        """Where it is kept, ending in a slash."""
        return self.facts.prefix

    @property
    def bundled(self) -> bool:
        """Whether it has the second format, with one ZIP."""
        return BUNDLE in self.parts

    @property
    def registered(self) -> bool:
        """Whether it was signed elsewhere: nothing in it is sealed by us."""
        return DOCUMENT in self.parts and AGREEMENT not in self.parts

    def objects(self) -> tuple[StoredObject, ...]:
        """Every object of the package, the manifest last."""
        return (*self.parts.values(), self.manifest)

    def inside(self, part: str) -> dict[str, KeptFile]:
        """The files inside that object, without the object itself."""
        return {
            name: file for name, file in self.files.items() if file.object == part and name != part
        }


def prefix_of(reference: str) -> str:
    """``overeenkomsten/<year in the reference>/<reference>/``. Raises PackageInvalid.

    Nothing personal: keys appear in the logs and bills of the store's operator.
    """
    match = REFERENCE.fullmatch(reference)
    if match is None:
        raise PackageInvalid(f"{reference!r} is not a reference such as VO-2026-00042")
    return f"{ROOT}/{match['year']}/{reference}/"


def media_type(name: str) -> str:
    """A file's media type. Raises PackageInvalid for an unknown kind."""
    try:
        return MEDIA_TYPES[PurePosixPath(name).suffix]
    except KeyError:
        raise PackageInvalid(f"{name}: not a kind of file that a package holds") from None


def write_manifest(
    facts: PackageFacts, parts: Mapping[str, StoredObject], files: Mapping[str, KeptFile]
) -> bytes:
    """The bytes of the manifest, in the second format."""
    return _as_json(
        {
            **_said(facts, BUNDLED),
            "objects": [
                {**_entry(name, part), "version_id": part.version_id}
                for name, part in sorted(parts.items())
            ],
            "files": [
                {**_entry(name, file), "object": file.object, "kept": _how_kept(name, file.object)}
                for name, file in sorted(files.items())
            ],
        }
    )


def write_registered(facts: PackageFacts, parts: Mapping[str, StoredObject]) -> bytes:
    """The bytes of the manifest of an agreement that was signed elsewhere."""
    return _as_json(
        {
            **_said(facts, REGISTERED),
            "files": [
                {**_entry(name, part), "version_id": part.version_id}
                for name, part in sorted(parts.items())
            ],
        }
    )


def write_file_list(package: StoredPackage) -> bytes:
    """The list of files handed out with a package, in the first format; a file has the version of
    its object."""
    return _as_json(
        {
            **_said(package.facts, FILE_PER_OBJECT),
            "files": [
                {**_entry(name, file), "version_id": package.parts[file.object].version_id}
                for name, file in sorted(package.files.items())
            ],
        }
    )


def read_manifest(data: bytes, stored: StoredObject) -> StoredPackage:
    """The package in these bytes, stored as ``stored``. Raises PackageInvalid."""
    try:
        content: dict[str, Any] = json.loads(data)
        schema = content["schema"]
        if schema not in (FILE_PER_OBJECT, BUNDLED, REGISTERED):
            raise PackageInvalid(f"{stored.key}: schema {schema!r} is not known here")
        facts = PackageFacts(
            reference=content["reference"],
            agreement_id=content["agreement_id"],
            edition=content["revision"],
            effective_date=date.fromisoformat(content["effective_date"]),
            controller_name=content["controller"],
            processor_name=content["processor"],
            template_version=content["template_version"],
        )
        parts = {
            each["name"]: StoredObject(
                facts.prefix + each["name"], each["version_id"], each["sha256"], _size(each)
            )
            for each in content["objects" if schema == BUNDLED else "files"]
        }
        files = {
            each["name"]: KeptFile(each.get("object", each["name"]), _size(each), each["sha256"])
            for each in content["files"]
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise PackageInvalid(f"{stored.key}: not a readable manifest ({error!r})") from error
    if facts.prefix + MANIFEST != stored.key:
        raise PackageInvalid(f"{stored.key}: this is the manifest of {facts.reference}")
    if (BUNDLE in parts) != (schema == BUNDLED) or not all(
        file.object in parts and _how_kept(name, file.object) for name, file in files.items()
    ):
        raise PackageInvalid(f"{stored.key}: it does not say where every file is")
    found = StoredPackage(facts, parts, files, stored)
    if found.registered != (schema == REGISTERED):
        raise PackageInvalid(f"{stored.key}: {schema!r} is not what these files are")
    return found


def _how_kept(name: str, part: str) -> str:
    """How a file is kept in that object; '' if no manifest says so."""
    if part == BUNDLE:
        return MEMBER if name not in (BUNDLE, MANIFEST) else ""
    if name == part:
        return WHOLE
    return BEGINNING if (name, part) == (SHOWN, AGREEMENT) else ""


def _size(entry: Mapping[str, Any]) -> int:
    size = entry["size"]
    if not isinstance(size, int) or size < 0:
        raise ValueError(f"{size!r} is not a size")
    return size


def _said(facts: PackageFacts, schema: str) -> dict[str, Any]:
    return {
        "schema": schema,
        "reference": facts.reference,
        "agreement_id": facts.agreement_id,
        "revision": facts.edition,
        "effective_date": facts.effective_date.isoformat(),
        "controller": facts.controller_name,
        "processor": facts.processor_name,
        "template_version": facts.template_version,
    }


def _entry(name: str, kept: StoredObject | KeptFile) -> dict[str, Any]:
    return {
        "name": name,
        "media_type": media_type(name),
        "size": kept.size,
        "sha256": kept.sha256,
    }


def _as_json(content: Mapping[str, Any]) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()
