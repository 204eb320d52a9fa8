"""The table of agreements for a countersigner's next mail, which covers all of them."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Table
from sqlalchemy.dialects.postgresql import UUID

from service.database.tables.columns import agreement_id, metadata, now

sign_requests = Table(
    "sign_requests",
    metadata,
    Column("staff_id", UUID(as_uuid=False), ForeignKey("staff.id"), primary_key=True),
    agreement_id(primary=True),
    now("since"),
)
