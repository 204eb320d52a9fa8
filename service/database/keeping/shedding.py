"""Drops the bytes of shown texts from the database once the archive has the same bytes.

By then they have been read back twice: once when stored, once in the archive's round, where two
libraries verified the package. The database itself refuses to drop others (migration 0037).
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
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def due(self, days: int, limit: int) -> list[str]:
        """Ids of frozen documents that the archive has had, byte for byte, for ``days``."""
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
        """Empty these documents; skips those that another worker emptied meanwhile."""
        view = func.convert_to(documents.c.reading_html, "UTF8")
        self._connection.execute(
            update(documents)
            .where(documents.c.id.in_(document_ids), documents.c.pdf.is_not(None))
            .values(
                size=func.octet_length(documents.c.pdf),
                pdf=None,
                # Older packages have no reading view.
                reading_html=case(
                    (func.archive_holds(documents.c.agreement_id, VIEW, view), None),
                    else_=documents.c.reading_html,
                ),
            )
        )
