"""The templates of agreements, each stored once under the digest of its Word file, which is never
changed or deleted. Of its declaration (title, placeholders, places) the newest is kept."""

from __future__ import annotations

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from service.agreement.facets import facet_word
from service.agreement.states import State
from service.agreement.template_version import AGREEMENT, TemplateVersion
from service.database.tables.agreements import agreements
from service.database.tables.columns import words
from service.database.tables.documents import document_templates, template_declarations
from service.database.tables.records import Records, record
from service.database.tables.stored_words import stored, with_words
from service.database.tables.templates import template_families, template_versions

SHOWN_VERSION = func.coalesce(
    template_families.c.name + " " + document_templates.c.version, document_templates.c.version
)
SHOWN = (
    select(SHOWN_VERSION)
    .select_from(document_templates)
    .outerjoin(template_versions, template_versions.c.sha256 == document_templates.c.sha256)
    .outerjoin(template_families, template_families.c.id == template_versions.c.family_id)
)
OF_AN_AGREEMENT = SHOWN.where(
    document_templates.c.sha256 == agreements.c.template_sha256
).scalar_subquery()
_DECLARED = select(template_declarations.c.declaration).where(
    template_declarations.c.template_sha256 == bindparam("digest")
)
_WHOLE = (
    select(document_templates, template_declarations.c.declaration)
    .join(template_declarations)
    .where(document_templates.c.sha256 == bindparam("digest"))
)
_DOCX = select(document_templates.c.docx).where(document_templates.c.sha256 == bindparam("digest"))
_VERSIONS = (
    select(document_templates.c.sha256, SHOWN_VERSION.label("version"))
    .outerjoin(template_versions, template_versions.c.sha256 == document_templates.c.sha256)
    .outerjoin(template_families, template_families.c.id == template_versions.c.family_id)
    .where(document_templates.c.kind == bindparam("kind"))
    .order_by(document_templates.c.created_at.desc(), document_templates.c.version.desc())
)
# States before the text is made; an expired agreement may be extended.
_BEFORE_A_TEXT = (
    State.DRAFT,
    State.SENT,
    State.PREPARING,
    State.GENERATION_FAILED,
    State.EXPIRED,
)


class Templates(Records):
    def keep(self, template: TemplateVersion) -> None:
        """Store a template that an agreement names; repeatable.

        Without a declaration no text can be made from it.
        """
        if self._connection.execute(_DECLARED, {"digest": template.sha256}).scalar() == (
            template.declaration
        ):
            return
        self._connection.execute(
            upsert(document_templates)
            .values(
                sha256=template.sha256,
                kind=template.kind,
                version=template.version,
                language=template.language,
                docx=template.docx,
            )
            .on_conflict_do_nothing()
        )
        if not template.declaration:
            return
        declared = {"declaration": template.declaration}
        self._connection.execute(
            upsert(template_declarations)
            .values(template_sha256=template.sha256, **declared)
            .on_conflict_do_update(index_elements=["template_sha256"], set_=declared)
        )

    def get(self, sha256: str, known: TemplateVersion | None = None) -> TemplateVersion | None:
        """None if the template or its declaration is missing.

        ``known`` is returned without reading its Word file again, if this is it.
        """
        if known is not None and known.sha256 == sha256:
            declared = self._connection.execute(_DECLARED, {"digest": sha256}).scalar()
            if declared == known.declaration:
                return known
        row = self._connection.execute(_WHOLE, {"digest": sha256}).one_or_none()
        return record(TemplateVersion, row) if row else None

    def versions(self) -> list[tuple[str, str]]:
        """The digest and version of each template for agreements, newest first; an own template's
        version has its name before it."""
        rows = self._connection.execute(_VERSIONS, {"kind": AGREEMENT})
        return [(row.sha256, row.version) for row in rows]

    def shown(self, sha256: str) -> str:
        """As in ``versions``; empty for an unknown one."""
        found = self._connection.execute(SHOWN.where(document_templates.c.sha256 == sha256))
        return found.scalar() or ""

    def docx(self, sha256: str) -> bytes | None:
        return self._connection.execute(_DOCX, {"digest": sha256}).scalar()

    def name_where_none(self, sha256: str) -> int:
        """Assign this template to agreements without one and without a text; returns how many."""
        named = self._connection.execute(
            update(agreements)
            .where(
                agreements.c.template_sha256.is_(None),
                agreements.c.frozen_sha256 == "",
                agreements.c.state.in_(words(_BEFORE_A_TEXT)),
            )
            .values(
                template_sha256=sha256,
                search=with_words(stored([facet_word("template", sha256)])),
            )
        )
        return named.rowcount
