"""The table of the processor's look: the newest row is current."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Identity, Integer, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB, UUID

from service.database.tables.columns import metadata, now

looks = Table(
    "looks",
    metadata,
    Column("id", Integer, Identity(always=True), primary_key=True),
    Column("accent", Text, nullable=False),
    Column("reply_to", Text, nullable=False),
    Column("signature_line", Text, nullable=False),
    Column("subjects", JSONB, nullable=False, server_default=text("'{}'")),
    Column("introductions", JSONB, nullable=False),
    Column("public_introduction", Text, nullable=False, server_default=""),
    Column("logo_sha256", Text, nullable=False),  # empty: no logo
    Column("logo_width", Integer, nullable=False),
    Column("logo_height", Integer, nullable=False),
    Column("created_by", UUID(as_uuid=False), ForeignKey("staff.id"), nullable=False),
    now("created_at"),
)
