"""Reads what the bucket contains, in order to rebuild an index.

One folder at a time, so that memory use does not grow with the archive.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from storage.archive import AT_ONCE, find, read_good
from storage.contents import unpacked
from storage.ends import end_versions
from storage.errors import ObjectMissing
from storage.manifest import MANIFEST, ROOT, StoredPackage
from storage.objects import ObjectStore, StoredObject
from storage.renewed import read_renewed, renewed_versions

_DEPTH = 3  # overeenkomsten/<year>/<reference>/


@dataclass(frozen=True)
class Folder:
    """A folder with contents; ``complete`` if it has a manifest."""

    prefix: str
    complete: bool


@dataclass(frozen=True)
class HeldObject:
    """The current version of an object, and its lock (aware UTC or None)."""

    stored: StoredObject
    locked_until: datetime | None


@dataclass(frozen=True)
class HeldPackage:
    """A package with every file, compared with its manifest.

    ``copies`` (renewed) and ``ends`` (recorded) are the objects beside it, unchecked, because no
    manifest names them.
    """

    stored: StoredPackage
    files: Mapping[str, bytes]
    objects: Mapping[str, HeldObject]
    copies: Mapping[str, bytes]
    ends: Mapping[str, bytes]


def folders(objects: ObjectStore, *, since: str = "") -> Iterator[Folder]:
    """Every folder with contents, hidden or not, from the prefix ``since`` on.

    A key in no folder counts as one. Raises StorageUnavailable, StorageRefused.
    """
    there = (each for each in objects.versions(f"{ROOT}/") if not each.delete_marker)
    for prefix, versions in groupby(there, lambda each: _prefix(each.key)):
        complete = any(each.key == prefix + MANIFEST for each in versions)
        if prefix >= since:
            yield Folder(prefix, complete)


def _prefix(key: str) -> str:
    parts = key.split("/")
    return "/".join(parts[:_DEPTH]) + "/" if len(parts) > _DEPTH else key


def hold(objects: ObjectStore, prefix: str) -> HeldPackage:
    """The package under a prefix, with its renewed copies and recorded ends.

    Raises ObjectMissing, ObjectCorrupt, PackageInvalid, StorageUnavailable, StorageRefused.
    """
    stored = find(objects, prefix)
    if stored is None:
        raise ObjectMissing(f"{prefix}: there is no complete package")
    with ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="archive") as pool:
        read = list(pool.map(lambda one: _read(objects, one), stored.objects()))
        copies, ends = (
            list(pool.map(lambda one: _read_first(objects, one), versions))
            for versions in (renewed_versions(objects, prefix), end_versions(objects, prefix))
        )
    names = (*stored.parts, MANIFEST)
    contents = {name: data for name, (_, data) in zip(names, read, strict=True)}
    held = {each.stored.key.removeprefix(prefix): each for each, _ in (*read, *copies, *ends)}
    return HeldPackage(
        stored,
        unpacked(stored, contents),
        held,
        {each.stored.key.removeprefix(prefix): data for each, data in copies},
        {each.stored.key.removeprefix(prefix): data for each, data in ends},
    )


def _read(objects: ObjectStore, stored: StoredObject) -> tuple[HeldObject, bytes]:
    found = read_good(objects, stored)
    there = replace(stored, version_id=found.version_id)
    return HeldObject(there, found.locked_until), found.data


def _read_first(objects: ObjectStore, version: tuple[str, str]) -> tuple[HeldObject, bytes]:
    stored, found = read_renewed(objects, version)
    return HeldObject(stored, found.locked_until), found.data
