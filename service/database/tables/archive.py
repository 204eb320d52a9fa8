"""The tables of the archive: its objects and their status."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from service.agreement.states import PackageState
from service.database.tables.columns import Digest, agreement_id, instant, metadata, now, one_of
from signatures.package.names import AGREEMENT, SHEET

archived_objects = Table(
    "archived_objects",
    metadata,
    agreement_id(primary=True),
    Column("name", Text, primary_key=True),
    Column("key", Text, nullable=False),
    Column("version_id", Text, nullable=False),
    Column("sha256", Digest, nullable=False),
    Column("size", Integer, nullable=False),
    Column("locked_until", DateTime(timezone=True), nullable=False),
    # The files inside it by name: size and SHA-256. Empty for a single file, and once it is in
    # ``packed``.
    Column("inside", JSONB, nullable=False, server_default="{}"),
    Column("packed", LargeBinary, nullable=True),
    # Set when the lock reached its last moment and is not extended any more: the years of retention
    # used for it.
    Column("final_for_years", Integer, nullable=True),
    now("stored_at"),
    # For a sealed file: the expiry of the newest time stamp on it or its renewed copies; null until
    # read.
    instant("stamp_proves_until", null=True),
    Index(
        "ix_archived_objects_renewed",
        "sha256",
        postgresql_where=text("name like 'vernieuwd/%'"),
    ),
    Index(
        "ix_archived_objects_locked_until",
        "locked_until",
        postgresql_where=text("final_for_years is null"),
    ),
    Index(
        "ix_archived_objects_final",
        "final_for_years",
        postgresql_where=text("final_for_years is not null"),
    ),
    Index(
        "ix_archived_objects_unread",
        "agreement_id",
        postgresql_where=text(f"stamp_proves_until is null and name in ('{AGREEMENT}','{SHEET}')"),
    ),
    Index(
        "ix_archived_objects_proves_until",
        "stamp_proves_until",
        postgresql_where=text("stamp_proves_until is not null"),
    ),
)
# Renewed copies, spelled as in the index, so that it is used.
RENEWED = text("archived_objects.name like 'vernieuwd/%'")

archive_states = Table(
    "archive_states",
    metadata,
    agreement_id(primary=True),
    Column("state", Text, nullable=False),
    Column("prefix", Text, nullable=False),
    Column("failure", Text, nullable=False, server_default=""),
    instant("checked_at", null=True),  # the last successful check
    instant("looked_at", null=True),  # the last check, with any result
    # The renewal of its time stamps: '' (fine), failing, or late (permanent).
    Column("renewal", Text, nullable=False, server_default=""),
    Column("renewal_failure", Text, nullable=False, server_default=""),
    instant("renewal_since", null=True),
    # Why the lock of one of its objects could not be extended, and since when; else empty and null.
    Column("lock_failure", Text, nullable=False, server_default=""),
    instant("lock_failing_since", null=True),
    # The difference between the two verdicts, and since when; empty and null while they agree.
    Column("dispute", Text, nullable=False, server_default=""),
    instant("disputed_since", null=True),
    instant("judged_twice_at", null=True),  # the last second verdict
    # When the package was stored; before, when it was made. Null if shed before migration 0044.
    Column(
        "stored_at",
        DateTime(timezone=True),
        nullable=True,
        server_default=text("clock_timestamp()"),
    ),
    # When what the package holds was dropped from the other tables.
    instant("shed_at", null=True),
    one_of("state", PackageState),
    CheckConstraint("renewal in ('', 'failing', 'late')", name="renewal"),
    Index("ix_archive_states_looked_at", "looked_at"),
    Index("ix_archive_states_renewal", "agreement_id", postgresql_where=text("renewal <> ''")),
    Index(
        "ix_archive_states_lock_failing",
        "agreement_id",
        postgresql_where=text("lock_failing_since is not null"),
    ),
    Index(
        "ix_archive_states_disputed",
        "agreement_id",
        postgresql_where=text("disputed_since is not null"),
    ),
    Index(
        "ix_archive_states_kept_here",
        "stored_at",
        postgresql_where=text("judged_twice_at is not null and shed_at is null"),
    ),
    Index(
        "ix_archive_states_judged_once",
        "looked_at",
        postgresql_where=text("judged_twice_at is null"),
    ),
    Index(
        "ix_archive_states_trouble",
        "state",
        "agreement_id",
        postgresql_where=text("failure <> '' or state in ('missing','corrupt')"),
    ),
    Index(
        "ix_archive_states_unfinished",
        "agreement_id",
        postgresql_where=text("state <> 'verified'"),
    ),
)
