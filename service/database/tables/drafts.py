"""The table of signers' unsubmitted input."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Table, Text
from sqlalchemy.dialects.postgresql import JSONB, UUID

from service.database.tables.columns import metadata, now

drafts = Table(
    "drafts",
    metadata,
    Column("signatory_id", UUID(as_uuid=False), ForeignKey("signatories.id"), primary_key=True),
    Column("form", Text, primary_key=True),
    Column("fields", JSONB, nullable=False),
    now("kept_at"),
)
