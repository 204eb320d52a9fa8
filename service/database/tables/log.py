"""The tables of the hash-chained log and of the personal data beside it."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from service.database.tables.columns import Digest, agreement_id, metadata

audit_entries = Table(
    "audit_entries",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    agreement_id(null=True),
    Column("seq", Integer, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("actor", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("data", JSONB, nullable=False),
    Column("personal_digest", Digest, nullable=False, server_default=""),
    Column("prev_hash", Digest, nullable=False),
    Column("hash", Digest, nullable=False),
    Index(
        "uq_audit_entries_seq",
        text("coalesce(agreement_id, '00000000-0000-0000-0000-000000000000'::uuid)"),
        "seq",
        unique=True,
    ),
    Index(
        "ix_audit_entries_general",
        text("at desc"),
        text("id desc"),
        postgresql_where=text("agreement_id is null"),
    ),
)

audit_personal = Table(
    "audit_personal",
    metadata,
    Column("entry_id", BigInteger, ForeignKey("audit_entries.id"), primary_key=True),
    Column("salt", LargeBinary, nullable=False),
    Column("data", JSONB, nullable=False),
)
