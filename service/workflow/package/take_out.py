"""Reads files of a package by name from their objects in the bucket, and compares them."""

from __future__ import annotations

from collections.abc import Sequence

from service.agreement.model import Agreement
from service.database.agreement.documents import Original
from service.database.keeping.archive import ArchivedObject
from service.deps import Deps
from service.workflow.package.recorded import bundled, inside, recorded_package
from service.workflow.tasks import LOOK
from storage.contents import take_out, unpacked
from storage.errors import StorageError
from storage.manifest import BUNDLE, MANIFEST, write_file_list
from storage.renewed import original_of


def read_file(
    deps: Deps,
    agreement: Agreement,
    original: Original | None,
    objects: Sequence[ArchivedObject],
    name: str,
) -> bytes | None:
    """One file, compared with the records; None if there is none with that name.

    Reads one object, or none if the file is the list of files. Raises the store's errors.
    """
    for each in objects:
        if name in each.inside:
            data = read_object(deps, agreement.id, each)
            return take_out(each.name, data, {name: inside(each)[name]})[name]
        if name == each.name == MANIFEST and original is not None and bundled(objects):
            return write_file_list(recorded_package(agreement, original, objects))
        if name == each.name != BUNDLE:
            return read_object(deps, agreement.id, each)
    return None


def read_files(
    deps: Deps, agreement: Agreement, original: Original, objects: Sequence[ArchivedObject]
) -> dict[str, bytes]:
    """All files by name, including renewed copies. Raises the store's errors."""
    package = recorded_package(agreement, original, objects)
    contents = {
        each.name: read_object(deps, agreement.id, each)
        for each in objects
        if each.name != MANIFEST or not package.bundled
    }
    renewed = {name: data for name, data in contents.items() if original_of(name)}
    return {**unpacked(package, contents), **renewed}


def read_object(deps: Deps, agreement_id: str, kept: ArchivedObject) -> bytes:
    """The stored bytes. If they cannot be read, the worker examines the package."""
    try:
        return deps.objects().read_verified(kept.key, kept.version_id, kept.sha256, most=kept.size)
    except StorageError:
        look_soon(deps, agreement_id)
        raise


def look_soon(deps: Deps, agreement_id: str) -> None:
    """Have a package examined now, because one of its files could not be read."""
    with deps.database.begin() as tx:
        tx.jobs.defer(LOOK, agreement_id=agreement_id)
