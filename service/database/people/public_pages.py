"""The setting of the public page, with its former versions."""

from __future__ import annotations

from sqlalchemy import func, insert, literal, select

from service.agreement.public_page import PublicPage
from service.database.tables.applications import public_pages
from service.database.tables.records import Records, record

_NEWEST = select(public_pages).order_by(public_pages.c.version.desc()).limit(1)


class PublicPages(Records):
    def newest(self) -> tuple[int, PublicPage]:
        """The present setting with its version: 0 and closed before anybody set it."""
        row = self._connection.execute(_NEWEST).one_or_none()
        if row is None:
            return 0, PublicPage()
        page = record(
            PublicPage,
            row,
            services=tuple(row.services),
            owner_id=row.owner_id or "",
            countersigner_id=row.countersigner_id or "",
        )
        return row.version, page

    def add(self, page: PublicPage, by: str | None) -> int:
        """Returns the version; if two people save at once, the second fails on its number."""
        last = select(func.coalesce(func.max(public_pages.c.version), 0)).scalar_subquery()
        made = insert(public_pages).values(
            version=last + 1,
            opened=literal(page.opened),
            services=list(page.services),
            owner_id=page.owner_id or None,
            countersigner_id=page.countersigner_id or None,
            per_day=page.per_day,
            by_id=by,
        )
        return int(self._connection.execute(made.returning(public_pages.c.version)).scalar_one())
