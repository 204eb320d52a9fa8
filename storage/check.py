"""Is this package still what was put there? Every file is read back; nothing is changed.

The verdict answers separate questions: are all originals there and right, does the sealed
agreement begin with what was shown, was something put on top or beside it, how long is it locked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

from storage.archive import AGREEMENT, AT_ONCE, SHOWN, begins_with, find, read_copy
from storage.errors import (
    ObjectCorrupt,
    ObjectMissing,
    PackageInvalid,
    StorageBusy,
    StorageRefused,
    StorageUnavailable,
)
from storage.manifest import StoredPackage
from storage.objects import ObjectStore, StoredObject
from storage.witness import prove_working

GOOD, MISSING, CORRUPT = "good", "missing", "corrupt"
TRIES = 3
"""An object that the store did not give so often again, while it worked each time, is missing."""


@dataclass(frozen=True)
class FileCheck:
    """One file: ``state`` is good, missing or corrupt; ``locked_until`` None when not locked."""

    name: str
    state: str
    locked_until: datetime | None


@dataclass(frozen=True)
class CheckReport:
    """The answers for one prefix."""

    prefix: str
    files: tuple[FileCheck, ...]
    begins_with_shown: bool
    manifest_as_recorded: bool
    strange: tuple[str, ...]  # keys that are in no manifest, or have versions put on top
    # The bytes of the good files by name, for whoever judges them: read once, judged as read.
    contents: Mapping[str, bytes] = field(default_factory=dict, repr=False, compare=False)

    @property
    def intact(self) -> bool:
        """Whether every original is there with the right bytes and the manifest is ours."""
        return (
            self.manifest_as_recorded
            and self.begins_with_shown
            and all(file.state == GOOD for file in self.files)
        )

    @property
    def locked_until(self) -> datetime | None:
        """The earliest end of a lock; None when some file is not locked at all."""
        moments = [file.locked_until for file in self.files]
        if not moments or None in moments:
            return None
        return min(moment for moment in moments if moment is not None)

    def wrong(self) -> dict[str, str]:
        """The files that are not good, with their state."""
        return {file.name: file.state for file in self.files if file.state != GOOD}


def check(
    objects: ObjectStore, package: StoredPackage | str, renewed: Sequence[StoredObject] = ()
) -> CheckReport:
    """Read everything back and compare. ``package`` is what was recorded, or only its prefix;
    ``renewed`` are the recorded renewed copies beside it.

    With a prefix the manifest in the bucket is believed; with a recorded package the manifest too
    must be the recorded one. A file that the store does not give while it works is missing.
    Raises StorageUnavailable or StorageRefused when the store does not work: then nothing is known.
    """
    prefix = package if isinstance(package, str) else package.prefix
    stored = _find(objects, prefix) if isinstance(package, str) else package
    if stored is None:
        return CheckReport(prefix, (), False, False, ())
    recorded = (*stored.objects(), *renewed)
    read = _read_all(objects, recorded, prefix)
    contents = {file.name: data for file, data in read}
    return CheckReport(
        prefix,
        tuple(file for file, _data in read),
        begins_with(contents.get(AGREEMENT, b""), contents.get(SHOWN, b"")),
        _has_manifest(objects, stored, read),
        _strange(objects, prefix, {one.key for one in recorded}),
        {file.name: data for file, data in read if file.state == GOOD},
    )


def _read_all(
    objects: ObjectStore, recorded: Sequence[StoredObject], prefix: str
) -> list[tuple[FileCheck, bytes]]:
    """Every object with what was found, in the same order.

    Raises StorageUnavailable or StorageRefused when the store itself does not work.
    """
    found: dict[str, tuple[FileCheck, bytes]] = {}
    with ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="archive") as pool:

        def read(store: ObjectStore, some: Sequence[StoredObject]) -> list[StoredObject]:
            """Read these; returns those that the store did not give."""
            results = list(pool.map(lambda one: _check_file(store, one, prefix), some))
            pairs = list(zip(some, results, strict=True))
            found.update({one.key: result for one, result in pairs if result is not None})
            return [one for one, result in pairs if result is None]

        # One by itself: where it is not given, an archive that was erased is not waited for long.
        waiting = read(objects, recorded[:1])
        waiting += read(objects.impatient if waiting else objects, recorded[1:])
        for _ in range(TRIES):
            if waiting:
                prove_working(objects)
                waiting = read(objects.impatient, waiting)
    for one in waiting:
        found[one.key] = FileCheck(one.key.removeprefix(prefix), MISSING, None), b""
    return [found[one.key] for one in recorded]


def _has_manifest(
    objects: ObjectStore, stored: StoredPackage, read: Sequence[tuple[FileCheck, bytes]]
) -> bool:
    """Whether the manifest that the bucket shows is the recorded one."""
    name = stored.manifest.key.removeprefix(stored.prefix)
    if not any(file.name == name and file.state == GOOD for file, _data in read):
        return False
    in_bucket = _find(objects, stored.prefix)
    return in_bucket is not None and in_bucket.manifest.sha256 == stored.manifest.sha256


def _find(objects: ObjectStore, prefix: str) -> StoredPackage | None:
    try:
        return find(objects, prefix)
    except PackageInvalid:  # the report says that the manifest is not ours
        return None


def _check_file(
    objects: ObjectStore, stored: StoredObject, prefix: str
) -> tuple[FileCheck, bytes] | None:
    """What this file is; None when the store did not give it, without saying that it is gone."""
    name = stored.key.removeprefix(prefix)
    try:
        found = read_copy(objects, stored)
    except ObjectMissing:
        return FileCheck(name, MISSING, None), b""
    except ObjectCorrupt:
        return FileCheck(name, CORRUPT, None), b""
    except StorageBusy:
        raise
    except (StorageUnavailable, StorageRefused):
        return None
    return FileCheck(name, GOOD, found.locked_until), found.data


def _strange(objects: ObjectStore, prefix: str, known: set[str]) -> tuple[str, ...]:
    seen: dict[str, int] = {}
    for version in objects.versions(prefix):
        seen[version.key] = seen.get(version.key, 0) + 1
    return tuple(sorted(key for key, count in seen.items() if key not in known or count > 1))
