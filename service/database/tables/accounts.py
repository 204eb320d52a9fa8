"""The tables of staff, what opens their accounts, what they did, and the processor's profile."""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from service.database.tables.columns import instant, metadata, now, own_id

processor_profiles = Table(
    "processor_profiles",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("profile", JSONB, nullable=False),
    # What Bijlage 1 starts with for each service; empty where the processor kept ours.
    Column("suggestions", JSONB(none_as_null=True), nullable=True),
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
    # the password: the own one, one that was printed and is to be changed, or none chosen yet
    Column("credential", Text, nullable=False, server_default="own"),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    instant("lock_told_at", null=True),
    # The last mail that asked for a signature: the next one waits.
    instant("asked_to_sign_at", null=True),
    now("created_at"),
    Index("uq_staff_email", text("lower(email)"), unique=True),
    CheckConstraint(
        "roles <@ array['verkoop','tekenbevoegde','archief','beheer']",
        name="roles",
    ),
    CheckConstraint("credential in ('own','printed','none')", name="credential"),
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
    Column("id", UUID(as_uuid=False), nullable=False),  # its name in the owner's list
    Column("staff_id", UUID(as_uuid=False), ForeignKey("staff.id"), nullable=False, index=True),
    Column("user_agent", Text, nullable=False),
    now("created_at"),
    now("last_seen_at"),
    instant("expires_at"),  # moves on with every use
    instant("ends_at"),  # does not
    instant("proved_at"),  # when its owner last proved who it is, and by what
    Column("proved_by", Text, nullable=False),
    Index("uq_staff_sessions_id", "id", unique=True),
)

account_links = Table(
    "account_links",
    metadata,
    own_id(),
    Column("staff_id", UUID(as_uuid=False), ForeignKey("staff.id"), nullable=False),
    Column("purpose", Text, nullable=False),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("ended", Text, nullable=False, server_default=""),
    now("created_at"),
    instant("expires_at"),
    Index(
        "uq_account_links_live",
        "staff_id",
        "purpose",
        unique=True,
        postgresql_where=text("ended = ''"),
    ),
    CheckConstraint("purpose in ('invitation','password','unlock')", name="purpose"),
    CheckConstraint("ended in ('','used','replaced')", name="ended"),
)

# Somebody who is not signed in asked for such a link. ``address_key`` is a keyed hash, to count by;
# the address itself goes as soon as the worker has looked whether there is an account.
link_requests = Table(
    "link_requests",
    metadata,
    own_id(),
    Column("purpose", Text, nullable=False),
    Column("address_key", LargeBinary, nullable=False),
    Column("email", Text, nullable=True),
    now("asked_at"),
    Index("ix_link_requests_asked_at", "asked_at"),
    CheckConstraint("purpose in ('password','unlock')", name="purpose"),
)

role_requests = Table(
    "role_requests",
    metadata,
    own_id(),
    Column("staff_id", UUID(as_uuid=False), ForeignKey("staff.id"), nullable=False),
    Column("role", Text, nullable=False),
    Column("asked_by", UUID(as_uuid=False), ForeignKey("staff.id"), nullable=False),
    now("asked_at"),
    Column("ended", Text, nullable=False, server_default=""),
    Column("ended_by", UUID(as_uuid=False), ForeignKey("staff.id"), nullable=True),
    instant("ended_at", null=True),
    Index(
        "uq_role_requests_waiting",
        "staff_id",
        "role",
        unique=True,
        postgresql_where=text("ended = ''"),
    ),
    CheckConstraint("role in ('tekenbevoegde','beheer')", name="role"),
    CheckConstraint("ended in ('','granted','refused','withdrawn')", name="ended"),
    CheckConstraint("(ended = '') = (ended_at is null)", name="ended_at"),
)

# What staff, or a stranger at their door, did and how often within an hour: one row for each kind,
# person, subject and hour, so that no flood fills the disk. Beside the chain, since it is erased.
staff_activity = Table(
    "staff_activity",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("staff_id", UUID(as_uuid=False), ForeignKey("staff.id"), nullable=True),
    Column("subject", Text, nullable=False),
    instant("hour"),
    Column("times", Integer, nullable=False, server_default="1"),
    now("last_at"),
    Column("client", JSONB, nullable=True),
    Index(
        "uq_staff_activity_hour",
        "kind",
        "staff_id",
        "subject",
        "hour",
        unique=True,
        postgresql_nulls_not_distinct=True,
    ),
    Index("ix_staff_activity_last_at", "last_at", "id"),
)
