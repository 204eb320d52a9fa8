"""The table of requests that were answered, so that a repetition gets the same answer."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table, Text

from service.database.tables.columns import metadata, now

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    # Who asked, as they are named in the log. Two who think of the same key do not meet.
    Column("principal", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    # Of what was asked; empty where it is not known, for requests from before this table.
    Column("body_sha256", Text, nullable=False),
    Column("answer", Text, nullable=False),
    now("created_at"),
    Index("ix_idempotency_keys_created_at", "created_at"),
)
