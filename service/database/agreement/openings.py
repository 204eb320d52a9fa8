"""The texts shown to people before signing: each person's first opening of each text."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from service.agreement.shown import Opening, sha256_of
from service.agreement.states import DocumentKind
from service.database.tables.agreements import agreements
from service.database.tables.documents import documents
from service.database.tables.openings import common_texts, openings
from service.database.tables.records import Records, record


@dataclass(frozen=True)
class View:
    """The reading view of a frozen document, and the common text of its template, empty if none."""

    html: str
    common: str

    @property
    def sha256(self) -> str:
        return sha256_of(self.html)

    @property
    def common_sha256(self) -> str:
        return sha256_of(self.common) if self.common else ""


_VIEWS = (
    select(documents.c.agreement_id, documents.c.reading_html, common_texts.c.html)
    .outerjoin(common_texts, common_texts.c.sha256 == documents.c.common_sha256)
    .where(documents.c.kind == DocumentKind.FROZEN, documents.c.reading_html.is_not(None))
)
_VIEW = _VIEWS.where(
    documents.c.agreement_id == bindparam("agreement"),
    documents.c.edition == bindparam("attempt"),
)


_HAS_COMMON = select(common_texts.c.sha256).where(common_texts.c.sha256 == bindparam("digest"))
_KEEP_COMMON = upsert(common_texts).on_conflict_do_nothing()
_NOTE = upsert(openings).on_conflict_do_nothing().returning(openings.c.id)
_first = openings.alias("first")
_OF = (
    select(
        openings,
        select(func.min(_first.c.opened_at))
        .where(
            _first.c.staff_id == openings.c.staff_id,
            _first.c.common_sha256 == openings.c.common_sha256,
            openings.c.common_sha256 != "",
        )
        .scalar_subquery()
        .label("common_opened_at"),
    )
    .where(
        openings.c.agreement_id == bindparam("agreement"),
        openings.c.edition == bindparam("attempt"),
        openings.c.document_sha256 == bindparam("document"),
    )
    .order_by(openings.c.opened_at)
)
_OF_STAFF = _OF.where(openings.c.staff_id == bindparam("person"))
_OF_SIGNATORY = _OF.where(openings.c.signatory_id == bindparam("person"))


class Openings(Records):
    def view(self, agreement_id: str, edition: int) -> View | None:
        wanted = {"agreement": agreement_id, "attempt": edition}
        row = self._connection.execute(_VIEW, wanted).one_or_none()
        return View(row.reading_html, row.html or "") if row else None

    def views(self, agreement_ids: Sequence[str]) -> dict[str, View]:
        """The same for the present editions of several agreements, by agreement id."""
        statement = _VIEWS.join(
            agreements,
            (agreements.c.id == documents.c.agreement_id)
            & (agreements.c.edition == documents.c.edition),
        ).where(agreements.c.id.in_(agreement_ids))
        rows = self._connection.execute(statement)
        return {row.agreement_id: View(row.reading_html, row.html or "") for row in rows}

    def keep_common(self, html: str) -> str:
        """Returns the SHA-256; repeatable."""
        digest = sha256_of(html)
        # Nearly always it is there, and it is long.
        if self._connection.execute(_HAS_COMMON, {"digest": digest}).scalar() is None:
            self._connection.execute(_KEEP_COMMON, {"sha256": digest, "html": html})
        return digest

    def note(
        self,
        agreement_id: str,
        edition: int,
        what: str,
        *,
        document_sha256: str,
        sha256: str,
        signatory_id: str | None = None,
        staff_id: str | None = None,
        common_sha256: str = "",
        html: str = "",
    ) -> bool:
        """Record that a person opened a text; False if already recorded."""
        made = self._connection.execute(
            _NOTE,
            {
                "id": str(uuid.uuid4()),
                "agreement_id": agreement_id,
                "edition": edition,
                "signatory_id": signatory_id,
                "staff_id": staff_id,
                "what": what,
                "document_sha256": document_sha256,
                "sha256": sha256,
                "common_sha256": common_sha256,
                "html": html,
            },
        )
        return made.first() is not None

    def of(
        self,
        agreement_id: str,
        edition: int,
        document_sha256: str,
        *,
        signatory_id: str | None = None,
        staff_id: str | None = None,
    ) -> list[Opening]:
        """This person's openings of a document, oldest first."""
        wanted = {
            "agreement": agreement_id,
            "attempt": edition,
            "document": document_sha256,
            "person": staff_id or signatory_id,
        }
        rows = self._connection.execute(_OF_STAFF if staff_id else _OF_SIGNATORY, wanted)
        return [record(Opening, row) for row in rows]

    def by_staff(
        self, staff_id: str, agreement_ids: Sequence[str]
    ) -> dict[tuple[str, int, str], datetime]:
        """When this person first opened each of these, by id, edition and document's SHA-256."""
        rows = self._connection.execute(
            select(
                openings.c.agreement_id,
                openings.c.edition,
                openings.c.document_sha256,
                func.min(openings.c.opened_at).label("at"),
            )
            .where(openings.c.staff_id == staff_id, openings.c.agreement_id.in_(agreement_ids))
            .group_by(openings.c.agreement_id, openings.c.edition, openings.c.document_sha256)
        )
        return {(row.agreement_id, row.edition, row.document_sha256): row.at for row in rows}

    def common_opened(self, staff_id: str, sha256: str) -> datetime | None:
        return self._connection.execute(
            select(func.min(openings.c.opened_at)).where(
                openings.c.staff_id == staff_id, openings.c.common_sha256 == sha256
            )
        ).scalar()

    def difference(self, agreement_id: str, sha256: str) -> str:
        """The bytes of a difference that was shown. Raises NoResultFound."""
        statement = select(openings.c.html).where(
            openings.c.agreement_id == agreement_id, openings.c.sha256 == sha256
        )
        return str(self._connection.execute(statement.limit(1)).scalar_one())

    def common_text(self, sha256: str) -> str:
        statement = select(common_texts.c.html).where(common_texts.c.sha256 == sha256)
        return self._connection.execute(statement).scalar() or ""
