"""Samples of templates, to look at before one is published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, true
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.sql import ColumnElement

from service.database.tables.records import Records, record
from service.database.tables.templates import template_samples


@dataclass(frozen=True)
class TemplateSample:
    """A template's sample without its PDFs: its number of ``pages``, of those with ``pictures``,
    and of those with pictures with as little as possible."""

    template_sha256: str
    pages: int
    pictures: int
    least_pictures: int
    reading_html: str
    least_html: str
    made_at: datetime


class TemplateSamples(Records):
    def get(self, sha256: str) -> TemplateSample | None:
        row = self._connection.execute(
            select(
                template_samples.c.template_sha256,
                template_samples.c.pages,
                func.cardinality(template_samples.c.pictures).label("pictures"),
                func.cardinality(template_samples.c.least_pictures).label("least_pictures"),
                template_samples.c.reading_html,
                template_samples.c.least_html,
                template_samples.c.made_at,
            ).where(template_samples.c.template_sha256 == sha256)
        ).one_or_none()
        return record(TemplateSample, row) if row else None

    def pdf(self, sha256: str, *, least: bool = False) -> bytes | None:
        """Of ``least``: the one with as little as possible."""
        columns = template_samples.c
        return self._of_sample(columns.least_pdf if least else columns.pdf, sha256)

    def picture(self, sha256: str, page: int, *, least: bool = False) -> bytes | None:
        """A page of a sample as PNG; the first is 1."""
        columns = template_samples.c
        of = columns.least_pictures if least else columns.pictures
        return self._of_sample(of[page], sha256)

    def _of_sample(self, what: ColumnElement[Any], sha256: str) -> bytes | None:
        found = self._connection.execute(
            select(what).where(template_samples.c.template_sha256 == sha256)
        ).scalar()
        return None if found is None else bytes(found)

    def there(self, sha256: str) -> bool:
        """Whether there is a sample with pictures."""
        there = select(true()).where(
            template_samples.c.template_sha256 == sha256,
            func.cardinality(template_samples.c.pictures) > 0,
        )
        return self._connection.execute(there).scalar() is not None

    def keep(
        self,
        sha256: str,
        *,
        pdf: bytes,
        pages: int,
        reading_html: str,
        least_html: str,
        pictures: Sequence[bytes],
        least_pdf: bytes,
        least_pictures: Sequence[bytes],
    ) -> None:
        made = {
            "pdf": pdf,
            "pages": pages,
            "reading_html": reading_html,
            "least_html": least_html,
            "pictures": list(pictures),
            "least_pdf": least_pdf,
            "least_pictures": list(least_pictures),
        }
        self._connection.execute(
            upsert(template_samples)
            .values(template_sha256=sha256, **made)
            .on_conflict_do_update(
                index_elements=["template_sha256"],
                set_={**made, "made_at": func.clock_timestamp()},
            )
        )
