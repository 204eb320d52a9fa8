"""What leaves the database because the archive holds the very same: the bytes of shown texts.

The archive has read them back twice by then: once when they were stored, once in its round, where
two libraries judged the package. The database itself refuses to drop any other (migration 0037).
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, case, func, select, update

from service.database.tables.archive import archive_states, archived_objects
from service.database.tables.columns import word
from service.database.tables.documents import documents
from signatures.package.names import MANIFEST, SHOWN, VIEW

_stored_at = (
    select(archived_objects.c.stored_at)
    .where(
        archived_objects.c.agreement_id == documents.c.agreement_id,
        archived_objects.c.name == word(MANIFEST),
    )
    .scalar_subquery()
)
_READ_BACK_TWICE = (
    archive_states.c.state == word("verified"),
    archive_states.c.failure == "",
    archive_states.c.judged_twice_at.is_not(None),
    archive_states.c.disputed_since.is_(None),
)


class Shedding:
    """The shedding of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def due(self, days: int, limit: int) -> list[str]:
        """Ids of frozen documents that the archive has held, byte for byte, for ``days``."""
        held = func.archive_holds(documents.c.agreement_id, SHOWN, documents.c.pdf)
        return list(
            self._connection.execute(
                select(documents.c.id)
                .join(archive_states, archive_states.c.agreement_id == documents.c.agreement_id)
                .where(
                    documents.c.kind == word("frozen"),
                    documents.c.pdf.is_not(None),
                    *_READ_BACK_TWICE,
                    _stored_at < func.statement_timestamp() - func.make_interval(0, 0, 0, days),
                    held,
                )
                .limit(limit)
            ).scalars()
        )

    def drop(self, document_ids: Sequence[str]) -> None:
        """Empty these. What another worker emptied meanwhile stays as it is."""
        view = func.convert_to(documents.c.reading_html, "UTF8")
        self._connection.execute(
            update(documents)
            .where(documents.c.id.in_(document_ids), documents.c.pdf.is_not(None))
            .values(
                size=func.octet_length(documents.c.pdf),
                pdf=None,
                # Packages of before hold no reading view.
                reading_html=case(
                    (func.archive_holds(documents.c.agreement_id, VIEW, view), None),
                    else_=documents.c.reading_html,
                ),
            )
        )
