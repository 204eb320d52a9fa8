"""The public page: its setting, what waits for a code, and how agreements began on it."""

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
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from service.agreement.applying import Known
from service.database.tables.columns import agreement_id, instant, metadata, now, one_of, own_id

# Each change adds a row; the newest counts.
public_pages = Table(
    "public_pages",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("opened", Boolean, nullable=False),
    Column("services", ARRAY(Text), nullable=False),
    Column("owner_id", UUID(as_uuid=False), ForeignKey("staff.id"), nullable=True),
    Column("countersigner_id", UUID(as_uuid=False), ForeignKey("staff.id"), nullable=True),
    Column("per_day", Integer, nullable=False),
    # Null for the operator of the machine.
    Column("by_id", UUID(as_uuid=False), ForeignKey("staff.id"), nullable=True),
    now("created_at"),
)

applications = Table(
    "applications",
    metadata,
    own_id(),
    # Keyed digests: of the form, so that a repetition is recognised, then of who is counted.
    Column("form_key", LargeBinary, nullable=False, unique=True),
    Column("mailbox_key", LargeBinary, nullable=False),
    Column("network_key", LargeBinary, nullable=False),
    # What was typed; null once it became an agreement, or the code expired.
    Column("details", JSONB(none_as_null=True), nullable=True),
    Column("tries", Integer, nullable=False, server_default="0"),
    now("asked_at"),
    instant("expires_at"),
    instant("confirmed_at", null=True),
    agreement_id(null=True),
    CheckConstraint("tries between 0 and 5", name="tries"),
    CheckConstraint("(confirmed_at is null) = (agreement_id is null)", name="confirmed_at"),
    Index("ix_applications_asked_at", "asked_at"),
)

self_started = Table(
    "self_started",
    metadata,
    agreement_id(primary=True),
    Column("known", Text, nullable=False),
    # The number of the import that has this customer; 0 for none.
    Column("number_of_import", Integer, nullable=False, server_default="0"),
    Column("number", Text, nullable=False, server_default=""),
    Column("customer", Text, nullable=False, server_default=""),
    one_of("known", Known),
)
