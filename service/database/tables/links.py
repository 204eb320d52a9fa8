"""Signing links, the browser sessions started with them, and mailed codes."""

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

from service.agreement.capabilities import Purpose
from service.agreement.states import LinkEnd
from service.database.tables.columns import agreement_id, instant, metadata, now, one_of, own_id

# Links that were mailed as one. The id is that of the first link, under which the codes of all are
# counted.
link_bundles = Table(
    "link_bundles",
    metadata,
    own_id(),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    now("created_at"),
)

# One browser in which a bundle was opened. ``browser`` stays when its secret is renewed.
bundle_sessions = Table(
    "bundle_sessions",
    metadata,
    Column("secret_hash", LargeBinary, primary_key=True),
    Column("bundle_id", UUID(as_uuid=False), ForeignKey("link_bundles.id"), nullable=False),
    Column("browser", UUID(as_uuid=False), nullable=False),
    now("created_at"),
    instant("expires_at"),
    Index("ix_bundle_sessions_expires_at", "expires_at"),
)

links = Table(
    "links",
    metadata,
    own_id(),
    agreement_id(),
    Column("signatory_id", UUID(as_uuid=False), ForeignKey("signatories.id"), nullable=False),
    Column("number", Integer, nullable=False, server_default="1"),  # that of the signatory
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("bundle_id", UUID(as_uuid=False), ForeignKey("link_bundles.id"), nullable=True),
    Column("copied", Boolean, nullable=False, server_default=text("false")),
    Column("ended", Text, nullable=False, server_default=""),
    now("created_at"),
    instant("opened_at", null=True),
    Index("ix_links_agreement", "agreement_id"),
    Index("ix_links_bundle", "bundle_id", postgresql_where=text("bundle_id is not null")),
    Index(
        "uq_links_live",
        "agreement_id",
        "number",
        unique=True,
        postgresql_where=text("ended = ''"),
    ),
    one_of("ended", LinkEnd),
)

link_sessions = Table(
    "link_sessions",
    metadata,
    Column("secret_hash", LargeBinary, primary_key=True),
    Column("link_id", UUID(as_uuid=False), ForeignKey("links.id"), nullable=False, index=True),
    Column("ip", Text, nullable=False),
    Column("user_agent", Text, nullable=False),
    now("created_at"),
    now("last_seen_at"),
    instant("expires_at"),
    instant("authenticated_at", null=True),
    Column("challenge_id", UUID(as_uuid=False), nullable=True),
    Column("shown_sha256", Text, nullable=False, server_default=""),
    Column("pending", JSONB, nullable=True),
    Column("pending_image", LargeBinary, nullable=True),
    Column("colleague", JSONB, nullable=True),
    # That of the bundle through which the link was opened; null if it was opened by itself.
    Column("browser", UUID(as_uuid=False), nullable=True),
    Index("ix_link_sessions_expires_at", "expires_at"),
)

code_challenges = Table(
    "code_challenges",
    metadata,
    own_id(),
    Column("link_id", UUID(as_uuid=False), ForeignKey("links.id"), nullable=False, index=True),
    Column("code_hash", LargeBinary, nullable=False),
    Column("sent_to", Text, nullable=False),
    Column("purpose", Text, nullable=False, server_default=Purpose.SIGN.value),
    # The references of the agreements that it is for; empty: that of its link.
    Column("together", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    # In which browser of a bundle it was entered.
    Column("browser", UUID(as_uuid=False), nullable=True),
    Column("tries", Integer, nullable=False, server_default="0"),
    now("created_at"),
    instant("expires_at"),
    instant("consumed_at", null=True),
    CheckConstraint("tries between 0 and 5", name="tries"),
    one_of("purpose", Purpose),
    Index("ix_code_challenges_unused", "expires_at", postgresql_where=text("consumed_at is null")),
)
