"""The text shown before signing: the database's copy while it exists, then the archive's."""

from __future__ import annotations

from service.database.agreement.documents import FrozenText
from service.deps import Deps
from service.error_codes import ErrorCode
from service.errors import NotFound
from service.workflow.package.take_out import read_file
from signatures.package.names import SHOWN, VIEW


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
