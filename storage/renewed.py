"""Renewed copies of originals, beside the package under ``vernieuwd/``.

The older manifest does not name them. Each proves itself: the original, byte for byte, followed
only by time stamps.
"""

from __future__ import annotations

import hashlib
import re
from datetime import date, datetime

from storage.errors import ObjectConflict
from storage.manifest import media_type
from storage.objects import ObjectStore, ReadObject, StoredObject

FOLDER = "vernieuwd/"
_NAME = re.compile(r"vernieuwd/\d{4}-\d{2}-\d{2}-(?P<of>overeenkomst|bewijsblad)\.pdf")


def renewed_name(original: str, stamped_on: date) -> str:
    """``vernieuwd/2031-05-01-overeenkomst.pdf`` for the original's name in the package."""
    return f"{FOLDER}{stamped_on.isoformat()}-{original}"


def original_of(name: str) -> str:
    """The name in the package of a renewed copy's original, else ''."""
    found = _NAME.fullmatch(name)
    return f"{found['of']}.pdf" if found else ""


def put_renewed(
    objects: ObjectStore, prefix: str, name: str, data: bytes, *, retain_until: datetime
) -> StoredObject | None:
    """Put a renewed copy, locked. None when that day has another copy.

    Raises StorageUnavailable (retry), StorageRefused.
    """
    try:
        return objects.put_once(
            prefix + name, data, content_type=media_type(name), retain_until=retain_until
        )
    except ObjectConflict:
        return None


def find_renewed(objects: ObjectStore, prefix: str) -> list[tuple[StoredObject, bytes]]:
    """The renewed copies under a prefix with their bytes, oldest first.

    Raises StorageUnavailable.
    """
    read = (read_renewed(objects, copy) for copy in renewed_versions(objects, prefix))
    return [(stored, found.data) for stored, found in read]


def renewed_versions(objects: ObjectStore, prefix: str) -> list[tuple[str, str]]:
    """Key and first version of each renewed copy, oldest first."""
    keys = {
        version.key: version.version_id  # newest first, so the first version is kept
        for version in objects.versions(prefix + FOLDER)
        if not version.delete_marker and original_of(version.key.removeprefix(prefix))
    }
    return sorted(keys.items())


def read_renewed(objects: ObjectStore, copy: tuple[str, str]) -> tuple[StoredObject, ReadObject]:
    """One of them. Raises ObjectMissing, StorageUnavailable."""
    found = objects.read(*copy)
    sha256 = hashlib.sha256(found.data).hexdigest()
    return StoredObject(*copy, sha256, len(found.data)), found
