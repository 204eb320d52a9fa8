"""Keeps an agreement that was signed elsewhere, each file an object of its own.

::

    overeenkomsten/2026/VO-2026-00043/
        ondertekend.pdf       the file as it came or, from pictures, made of them
        bron.jpg              the file as it came, if that was no PDF (.jpg, .png, .tiff)
        registratie.json      who registered it, and what that person read in it
        registratie.p7s       the seal over that record (CMS, detached)
        manifest.json         written last: every object with its SHA-256

The PDF has no seal of ours: we saw nobody sign it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime

from storage.archive import find
from storage.errors import ObjectConflict
from storage.manifest import (
    DOCUMENT,
    MANIFEST,
    PackageFacts,
    StoredPackage,
    media_type,
    write_registered,
)
from storage.manifest import KeptFile as KeptFile
from storage.objects import ObjectStore

RECORD, SEAL, SOURCE = "registratie.json", "registratie.p7s", "bron"
NEEDED = (DOCUMENT, RECORD, SEAL)


def store_registered(
    objects: ObjectStore,
    facts: PackageFacts,
    files: Mapping[str, bytes],
    *,
    retain_until: datetime,
) -> StoredPackage:
    """Put every file once and the manifest last, or return the existing package.

    Raises ObjectConflict when the prefix holds another package or other bytes, StorageUnavailable
    (retry), StorageRefused.
    """
    present = find(objects, facts.prefix)
    if present is None:
        parts = {
            name: objects.put_once(
                facts.prefix + name,
                data,
                content_type=media_type(name),
                retain_until=retain_until,
            )
            for name, data in files.items()
        }
        manifest = write_registered(facts, parts)
        put = objects.put_once(
            facts.prefix + MANIFEST,
            manifest,
            content_type=media_type(MANIFEST),
            retain_until=retain_until,
        )
        kept = {name: KeptFile(name, part.size, part.sha256) for name, part in parts.items()}
        return StoredPackage(facts, parts, kept, put)
    offered = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    there = {name: each.sha256 for name, each in present.files.items()}
    if (present.facts, there) != (facts, offered):
        raise ObjectConflict(present.manifest.key, offered=str(offered), found=str(there))
    return present
