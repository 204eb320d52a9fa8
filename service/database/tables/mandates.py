"""The tables of standing mandates: what was given, whether it still stands, and what was tried."""

from __future__ import annotations

from sqlalchemy import ARRAY, Column, Date, ForeignKey, Index, Integer, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB, UUID

from service.agreement.mandate import MandateEnd, Outcome
from service.database.tables.columns import agreement_id, instant, metadata, now, one_of, own_id

# Append-only.
mandates = Table(
    "mandates",
    metadata,
    own_id(),
    # As people call it: mandate 3.
    Column("number", Integer, nullable=False, unique=True),
    Column("staff_id", UUID(as_uuid=False), ForeignKey("staff.id"), nullable=False),
    instant("given_at"),
    Column("content", JSONB, nullable=False),
    Column("sha256", Text, nullable=False),
)

# Apart, because nobody can lock a row of an append-only table. An end is never taken back.
mandate_states = Table(
    "mandate_states",
    metadata,
    Column("mandate_id", UUID(as_uuid=False), ForeignKey("mandates.id"), primary_key=True),
    Column("staff_id", UUID(as_uuid=False), ForeignKey("staff.id"), nullable=False),
    Column("ended", Text, nullable=False, server_default=""),
    instant("ended_at", null=True),
    one_of("ended", MandateEnd),
    Index(
        "uq_mandate_states_current", "staff_id", unique=True, postgresql_where=text("ended = ''")
    ),
)

# One for each text that the controller signed while our signer had a mandate. A decision never
# changes.
mandate_cases = Table(
    "mandate_cases",
    metadata,
    agreement_id(primary=True),
    Column("edition", Integer, primary_key=True, autoincrement=False),
    Column("mandate_id", UUID(as_uuid=False), ForeignKey("mandates.id"), nullable=False),
    Column("outcome", Text, nullable=False, server_default=Outcome.WAITING.value),
    Column("misfits", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    # The Brussels day of the act or, while it waits, the last one on which the number of a day was
    # reached.
    Column("day", Date, nullable=True),
    now("made_at"),
    one_of("outcome", Outcome),
    Index(
        "ix_mandate_cases_day",
        "mandate_id",
        "day",
        postgresql_where=text("outcome = 'signed'"),
    ),
    Index("ix_mandate_cases_waiting", "made_at", postgresql_where=text("outcome = 'waiting'")),
)
