"""The anchors of the log in the bucket: put once, locked, never replaced.

::

    ankers/
        2026-11-25.json          the record: root of the tree, day, hash of the previous record
        2026-11-25.tsr           the time stamp over it (RFC 3161)
        2026-11-25.koppen.jsonl  the leaves of the tree, one per line

The service provides the bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from storage.errors import ObjectMissing
from storage.manifest import media_type
from storage.objects import ObjectStore, StoredObject

ROOT = "ankers"
RECORD, TOKEN, HEADS = ".json", ".tsr", ".koppen.jsonl"
KINDS = (HEADS, TOKEN, RECORD)  # the record last: a day that has one is complete


def key_of(day: date, kind: str) -> str:
    """The key of one of the three objects of a day."""
    return f"{ROOT}/{day.isoformat()}{kind}"


def put_anchor(
    objects: ObjectStore, day: date, files: Mapping[str, bytes], *, retain_until: datetime
) -> list[StoredObject]:
    """Put the three objects of a day once, or return the existing ones.

    Raises ObjectConflict when the day has another anchor, StorageUnavailable, StorageRefused.
    """
    return [
        objects.put_once(
            key_of(day, kind),
            files[kind],
            content_type=media_type(key_of(day, kind)),
            retain_until=retain_until,
        )
        for kind in KINDS
    ]


def list_days(objects: ObjectStore) -> set[str]:
    """Every day (ISO 8601) with a record, hidden or not. Raises StorageUnavailable."""
    return {
        name.removesuffix(RECORD)
        for name in (
            version.key.removeprefix(f"{ROOT}/")
            for version in objects.versions(f"{ROOT}/")
            if not version.delete_marker
        )
        if name.endswith(RECORD)
    }


def read_anchor(objects: ObjectStore, day: str) -> dict[str, bytes | None]:
    """The first version of each of a day's three objects; None for a missing one."""
    found: dict[str, bytes | None] = {}
    for kind in KINDS:
        key = f"{ROOT}/{day}{kind}"
        try:
            found[kind] = objects.get(key, objects.original(key))
        except ObjectMissing:
            found[kind] = None
    return found
