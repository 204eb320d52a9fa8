"""Keeps each agreement under one prefix of the bucket, in a form that explains itself.

::

    overeenkomsten/2026/VO-2026-00042/
        overeenkomst.pdf      the sealed original
        bewijsblad.pdf        the sealed evidence sheet
        bijlagen.zip          all other files, in one uncompressed ZIP
        manifest.json         written last: every object, and which object contains each file
        vernieuwd/            years later: copies with a newer time stamp, see ``renewed``
        einde/                once its end is recorded: each change with its seal, see ``ends``

The files of a package, as ``load`` returns them and as they are handed out::

        overeenkomst.pdf
        getoond.pdf           what was shown before the first signature: the first bytes of the
                              sealed original, so not stored separately
        bewijsblad.pdf, bewijs.json, logboek.jsonl
        certificaten/         what a verifier needs: root, issuing authority, revocation lists
        handelingen/          the record of each act, as bound by its seal
        mandaat.json          the mandate, where the service signed for the processor under one
        zegels/, tijdstempels/  each seal and token separately, for tools without PDF support
        sjabloon.docx         the Word file that the text was made from
        leesweergave.html     the text as a web page; with any other page that was shown
        LEESMIJ.txt, README.txt  how to check all this
        manifest.json         the list of these files

Each object costs the same to store, read back and lock, so there are few (docs/decisions/0028).
Older packages, with an object for every file, are treated alike and never rewritten.

Every step can be killed and repeated, even by two workers at once, and gives the same package.
``list_packages`` rebuilds the index from the bucket alone.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from storage.contents import packed, unpacked, whereabouts
from storage.errors import ObjectConflict, ObjectCorrupt, ObjectMissing, PackageInvalid
from storage.manifest import (
    AGREEMENT,
    BUNDLE,
    MANIFEST,
    ROOT,
    SHEET,
    SHOWN,
    PackageFacts,
    StoredPackage,
    media_type,
    prefix_of,
    read_manifest,
    write_manifest,
)
from storage.objects import ObjectStore, ReadObject, StoredObject

REQUIRED = (AGREEMENT, SHOWN, SHEET, "bewijs.json", "logboek.jsonl")
CERTIFICATES = "certificaten/"
NAME = re.compile(
    r"(?:[a-z0-9][a-z0-9_-]*(?:/[a-z0-9][a-z0-9_-]*)?\.[a-z0-9]+|LEESMIJ\.txt|README\.txt)"
)
AT_ONCE = 4
MOST_OF_A_MANIFEST = 1_000_000  # bytes; one of thirty files is about eight thousand


@dataclass(frozen=True)
class Package:
    """The files of one agreement by name, complete and consistent. Raises PackageInvalid."""

    facts: PackageFacts
    files: Mapping[str, bytes]

    def __post_init__(self) -> None:
        prefix_of(self.facts.reference)
        missing = [name for name in REQUIRED if name not in self.files]
        if not any(name.startswith(CERTIFICATES) for name in self.files):
            missing.append(CERTIFICATES)
        if missing:
            raise PackageInvalid(f"{self.facts.reference}: without {', '.join(missing)}")
        for name in self.files:
            media_type(name)
            if not NAME.fullmatch(name) or name in (MANIFEST, BUNDLE):
                raise PackageInvalid(f"{self.facts.reference}: {name!r} may not be in a package")
        if not begins_with(self.files[AGREEMENT], self.files[SHOWN]):
            raise PackageInvalid(f"{self.facts.reference}: {AGREEMENT} does not begin with {SHOWN}")


@dataclass(frozen=True)
class LoadedPackage:
    """Every file, checked against the manifest; its ``manifest.json`` is the one for readers."""

    stored: StoredPackage
    files: Mapping[str, bytes]


def begins_with(sealed: bytes, shown: bytes) -> bool:
    """Whether the sealed original is the shown bytes followed by something more."""
    return bool(shown) and len(sealed) > len(shown) and sealed.startswith(shown)


def store(objects: ObjectStore, package: Package, *, retain_until: datetime) -> StoredPackage:
    """Put every object once and the manifest last, or return the existing package.

    Raises ObjectConflict when the prefix holds another package or other bytes, StorageUnavailable
    (retry), StorageRefused.
    """
    facts = package.facts
    if present := _present(objects, package):
        return present
    contents = packed(package.files)

    def put(name: str, data: bytes) -> StoredObject:
        return objects.put_once(
            facts.prefix + name, data, content_type=media_type(name), retain_until=retain_until
        )

    with ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="archive") as pool:
        parts = dict(zip(contents, pool.map(put, contents, contents.values()), strict=True))
    files = whereabouts(package.files)
    try:
        manifest = put(MANIFEST, write_manifest(facts, parts, files))
    except ObjectConflict:  # another worker's, perhaps an older version that stores every file
        if present := _present(objects, package):
            return present
        raise
    return StoredPackage(facts, parts, files, manifest)


def _present(objects: ObjectStore, package: Package) -> StoredPackage | None:
    """The stored package, in either format. Raises ObjectConflict for another."""
    present = find(objects, package.facts.prefix)
    if present is not None:
        _require_same(present, package)
    return present


def find(objects: ObjectStore, prefix: str) -> StoredPackage | None:
    """The complete package under ``prefix``, by the first version of its manifest, or None.

    Raises PackageInvalid, StorageUnavailable.
    """
    key = prefix + MANIFEST
    try:
        version_id = objects.original(key)
        data = objects.read(key, version_id, most=MOST_OF_A_MANIFEST).data
    except ObjectMissing:
        return None
    except ObjectCorrupt as error:
        raise PackageInvalid(f"{key}: too large for a manifest") from error
    sha256 = hashlib.sha256(data).hexdigest()
    return read_manifest(data, StoredObject(key, version_id, sha256, len(data)))


def load(objects: ObjectStore, prefix: str) -> LoadedPackage:
    """Every file of the package, compared with the manifest.

    Raises ObjectMissing (also for the manifest), ObjectCorrupt, PackageInvalid, StorageUnavailable.
    """
    stored = find(objects, prefix)
    if stored is None:
        raise ObjectMissing(f"{prefix}: there is no complete package")
    with ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="archive") as pool:
        found = pool.map(lambda one: read_good(objects, one).data, stored.objects())
        contents = dict(zip((*stored.parts, MANIFEST), found, strict=True))
    return LoadedPackage(stored, unpacked(stored, contents))


def read_copy(objects: ObjectStore, stored: StoredObject) -> ReadObject:
    """That version or, in a copied bucket, where versions have new ids, the first; not compared.

    Raises ObjectCorrupt, without reading, when it is larger; ObjectMissing, StorageUnavailable.
    """
    try:
        return objects.read(stored.key, stored.version_id, most=stored.size)
    except ObjectMissing:
        return objects.read(stored.key, objects.original(stored.key), most=stored.size)


def read_good(objects: ObjectStore, stored: StoredObject) -> ReadObject:
    """The same, with the bytes compared. Raises ObjectCorrupt if they differ."""
    found = read_copy(objects, stored)
    sha256 = hashlib.sha256(found.data).hexdigest()
    if sha256 != stored.sha256:
        raise ObjectCorrupt(stored.key, expected=stored.sha256, found=sha256)
    return found


def extend(objects: ObjectStore, stored: StoredPackage, until: datetime) -> datetime:
    """Lock every object at least until then; returns the earliest lock in force."""
    return min(objects.extend_retention(one.key, one.version_id, until) for one in stored.objects())


def list_packages(objects: ObjectStore) -> Iterator[StoredPackage]:
    """Every complete package in the bucket, in the order of the keys.

    Raises PackageInvalid at an unreadable manifest (``list_prefixes`` skips it),
    StorageUnavailable.
    """
    for prefix in list_prefixes(objects):
        stored = find(objects, prefix)
        if stored is not None:
            yield stored


def list_prefixes(objects: ObjectStore) -> Iterator[str]:
    """Every prefix that has a manifest, hidden or not: deletion without a version only hides it."""
    previous = None
    for version in objects.versions(f"{ROOT}/"):
        if version.delete_marker or not version.key.endswith("/" + MANIFEST):
            continue
        if version.key != previous:
            previous = version.key
            yield version.key.removesuffix(MANIFEST)


def _require_same(present: StoredPackage, package: Package) -> None:
    offered = {name: hashlib.sha256(data).hexdigest() for name, data in package.files.items()}
    there = {name: one.sha256 for name, one in present.files.items()}
    if present.facts == package.facts and there == offered:
        return
    raise ObjectConflict(
        present.manifest.key,
        offered=_fingerprint(package.facts, offered),
        found=_fingerprint(present.facts, there),
    )


def _fingerprint(facts: PackageFacts, digests: Mapping[str, str]) -> str:
    """A package's short name, for the message of a conflict."""
    return hashlib.sha256(repr((facts, sorted(digests.items()))).encode()).hexdigest()
