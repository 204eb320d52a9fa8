"""The tables of one step for many agreements: a row for each time, and one for each agreement."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import UUID

from service.agreement.batch import BatchKind, BatchLineState, BatchState
from service.database.tables.columns import agreement_id, instant, metadata, now, one_of, own_id

batches = Table(
    "batches",
    metadata,
    own_id(),
    Column("kind", Text, nullable=False),
    Column("by_id", UUID(as_uuid=False), ForeignKey("staff.id"), nullable=False),
    Column("state", Text, nullable=False),
    # What the step asks besides the agreement: 0 days, no reason and nobody if it asks nothing.
    Column("days", Integer, nullable=False, server_default="0"),
    Column("reason", Text, nullable=False, server_default=""),
    Column("to_id", UUID(as_uuid=False), ForeignKey("staff.id"), nullable=True),
    # Why it stopped by itself.
    Column("failure", Text, nullable=False, server_default=""),
    now("created_at"),
    instant("ended_at", null=True),
    one_of("kind", BatchKind),
    one_of("state", BatchState),
    Index("ix_batches_running", "created_at", postgresql_where=text("state = 'running'")),
)

batch_lines = Table(
    "batch_lines",
    metadata,
    Column("batch_id", UUID(as_uuid=False), ForeignKey("batches.id"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    agreement_id(),
    Column("state", Text, nullable=False),
    Column("failure", Text, nullable=False, server_default=""),
    UniqueConstraint("batch_id", "agreement_id"),
    one_of("state", BatchLineState),
    Index(
        "ix_batch_lines_waiting",
        "batch_id",
        "position",
        postgresql_where=text("state = 'waiting'"),
    ),
)
