"""The tables of ends: how the life of a completed agreement ended or will end.

A row of ``contract_lives`` is the end in force; ``end_records`` has every change since migration
0053, as the archive keeps it.
"""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)

from service.agreement.end_reason import EndReason
from service.database.tables.columns import agreement_id, instant, metadata, now, one_of

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

# What has been filled in is never changed.
end_records = Table(
    "end_records",
    metadata,
    agreement_id(primary=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    # Canonical JSON; null for an end from before migration 0053, until the worker has made it.
    Column("record", LargeBinary, nullable=True),
    Column("seal", LargeBinary, nullable=True),  # null until it is made
    now("made_at"),
    # Why the last attempt to put it into the archive failed; empty if none did.
    Column("failure", Text, nullable=False, server_default=""),
    instant("stored_at", null=True),  # when the archive had both; null before
    CheckConstraint(
        "stored_at is null or (record is not null and seal is not null)", name="stored"
    ),
    Index("ix_end_records_waiting", "made_at", postgresql_where=text("stored_at is null")),
)
