"""The files of one agreement's package: the database's copy while it exists, then the archive's,
compared with the records."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from service.agreement.model import Agreement
from service.database.agreement.documents import FrozenText, Original
from service.database.keeping.archive import ArchivedObject
from service.deps import Deps
from service.error_codes import ErrorCode
from service.errors import NotFound
from service.workflow.tasks import LOOK
from signatures.package.names import AGREEMENT, SHEET, SHOWN, VIEW
from storage.contents import take_out, unpacked
from storage.ends import is_of_end
from storage.errors import StorageError
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
    """``locked_until`` is the lock of its object."""

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


def registered_facts(agreement: Agreement) -> PackageFacts:
    """For an agreement that was signed elsewhere: none of it changes."""
    if agreement.effective_date is None:
        raise LookupError(agreement.reference)
    return PackageFacts(
        reference=agreement.reference,
        agreement_id=agreement.id,
        edition=agreement.edition,
        effective_date=agreement.effective_date,
        controller_name=agreement.controller.name,
        processor_name=agreement.processor.full_name,
        template_version="",
    )


def recorded_package(
    agreement: Agreement, original: Original | None, objects: Sequence[ArchivedObject]
) -> StoredPackage:
    """The package as recorded when it was stored; without what was put beside it later."""
    kept = {each.name: each for each in objects if not is_beside(each.name)}
    parts = {name: stored(each) for name, each in kept.items()}
    manifest = parts.pop(MANIFEST)
    files = {
        name: KeptFile(name, part.size, part.sha256)
        for name, part in parts.items()
        if name != BUNDLE
    }
    for each in kept.values():
        files |= inside(each)
    facts = package_facts(agreement, original) if original else registered_facts(agreement)
    return StoredPackage(facts, parts, files, manifest)


def is_beside(name: str) -> bool:
    """Whether an object was put beside the package later: a renewed copy, or of a recorded end."""
    return bool(original_of(name)) or is_of_end(name)


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
        if is_of_end(each.name):
            continue  # the page says what is in them
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


def read_file(
    deps: Deps,
    agreement: Agreement,
    original: Original | None,
    objects: Sequence[ArchivedObject],
    name: str,
) -> bytes | None:
    """One file, compared with the records; None if there is no such name.

    Reads at most one object. Raises the store's errors.
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
    deps: Deps,
    agreement: Agreement,
    original: Original | None,
    objects: Sequence[ArchivedObject],
) -> dict[str, bytes]:
    """With renewed copies. Raises the store's errors."""
    package = recorded_package(agreement, original, objects)
    contents = {
        each.name: read_object(deps, agreement.id, each)
        for each in objects
        if not is_of_end(each.name) and (each.name != MANIFEST or not package.bundled)
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


def sealed_files(deps: Deps, agreement_id: str, *names: str) -> list[bytes]:
    """The files with these names: the working copies while they exist, else the archive's.

    Raises NotFound, or the store's errors.
    """
    with deps.database.look() as tx:
        copies = tx.documents.sealed_copies(agreement_id)
        found = dict(zip((AGREEMENT, SHEET), copies, strict=True)) if copies else {}
        kept = all(found.get(name) is not None for name in names)
        objects = {} if kept else {each.name: each for each in tx.archive.objects(agreement_id)}
    files = []
    for name in names:
        copy = found.get(name)
        if copy is None and name not in objects:
            raise NotFound(ErrorCode.NOT_FOUND)
        files.append(read_object(deps, agreement_id, objects[name]) if copy is None else copy)
    return files


def shown_pdf(deps: Deps, agreement_id: str, kept: bytes | None) -> bytes:
    """The frozen document; ``kept`` is the database's copy; one from the archive is compared.

    Raises NotFound, or the store's errors.
    """
    return _from_archive(deps, agreement_id, SHOWN) if kept is None else kept


def reading_view(deps: Deps, agreement_id: str, document: FrozenText) -> str:
    """The same text as a page. Raises NotFound, or the store's errors."""
    if document.reading_html is not None:
        return document.reading_html
    return _from_archive(deps, agreement_id, VIEW).decode()


def _from_archive(deps: Deps, agreement_id: str, name: str) -> bytes:
    with deps.database.look() as tx:
        agreement = tx.agreements.get_by_id(agreement_id)
        original = tx.documents.original(agreement_id)
        objects = tx.archive.objects(agreement_id)
    found = read_file(deps, agreement, original, objects, name)
    if found is None:
        raise NotFound(ErrorCode.NOT_FOUND)
    return found
