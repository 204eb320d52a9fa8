"""The tables of the texts shown to people before signing. Append-only."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, text
from sqlalchemy.dialects.postgresql import UUID

from service.database.tables.columns import Digest, agreement_id, metadata, now, own_id

common_texts = Table(
    "common_texts",
    metadata,
    Column("sha256", Digest, primary_key=True),
    Column("html", Text, nullable=False),
    now("created_at"),
)

openings = Table(
    "openings",
    metadata,
    own_id(),
    agreement_id(),
    Column("edition", Integer, nullable=False),
    Column("signatory_id", UUID(as_uuid=False), ForeignKey("signatories.id"), nullable=True),
    Column("staff_id", UUID(as_uuid=False), ForeignKey("staff.id"), nullable=True),
    Column("what", Text, nullable=False),
    Column("document_sha256", Digest, nullable=False),
    Column("sha256", Digest, nullable=False),
    # Only for a difference: the common text, and its own bytes until only the archive has them.
    Column("common_sha256", Digest, nullable=False, server_default=""),
    Column("html", Text, nullable=False, server_default=""),
    now("opened_at"),
    CheckConstraint("what in ('view','pdf','difference')", name="what"),
    CheckConstraint("(signatory_id is null) <> (staff_id is null)", name="person"),
    CheckConstraint("(what = 'difference') = (common_sha256 <> '')", name="common"),
    Index(
        "uq_openings_first",
        "agreement_id",
        "edition",
        text("coalesce(signatory_id, staff_id)"),
        "what",
        # The beginning of a digest says enough.
        text('"substring"(sha256, 1, 8)'),
        unique=True,
    ),
    Index("ix_openings_common", "staff_id", "common_sha256"),
)
