"""The table of files that were signed elsewhere: uploaded first, then registered."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import UUID

from service.database.tables.columns import agreement_id, instant, metadata, now, own_id

registered_files = Table(
    "registered_files",
    metadata,
    own_id(),
    # Who uploaded it, and alone may register it.
    Column("staff_id", UUID(as_uuid=False), ForeignKey("staff.id"), nullable=False),
    now("created_at"),
    Column("name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("pdf_sha256", Text, nullable=False),
    Column("pdf_size", Integer, nullable=False),
    Column("pages", Integer, nullable=False),
    # The PDF, and the file as it came if that is another one; until the archive has verified its
    # own.
    Column("pdf", LargeBinary, nullable=True),
    Column("source", LargeBinary, nullable=True),
    # Null until it is registered.
    agreement_id(null=True),
    Column("record", LargeBinary, nullable=True),
    Column("seal", LargeBinary, nullable=True),
    instant("stored_at", null=True),
    CheckConstraint("(agreement_id is null) = (record is null)", name="record"),
    Index("uq_registered_files_agreement", "agreement_id", unique=True),
    Index(
        "ix_registered_files_digest",
        "pdf_sha256",
        postgresql_where=text("agreement_id is not null"),
    ),
    Index(
        "ix_registered_files_waiting",
        "created_at",
        postgresql_where=text("stored_at is null"),
    ),
)
