"""The table of answered requests, so that a repetition gets the same answer."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table, Text

from service.database.tables.columns import metadata, now

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    # The requester, as named in the log, so that equal keys of two principals do not collide.
    Column("principal", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    # Of the request; empty (unknown) for requests older than this table.
    Column("body_sha256", Text, nullable=False),
    Column("answer", Text, nullable=False),
    now("created_at"),
    Index("ix_idempotency_keys_created_at", "created_at"),
)
