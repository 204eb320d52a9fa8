"""Which object of the bucket contains each file of a package.

The two sealed files are separate objects, as they are requested and renewed separately; the shown
document is the beginning of one; all other files are in one ZIP.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from storage.errors import ObjectCorrupt, ObjectMissing
from storage.manifest import (
    AGREEMENT,
    BUNDLE,
    MANIFEST,
    SHEET,
    SHOWN,
    KeptFile,
    StoredPackage,
    write_file_list,
)
from storage.zipped import read_members, zip_package

_ELSEWHERE = {AGREEMENT: AGREEMENT, SHOWN: AGREEMENT, SHEET: SHEET}


def whereabouts(files: Mapping[str, bytes]) -> dict[str, KeptFile]:
    """Where each of these files is kept, by name."""
    return {
        name: KeptFile(_ELSEWHERE.get(name, BUNDLE), len(data), hashlib.sha256(data).hexdigest())
        for name, data in sorted(files.items())
    }


def packed(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The objects with these files, by name, without the manifest."""
    others = {name: data for name, data in files.items() if name not in _ELSEWHERE}
    return {
        AGREEMENT: files[AGREEMENT],
        SHEET: files[SHEET],
        BUNDLE: zip_package(others),
    }


def unpacked(stored: StoredPackage, objects: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files of a package by name, from its objects by name.

    Raises ObjectMissing, ObjectCorrupt, PackageInvalid.
    """
    files: dict[str, bytes] = {}
    for part in stored.parts:
        if part in stored.files:
            files[part] = objects[part]
        files |= take_out(part, objects[part], stored.inside(part))
    files[MANIFEST] = write_file_list(stored) if stored.bundled else objects[MANIFEST]
    return files


def take_out(part: str, data: bytes, wanted: Mapping[str, KeptFile]) -> dict[str, bytes]:
    """These files from one object's bytes, each compared.

    Raises ObjectMissing, ObjectCorrupt, PackageInvalid.
    """
    found = contained(part, data, wanted)
    taken = {}
    for name, file in wanted.items():
        if name not in found:
            raise ObjectMissing(f"{name}: not in {part}")
        content = found[name]
        if content is None or not is_file(file, content):
            raise ObjectCorrupt(f"{part}, {name}", expected=file.sha256, found="other bytes")
        taken[name] = content
    return taken


def contained(part: str, data: bytes, wanted: Mapping[str, KeptFile]) -> dict[str, bytes | None]:
    """An object's contents under these names, not compared; None if unreadable.

    Raises PackageInvalid for a bundle that is no ZIP.
    """
    if part == BUNDLE and wanted:
        return read_members(data, {name: file.size for name, file in wanted.items()})
    return {name: data[: file.size] for name, file in wanted.items()}


def is_file(file: KeptFile, content: bytes) -> bool:
    """Whether these bytes are that file."""
    return len(content) == file.size and hashlib.sha256(content).hexdigest() == file.sha256
