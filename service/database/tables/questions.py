"""The table of questions to the sender before signing: up to ten a day from a signatory, one at a
time from a countersigner."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, Table, Text, text
from sqlalchemy.dialects.postgresql import UUID

from service.database.tables.columns import agreement_id, instant, metadata, now, own_id

questions = Table(
    "questions",
    metadata,
    own_id(),
    agreement_id(),
    Column("signatory_id", UUID(as_uuid=False), ForeignKey("signatories.id"), nullable=True),
    Column("staff_id", UUID(as_uuid=False), ForeignKey("staff.id"), nullable=True),
    Column("question", Text, nullable=False),
    now("asked_at"),
    Column("ended", Text, nullable=False, server_default=""),
    Column("answer", Text, nullable=False, server_default=""),
    Column("answered_by", UUID(as_uuid=False), ForeignKey("staff.id"), nullable=True),
    instant("ended_at", null=True),
    # Whether its agreement still runs; a trigger keeps it.
    Column("matters", Boolean, nullable=False, server_default=text("true")),
    CheckConstraint("(signatory_id is null) <> (staff_id is null)", name="person"),
    CheckConstraint("ended in ('','answered','elsewhere','signed')", name="ended"),
    CheckConstraint("(ended = '') = (ended_at is null)", name="ended_at"),
    CheckConstraint("(ended = 'answered') = (answer <> '')", name="answer"),
    Index("ix_questions_agreement", "agreement_id"),
    Index("ix_questions_waiting", "agreement_id", postgresql_where=text("ended = '' and matters")),
    Index(
        "uq_questions_of_staff",
        "agreement_id",
        unique=True,
        postgresql_where=text("ended = '' and staff_id is not null"),
    ),
)
