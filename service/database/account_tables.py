"""The tables of staff and of the processor's profile."""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from service.database.columns import instant, metadata, now, own_id

processor_profiles = Table(
    "processor_profiles",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("profile", JSONB, nullable=False),
    Column("created_by", UUID(as_uuid=False), nullable=True),
    now("created_at"),
)

staff = Table(
    "staff",
    metadata,
    own_id(),
    Column("email", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("function", Text, nullable=False, server_default=""),
    Column("roles", ARRAY(Text), nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    now("created_at"),
    Index("uq_staff_email", text("lower(email)"), unique=True),
    CheckConstraint(
        "roles <@ array['verkoop','tekenbevoegde','archief','beheer'] and cardinality(roles) > 0",
        name="roles",
    ),
)

known_browsers = Table(
    "known_browsers",
    metadata,
    own_id(),
    Column("staff_id", UUID(as_uuid=False), ForeignKey("staff.id"), nullable=False, index=True),
    now("created_at"),
    instant("expires_at"),
)

# Tries to sign in that did not succeed, for as long as they count. ``key`` is a keyed hash of what
# is counted, so that the table names no address of anybody.
sign_in_tries = Table(
    "sign_in_tries",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("tries", Integer, nullable=False),
    instant("counts_until"),
    Index("ix_sign_in_tries_counts_until", "counts_until"),
)

staff_sessions = Table(
    "staff_sessions",
    metadata,
    Column("secret_hash", LargeBinary, primary_key=True),
    Column("staff_id", UUID(as_uuid=False), ForeignKey("staff.id"), nullable=False, index=True),
    now("created_at"),
    now("last_seen_at"),
    instant("expires_at"),
)
