"""Documents made by the real office, kept: the same agreement is made once for a whole worker.

Most tests begin with the same agreement, and LibreOffice is the dearest thing in them. The maker
has a cache of its own; it hits when the documents are dated alike. Tests of the documents
themselves have makers of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from service.documents.produce import DocumentMaker, ProducedDocument

DATED = datetime(2026, 3, 2, 9, tzinfo=UTC)


class RememberingMaker(DocumentMaker):
    """A maker that dates every agreement alike, so that its cache knows those it made before."""

    def agreement(
        self,
        context: Mapping[str, Any],
        *,
        signing_order: str,
        dated: datetime,
        preview: bool = False,
    ) -> ProducedDocument:
        """The same document, with another moment in its properties."""
        return super().agreement(context, signing_order=signing_order, dated=DATED, preview=preview)
