"""The sealed files of one agreement: the working copy while there is one, then the archive's."""

from __future__ import annotations

from service.deps import Deps
from service.errors import NotFound
from service.workflow.package.take_out import read_object
from signatures.package.names import AGREEMENT, SHEET


def original_bytes(deps: Deps, agreement_id: str) -> bytes:
    """The sealed original. Raises NotFound, or what the store raises."""
    return _kept(deps, agreement_id, AGREEMENT)


def evidence_bytes(deps: Deps, agreement_id: str) -> bytes:
    """The sealed evidence sheet. Raises NotFound, or what the store raises."""
    return _kept(deps, agreement_id, SHEET)


def _kept(deps: Deps, agreement_id: str, name: str) -> bytes:
    """The working copy while there is one, else the archive's."""
    with deps.database.begin() as tx:
        original = tx.documents.original(agreement_id)
        objects = {each.name: each for each in tx.archive.objects(agreement_id)}
    if original is not None:
        copy = {AGREEMENT: original.pdf, SHEET: original.evidence_pdf}[name]
        if copy is not None:
            return copy
    if name not in objects:
        raise NotFound("not_found")
    return read_object(deps, agreement_id, objects[name])
