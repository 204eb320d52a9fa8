"""The tables of staff, their credentials and activity, and the processor's profile."""

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
    # The initial lines of Bijlage 1 per service; null means our defaults.
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
    # the password: chosen by the owner, printed and still to be changed, or none yet
    Column("credential", Text, nullable=False, server_default="own"),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    instant("lock_told_at", null=True),
    # The last mail that asked for a signature; the next one must wait for some time.
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

# Failed sign-in attempts, while they are counted. ``key`` is a keyed hash, so that the table
# contains no addresses.
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
    Column("id", UUID(as_uuid=False), nullable=False),  # its id in the owner's list
    Column("staff_id", UUID(as_uuid=False), ForeignKey("staff.id"), nullable=False, index=True),
    Column("user_agent", Text, nullable=False),
    now("created_at"),
    now("last_seen_at"),
    instant("expires_at"),  # extended by every use
    instant("ends_at"),  # never extended
    instant("proved_at"),  # the owner's last proof of identity, and its kind
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

# Requests for such a link without signing in. ``address_key`` is a keyed hash for counting; the
# address is erased once the worker has looked for an account.
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

# Filters of the list, for one person.
kept_searches = Table(
    "kept_searches",
    metadata,
    Column("staff_id", UUID(as_uuid=False), ForeignKey("staff.id"), primary_key=True),
    Column("name", Text, primary_key=True),
    # The arguments of the list's address.
    Column("query", Text, nullable=False),
)

# The columns of the list, for one person; in a row without any, only the organisation.
list_columns = Table(
    "list_columns",
    metadata,
    Column("staff_id", UUID(as_uuid=False), ForeignKey("staff.id"), primary_key=True),
    Column("columns", ARRAY(Text), nullable=False),
)

# Activity of staff, or of strangers at the sign-in page: one counting row per kind, person, subject
# and hour, so that a flood does not fill the disk. Outside the hash chain, because it is erased.
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
