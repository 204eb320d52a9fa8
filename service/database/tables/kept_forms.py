"""The table of forms that are shown again: what was typed, and what was wrong with it."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, LargeBinary, Table, Text
from sqlalchemy.dialects.postgresql import JSONB, UUID

from service.database.tables.columns import instant, metadata, now

kept_forms = Table(
    "kept_forms",
    metadata,
    Column("id", Text, primary_key=True),
    # Hashes: of the browser that sent the form, and of the address of the page that shows it.
    Column("holder", LargeBinary, nullable=False),
    Column("page", LargeBinary, nullable=False),
    # Who was signed in, if anybody of the staff was.
    Column("staff_id", UUID(as_uuid=False), ForeignKey("staff.id"), nullable=True),
    # Sent by somebody without a session: all of these together have a limit.
    Column("stranger", Boolean, nullable=False),
    Column("content", JSONB, nullable=False),
    now("kept_at"),
    instant("expires_at"),
    Index("ix_kept_forms_holder", "holder", "kept_at"),
    Index("ix_kept_forms_stranger", "stranger", "kept_at"),
    Index("ix_kept_forms_expires_at", "expires_at"),
)
