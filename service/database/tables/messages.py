"""Mails and their delivery."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from service.agreement.states import MailState
from service.agreement.subjects import SubjectKind
from service.database.tables.columns import agreement_id, instant, metadata, now, one_of, own_id

# Subjects are defined in ``service/agreement/subjects.py``.
messages = Table(
    "messages",
    metadata,
    own_id(),
    # Null, with ``values`` and ``reply_to`` empty, once it is delivered and the archive has the
    # rest.
    Column("key", Text, nullable=True, unique=True),
    Column("subject", Text, nullable=False),
    # In its own column, because it is a foreign key and used in joins.
    agreement_id(null=True),
    Column("subject_id", Text, nullable=True),
    Column("kind", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("recipient_name", Text, nullable=False),
    Column("reply_to", Text, nullable=False),
    Column("values", JSONB, nullable=False),
    Column("link_id", UUID(as_uuid=False), ForeignKey("links.id"), nullable=True),
    Column("challenge_id", UUID(as_uuid=False), nullable=True),
    Column("account_link_id", UUID(as_uuid=False), ForeignKey("account_links.id"), nullable=True),
    # The mail that is sent, if this row only notes it for another agreement.
    Column("sent_as", UUID(as_uuid=False), ForeignKey("messages.id"), nullable=True),
    Column("attach_original", Boolean, nullable=False, server_default=text("false")),
    Column("state", Text, nullable=False, server_default="queued"),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("last_error", Text, nullable=False, server_default=""),
    Column("settled", Boolean, nullable=False, server_default=text("false")),
    now("queued_at"),
    instant("sent_at", null=True),
    one_of("state", MailState),
    one_of("subject", SubjectKind),
    CheckConstraint("(subject = 'agreement') = (agreement_id is not null)", name="agreement"),
    CheckConstraint("num_nonnulls(agreement_id, subject_id) = 1", name="subject_id"),
    Index("ix_messages_agreement", "agreement_id"),
    Index(
        "ix_messages_subject",
        "subject",
        "subject_id",
        postgresql_where=text("subject_id is not null"),
    ),
    Index(
        "ix_messages_account_link",
        "account_link_id",
        postgresql_where=text("account_link_id is not null"),
    ),
    Index("ix_messages_sent_as", "sent_as", postgresql_where=text("sent_as is not null")),
    Index(
        "ix_messages_trouble",
        "agreement_id",
        postgresql_where=text("state in ('failed','refused') and not settled"),
    ),
    Index(
        "ix_messages_waiting",
        "queued_at",
        postgresql_where=text("state in ('queued','failed')"),
    ),
)
