"""The tables of documents, templates, acts, seals and originals."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from service.agreement.states import DocumentKind
from service.database.tables.columns import Digest, agreement_id, metadata, now, one_of

documents = Table(
    "documents",
    metadata,
    agreement_id(primary=True),
    Column("edition", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, primary_key=True),
    Column("sha256", Digest, nullable=False),
    # Null, like the reading view, once only the archive has it; then ``size`` is set, and of
    # ``context`` only our signer stays.
    Column("pdf", LargeBinary, nullable=True),
    Column("size", Integer, nullable=True),
    Column("pages", Integer, nullable=False),
    Column("reading_html", Text, nullable=True),
    Column("context", JSONB, nullable=False),
    Column("template_version", Text, nullable=False),
    Column("template_sha256", Digest, nullable=False),
    Column("engine", Text, nullable=False),
    # Of the common text of this template; empty if none was made.
    Column("common_sha256", Digest, nullable=False, server_default=""),
    now("created_at"),
    one_of("kind", DocumentKind),
    CheckConstraint("(pdf is null) = (size is not null)", name="size"),
)

document_templates = Table(
    "document_templates",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("docx", LargeBinary, nullable=False),
    now("created_at"),
)

# Our code's knowledge of a template; missing for templates that only former code can use.
template_declarations = Table(
    "template_declarations",
    metadata,
    Column("template_sha256", Text, ForeignKey("document_templates.sha256"), primary_key=True),
    Column("declaration", Text, nullable=False),
)

acts = Table(
    "acts",
    metadata,
    agreement_id(primary=True),
    Column("edition", Integer, primary_key=True, autoincrement=False),
    Column("place", Text, primary_key=True),
    Column("ordinal", Integer, nullable=False),
    Column("signatory_id", UUID(as_uuid=False), ForeignKey("signatories.id"), nullable=True),
    Column("staff_id", UUID(as_uuid=False), ForeignKey("staff.id"), nullable=True),
    Column("signed_at", DateTime(timezone=True), nullable=False),
    Column("document_sha256", Digest, nullable=False),
    # Only the person and the organisation, once only the archive has the rest.
    Column("record", JSONB, nullable=False),
    Column("record_sha256", Digest, nullable=False),
    Column("image", LargeBinary, nullable=True),
    UniqueConstraint("agreement_id", "edition", "ordinal"),
    ForeignKeyConstraint(
        ["agreement_id", "place"],
        ["signature_places.agreement_id", "signature_places.place"],
        name="fk_acts_place",
    ),
    CheckConstraint("ordinal >= 1", name="ordinal"),
    CheckConstraint("(signatory_id is null) <> (staff_id is null)", name="person"),
)

seals = Table(
    "seals",
    metadata,
    agreement_id(primary=True),
    Column("edition", Integer, primary_key=True, autoincrement=False),
    Column("step", Integer, primary_key=True, autoincrement=False),
    # The offset in the file where these bytes begin; the previous step has the bytes before it.
    Column("begins_at", Integer, nullable=False, server_default="0"),
    Column("pdf", LargeBinary, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("token_time", DateTime(timezone=True), nullable=False),
    Column("token_quality", Text, nullable=False),
    now("created_at"),
    CheckConstraint("step >= 1", name="step"),
)

# The acts without their own seal, kept by triggers (migration 0045), so that few rows tell what is
# to be sealed. Those of agreements that ended before the seal stay.
unsealed_acts = Table(
    "unsealed_acts",
    metadata,
    agreement_id(primary=True),
    Column("edition", Integer, primary_key=True, autoincrement=False),
    Column("ordinal", Integer, primary_key=True, autoincrement=False),
    Column("signed_at", DateTime(timezone=True), nullable=False),
)

originals = Table(
    "originals",
    metadata,
    agreement_id(primary=True),
    Column("edition", Integer, nullable=False),
    Column("pdf", LargeBinary, nullable=True),
    Column("sha256", Digest, nullable=False, unique=True),
    Column("size", Integer, nullable=False),
    Column("level", Text, nullable=False),
    Column("evidence_pdf", LargeBinary, nullable=True),
    Column("evidence_sha256", Digest, nullable=False),
    Column("evidence_json", LargeBinary, nullable=True),
    Column("log_jsonl", LargeBinary, nullable=True),
    Column("manifest_facts", JSONB, nullable=False),
    # By name, in base64: the additional files of the package, fixed with the others.
    Column("further_files", JSONB(none_as_null=True), nullable=True),
    now("created_at"),
    Index("ix_originals_evidence_sha256", "evidence_sha256"),
    Index("ix_originals_working_copy", "agreement_id", postgresql_where=text("pdf is not null")),
)
