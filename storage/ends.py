"""The recorded ends of an agreement: beside the package, under ``einde/``, two objects per change.

::

    einde/
        0001-3f9a6c21b0d4e875.json   what was recorded: the first change, and its SHA-256
        0001-3f9a6c21b0d4e875.p7s    the seal over those bytes (CMS, detached)

The manifest is older and does not name them. The SHA-256 separates two changes with one number,
such as one from before a backup was restored.
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime

from storage.manifest import media_type
from storage.objects import ObjectStore, StoredObject

FOLDER = "einde/"
RECORD, SEAL = ".json", ".p7s"
_NAME = re.compile(r"einde/\d{4,}-[0-9a-f]{16}\.(?:json|p7s)")


def is_of_end(name: str) -> bool:
    """Whether an object in a package's folder belongs to a recorded end."""
    return _NAME.fullmatch(name) is not None


def put_end(
    objects: ObjectStore,
    prefix: str,
    number: int,
    record: bytes,
    seal: bytes,
    *,
    retain_until: datetime,
) -> list[StoredObject]:
    """Put the two objects of a change once, locked, or return the existing ones.

    The record comes last, so it means that the change is complete. Raises ObjectConflict for other
    bytes, StorageUnavailable (retry), StorageRefused.
    """
    name = f"{FOLDER}{number:04}-{hashlib.sha256(record).hexdigest()[:16]}"
    return [
        objects.put_once(
            prefix + name + kind,
            data,
            content_type=media_type(name + kind),
            retain_until=retain_until,
        )
        for kind, data in ((SEAL, seal), (RECORD, record))
    ]


def end_versions(objects: ObjectStore, prefix: str) -> list[tuple[str, str]]:
    """Key and first version of each of these objects, in order. Raises StorageUnavailable."""
    keys = {
        version.key: version.version_id  # newest first, so the first version is kept
        for version in objects.versions(prefix + FOLDER)
        if not version.delete_marker and is_of_end(version.key.removeprefix(prefix))
    }
    return sorted(keys.items())
