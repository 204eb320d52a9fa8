"""The table of ends: how the life of a completed agreement ended or will end.

A row is the end now in force; the log has what was recorded before. An agreement without a row has
no known end.
"""

from __future__ import annotations

from sqlalchemy import Column, Date, Table, Text

from service.agreement.end_reason import EndReason
from service.database.tables.columns import agreement_id, metadata, now, one_of

contract_lives = Table(
    "contract_lives",
    metadata,
    agreement_id(primary=True),
    Column("ends_on", Date, nullable=False),
    Column("reason", Text, nullable=False),
    now("noted_at"),
    Column("noted_by", Text, nullable=False),
    one_of("reason", EndReason),
)
