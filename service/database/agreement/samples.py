"""Sample texts, keyed by their contents, so that many agreements share one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, func, select, text
from sqlalchemy.dialects.postgresql import insert

from service.agreement.terms import SAMPLE_DAYS
from service.database.tables.records import Records, record
from service.database.tables.samples import samples


@dataclass(frozen=True)
class Sample:
    """A sample text, or the reason why it could not be made."""

    pdf: bytes
    pages: int
    reading_html: str
    failure: str
    created_at: datetime


_THERE = select(samples.c.key).where(samples.c.key == bindparam("wanted"), samples.c.failure == "")


class Samples(Records):
    def get(self, key: str) -> Sample | None:
        row = self._connection.execute(select(samples).where(samples.c.key == key)).one_or_none()
        return record(Sample, row) if row else None

    def there(self, key: str) -> bool:
        """Whether a readable sample exists."""
        return self._connection.execute(_THERE, {"wanted": key}).scalar() is not None

    def put(
        self,
        key: str,
        *,
        pdf: bytes = b"",
        pages: int = 0,
        reading_html: str = "",
        failure: str = "",
    ) -> None:
        """Store or replace a sample; a failure never replaces a readable one."""
        given = insert(samples).values(
            key=key, pdf=pdf, pages=pages, reading_html=reading_html, failure=failure
        )
        new = given.excluded
        self._connection.execute(
            given.on_conflict_do_update(
                index_elements=["key"],
                set_={
                    "pdf": new.pdf,
                    "pages": new.pages,
                    "reading_html": new.reading_html,
                    "failure": new.failure,
                    "created_at": func.clock_timestamp(),
                },
                where=(new.failure == "") | (samples.c.failure != ""),
            )
        )

    def drop_old(self) -> None:
        """Delete those that no valid link can lead to."""
        old = func.clock_timestamp() - text(f"interval '{SAMPLE_DAYS} days'")
        self._connection.execute(delete(samples).where(samples.c.created_at < old))
