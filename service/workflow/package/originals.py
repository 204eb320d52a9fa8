"""The sealed files of one agreement: the working copy while it exists, then the archive's."""

from __future__ import annotations

from service.deps import Deps
from service.error_codes import ErrorCode
from service.errors import NotFound
from service.workflow.package.take_out import read_object
from signatures.package.names import AGREEMENT, SHEET


def original_bytes(deps: Deps, agreement_id: str) -> bytes:
    """The sealed original. Raises NotFound, or the store's errors."""
    return sealed_files(deps, agreement_id, AGREEMENT)[0]


def evidence_bytes(deps: Deps, agreement_id: str) -> bytes:
    """The sealed evidence sheet. Raises NotFound, or the store's errors."""
    return sealed_files(deps, agreement_id, SHEET)[0]


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
