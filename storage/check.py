"""Whether a package is still what was stored: reads every object back and changes nothing.

Separate answers: are all originals present and right, does the sealed agreement begin with what was
shown, was anything put over or beside it, how long is it locked. Damage is named by file.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

from storage.archive import AT_ONCE, begins_with, find, read_copy
from storage.contents import contained, is_file
from storage.errors import (
    ObjectCorrupt,
    ObjectMissing,
    PackageInvalid,
    StorageBusy,
    StorageError,
    StorageRefused,
    StorageUnavailable,
)
from storage.manifest import AGREEMENT, MANIFEST, SHOWN, StoredPackage
from storage.objects import ObjectStore, ObjectVersion, StoredObject
from storage.witness import prove_working

GOOD, MISSING, CORRUPT = "good", "missing", "corrupt"
TRIES = 3
"""An object is missing when the store failed to return it this often, while working each time."""


@dataclass(frozen=True)
class FileCheck:
    """One object, or a file inside one: good, missing or corrupt; ``locked_until`` is None without
    a lock."""

    name: str
    state: str
    locked_until: datetime | None


@dataclass(frozen=True)
class CheckReport:
    """The answers for one prefix; ``files`` are all objects, and the files inside that are not
    good."""

    prefix: str
    files: tuple[FileCheck, ...]
    begins_with_shown: bool
    manifest_as_recorded: bool
    strange: tuple[str, ...]  # keys in no manifest, or with newer versions
    # The bytes of the good objects by name, to judge them without reading again.
    contents: Mapping[str, bytes] = field(default_factory=dict, repr=False, compare=False)

    @property
    def intact(self) -> bool:
        """Whether every original is present and right, under the recorded manifest."""
        return (
            self.manifest_as_recorded
            and self.begins_with_shown
            and all(file.state == GOOD for file in self.files)
        )

    @property
    def locked_until(self) -> datetime | None:
        """The earliest end of a lock; None when a file is not locked."""
        moments = [file.locked_until for file in self.files]
        if not moments or None in moments:
            return None
        return min(moment for moment in moments if moment is not None)

    def wrong(self) -> dict[str, str]:
        """The files that are not good, with their state."""
        return {file.name: file.state for file in self.files if file.state != GOOD}


def check(
    objects: ObjectStore, package: StoredPackage | str, beside: Sequence[StoredObject] = ()
) -> CheckReport:
    """Read everything back and compare with the recorded ``package``, or for a prefix with the
    manifest in the bucket. ``beside`` are the recorded renewed copies and ends.

    What a working store does not return is missing. Raises StorageUnavailable or StorageRefused
    when the store does not work: then nothing is known.
    """
    prefix = package if isinstance(package, str) else package.prefix
    stored = _find(objects, prefix) if isinstance(package, str) else package
    if stored is None:
        return CheckReport(prefix, (), False, False, ())
    recorded = (*stored.objects(), *beside)
    read = _read_all(objects, recorded, prefix)
    contents = {file.name: data for file, data in read if file.state == GOOD}
    versions = list(objects.versions(prefix))
    return CheckReport(
        prefix,
        (*(file for file, _data in read), *_wrong_inside(stored, read)),
        _begins_with_shown(stored, contents),
        MANIFEST in contents and _is_first(objects, stored.manifest, versions),
        _strange(objects, stored, {one.key for one in recorded}, versions),
        contents,
    )


def _wrong_inside(
    stored: StoredPackage, read: Sequence[tuple[FileCheck, bytes]]
) -> list[FileCheck]:
    """The files inside an object that are missing or differ; nothing about an object that is
    missing or no longer a ZIP."""
    wrong = []
    for whole, data in read:
        inside = stored.inside(whole.name)
        if not data or not inside or whole.name == AGREEMENT:
            continue
        try:
            found = contained(whole.name, data, inside)
        except PackageInvalid:
            continue
        for name, file in sorted(inside.items()):
            content = found.get(name)
            if name not in found:
                wrong.append(FileCheck(name, MISSING, None))
            elif content is None or not is_file(file, content):
                wrong.append(FileCheck(name, CORRUPT, whole.locked_until))
    return wrong


def _begins_with_shown(stored: StoredPackage, contents: Mapping[str, bytes]) -> bool:
    """Whether the sealed agreement begins with what was shown; what was signed elsewhere has
    neither."""
    if stored.registered:
        return True
    sealed, shown = contents.get(AGREEMENT, b""), stored.files.get(SHOWN)
    if shown is None:
        return False
    if shown.object == SHOWN:
        return begins_with(sealed, contents.get(SHOWN, b""))
    beginning = sealed[: shown.size]
    return is_file(shown, beginning) and begins_with(sealed, beginning)


def _read_all(
    objects: ObjectStore, recorded: Sequence[StoredObject], prefix: str
) -> list[tuple[FileCheck, bytes]]:
    """The check of every object with its bytes, in the same order.

    Raises StorageUnavailable or StorageRefused when the store does not work.
    """
    found: dict[str, tuple[FileCheck, bytes]] = {}
    with ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="archive") as pool:

        def read(store: ObjectStore, some: Sequence[StoredObject]) -> list[StoredObject]:
            """Read these; returns those not returned."""
            results = list(pool.map(lambda one: _check_file(store, one, prefix), some))
            pairs = list(zip(some, results, strict=True))
            found.update({one.key: result for one, result in pairs if result is not None})
            return [one for one, result in pairs if result is None]

        # Try one first: if it fails, do not wait long for the others.
        waiting = read(objects, recorded[:1])
        waiting += read(objects.impatient if waiting else objects, recorded[1:])
        for _ in range(TRIES):
            if waiting:
                prove_working(objects)
                waiting = read(objects.impatient, waiting)
    for one in waiting:
        found[one.key] = FileCheck(one.key.removeprefix(prefix), MISSING, None), b""
    return [found[one.key] for one in recorded]


def _is_first(
    objects: ObjectStore, recorded: StoredObject, versions: Sequence[ObjectVersion]
) -> bool:
    """Whether the key's first version is the recorded one, or equal to it in a copied bucket, where
    ids differ."""
    of_key = [each for each in versions if each.key == recorded.key and not each.delete_marker]
    if not of_key:
        return False
    first = of_key[-1]  # they are listed newest first
    return first.version_id == recorded.version_id or _is(
        objects, first, recorded.sha256, recorded.size
    )


def _is(objects: ObjectStore, version: ObjectVersion, sha256: str, most: int) -> bool:
    try:
        found = objects.read(version.key, version.version_id, most=most)
    except StorageBusy:
        raise
    except StorageError:
        return False
    return hashlib.sha256(found.data).hexdigest() == sha256


def _find(objects: ObjectStore, prefix: str) -> StoredPackage | None:
    try:
        return find(objects, prefix)
    except PackageInvalid:  # the report says that the manifest is not ours
        return None


def _check_file(
    objects: ObjectStore, stored: StoredObject, prefix: str
) -> tuple[FileCheck, bytes] | None:
    """The check of this object with its bytes, even if wrong; None when the store did not return it
    without saying that it does not exist."""
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
    good = hashlib.sha256(found.data).hexdigest() == stored.sha256
    return FileCheck(name, GOOD if good else CORRUPT, found.locked_until), found.data


def _strange(
    objects: ObjectStore,
    stored: StoredPackage,
    known: set[str],
    versions: Sequence[ObjectVersion],
) -> tuple[str, ...]:
    """The keys in no manifest, or with newer versions.

    A file of this package as a separate object is fine: an older worker was stopped while storing
    them.
    """
    count = Counter(each.key for each in versions)

    def left_over(each: ObjectVersion) -> bool:
        file = stored.files.get(each.key.removeprefix(stored.prefix))
        return file is not None and _is(objects, each, file.sha256, file.size)

    return tuple(
        sorted(
            {
                each.key
                for each in versions
                if count[each.key] > 1 or (each.key not in known and not left_over(each))
            }
        )
    )
