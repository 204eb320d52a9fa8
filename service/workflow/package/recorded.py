"""The records of a package: its objects in the bucket, and the object of each file."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from service.agreement.model import Agreement
from service.database.agreement.documents import Original
from service.database.keeping.archive import ArchivedObject
from storage.manifest import (
    BUNDLE,
    MANIFEST,
    KeptFile,
    PackageFacts,
    StoredPackage,
    write_file_list,
)
from storage.objects import StoredObject
from storage.renewed import original_of


@dataclass(frozen=True)
class ListedFile:
    """A downloadable file; ``locked_until`` is the lock of its object."""

    name: str
    size: int
    sha256: str
    locked_until: datetime


def package_facts(agreement: Agreement, original: Original) -> PackageFacts:
    """The agreement's facts for the manifest, fixed at the closing."""
    facts = original.manifest_facts
    return PackageFacts(
        reference=agreement.reference,
        agreement_id=agreement.id,
        edition=original.edition,
        effective_date=facts.effective_date,
        controller_name=facts.controller,
        processor_name=facts.processor,
        template_version=facts.template_version,
    )


def recorded_package(
    agreement: Agreement, original: Original, objects: Sequence[ArchivedObject]
) -> StoredPackage:
    """The package as recorded when it was stored; without later renewed copies."""
    kept = {each.name: each for each in objects if not original_of(each.name)}
    parts = {name: stored(each) for name, each in kept.items()}
    manifest = parts.pop(MANIFEST)
    files = {
        name: KeptFile(name, part.size, part.sha256)
        for name, part in parts.items()
        if name != BUNDLE
    }
    for each in kept.values():
        files |= inside(each)
    return StoredPackage(package_facts(agreement, original), parts, files, manifest)


def bundled(objects: Sequence[ArchivedObject]) -> bool:
    """Whether these are the objects of a package in the second format."""
    return any(each.name == BUNDLE for each in objects)


def stored(kept: ArchivedObject) -> StoredObject:
    return StoredObject(kept.key, kept.version_id, kept.sha256, kept.size)


def listed(
    agreement: Agreement, original: Original | None, objects: Sequence[ArchivedObject]
) -> list[ListedFile]:
    """All downloadable files; none before archiving."""
    found = []
    for each in objects:
        if each.name == MANIFEST and original is not None and bundled(objects):
            made = write_file_list(recorded_package(agreement, original, objects))
            digest = hashlib.sha256(made).hexdigest()
            found.append(ListedFile(MANIFEST, len(made), digest, each.locked_until))
        elif each.name != BUNDLE:
            found.append(ListedFile(each.name, each.size, each.sha256, each.locked_until))
        found += [
            ListedFile(name, file.size, file.sha256, each.locked_until)
            for name, file in inside(each).items()
        ]
    return found


def inside(kept: ArchivedObject) -> dict[str, KeptFile]:
    """The files inside it; without the object itself if that is a file."""
    return {name: KeptFile(kept.name, size, sha256) for name, (size, sha256) in kept.inside.items()}
