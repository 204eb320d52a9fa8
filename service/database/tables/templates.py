"""The tables of the processor's own templates: families, versions, and samples to look at."""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from service.agreement.template_family import TemplateState
from service.database.tables.columns import instant, metadata, now, one_of, own_id

template_families = Table(
    "template_families",
    metadata,
    own_id(),
    Column("name", Text, nullable=False),
    # The row of the installed template, which exists only once it is no longer offered.
    Column("installed", Boolean, nullable=False, server_default=text("false")),
    Column("is_default", Boolean, nullable=False, server_default=text("false")),
    Column("offered", Boolean, nullable=False, server_default=text("true")),
    # Of the newest version ever; a number is never given twice.
    Column("last_number", Integer, nullable=False, server_default=text("0")),
    now("created_at"),
    Index("uq_template_families_name", text("lower(name)"), unique=True),
    Index(
        "uq_template_families_default",
        "is_default",
        unique=True,
        postgresql_where=text("is_default"),
    ),
)

# The files are never changed (migration 0055); agreements refer to a published one in
# ``document_templates``.
template_versions = Table(
    "template_versions",
    metadata,
    own_id(),
    Column("family_id", UUID(as_uuid=False), ForeignKey("template_families.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("sha256", Text, nullable=False, unique=True),
    Column("state", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("docx", LargeBinary, nullable=False),
    Column("declaration", Text, nullable=False),
    # The file as it was given, to make the next version of.
    Column("given", LargeBinary, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("places", ARRAY(Text), nullable=False),
    Column("printed", ARRAY(Text), nullable=False),
    Column("findings", JSONB, nullable=False),
    Column("failure", Text, nullable=False, server_default=""),
    now("imported_at"),
    # Null: the operator.
    Column("imported_by", UUID(as_uuid=False), ForeignKey("staff.id"), nullable=True),
    instant("published_at", null=True),
    Column("published_by", UUID(as_uuid=False), ForeignKey("staff.id"), nullable=True),
    # By the one who imported it.
    Column("alone", Boolean, nullable=False, server_default=text("false")),
    instant("withdrawn_at", null=True),
    Column("withdrawn_by", UUID(as_uuid=False), ForeignKey("staff.id"), nullable=True),
    UniqueConstraint("family_id", "number"),
    one_of("state", TemplateState),
)

# To compare the next version with, too.
template_samples = Table(
    "template_samples",
    metadata,
    Column("template_sha256", Text, primary_key=True),
    Column("pdf", LargeBinary, nullable=False),
    Column("pages", Integer, nullable=False),
    Column("reading_html", Text, nullable=False),
    # With nothing that may be absent; empty in samples of former versions.
    Column("least_html", Text, nullable=False, server_default=text("''")),
    # A PNG of each page; none in samples of former versions.
    Column("pictures", ARRAY(LargeBinary), nullable=False, server_default=text("'{}'")),
    # The same with as little as possible; null and none in samples of former versions.
    Column("least_pdf", LargeBinary, nullable=True),
    Column("least_pictures", ARRAY(LargeBinary), nullable=False, server_default=text("'{}'")),
    now("made_at"),
)
