"""The table of forms to show again: the input and its mistakes."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, LargeBinary, Table, Text
from sqlalchemy.dialects.postgresql import JSONB, UUID

from service.database.tables.columns import instant, metadata, now

kept_forms = Table(
    "kept_forms",
    metadata,
    Column("id", Text, primary_key=True),
    # Hashes of the browser that sent the form, and of the URL of the page that shows it.
    Column("holder", LargeBinary, nullable=False),
    Column("page", LargeBinary, nullable=False),
    # The signed-in member of staff, if any.
    Column("staff_id", UUID(as_uuid=False), ForeignKey("staff.id"), nullable=True),
    # Sent without a session: these share a limit.
    Column("stranger", Boolean, nullable=False),
    Column("content", JSONB, nullable=False),
    now("kept_at"),
    instant("expires_at"),
    Index("ix_kept_forms_holder", "holder", "kept_at"),
    Index("ix_kept_forms_stranger", "stranger", "kept_at"),
    Index("ix_kept_forms_expires_at", "expires_at"),
)
