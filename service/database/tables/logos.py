"""The table of the pictures of logos; ``looks`` names the current one."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Identity, Integer, LargeBinary, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from service.database.tables.columns import metadata, now

logos = Table(
    "logos",
    metadata,
    Column("id", Integer, Identity(always=True), primary_key=True),
    Column("sha256", Text, nullable=False),
    Column("png", LargeBinary, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("created_by", UUID(as_uuid=False), ForeignKey("staff.id"), nullable=False),
    now("created_at"),
)
