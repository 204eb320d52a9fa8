"""Converts a made document to its database row."""

from __future__ import annotations

from typing import Any

from service.agreement.model import Agreement
from service.database.agreement.documents import NewDocument
from service.deps import MadeDocument


def as_document(
    made: MadeDocument, agreement: Agreement, kind: str, printed: dict[str, Any]
) -> NewDocument:
    """A document of the agreement's present edition; ``kind`` is frozen or preview."""
    return NewDocument(
        edition=agreement.edition,
        kind=kind,
        sha256=made.sha256,
        pdf=made.pdf,
        pages=made.pages,
        reading_html=made.reading_html,
        context=printed,
        template_version=made.template_version,
        template_sha256=made.template_sha256,
        engine=made.engine,
    )
