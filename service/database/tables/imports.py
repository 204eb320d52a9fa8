"""The tables of imports: one row for each list, and one for each row of a list."""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from service.agreement.bulk.states import ImportState, LineState
from service.database.tables.columns import agreement_id, instant, metadata, now, one_of, own_id

imports = Table(
    "imports",
    metadata,
    own_id(),
    # As people call it: import 12.
    Column("number", Integer, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("by_id", UUID(as_uuid=False), ForeignKey("staff.id"), nullable=False),
    Column("state", Text, nullable=False),
    # How the file was written, to write the one with faults like it.
    Column("dialect", JSONB, nullable=False),
    Column("headings", ARRAY(Text), nullable=False),
    # What each column holds, and the digest of the headings for which that is remembered.
    Column("targets", ARRAY(Text), nullable=False),
    Column("shape", Text, nullable=False),
    Column("options", JSONB, nullable=False),
    # Rows of the file that are no customers: totals, and headings repeated on each page.
    Column("left_out", ARRAY(Integer), nullable=False, server_default=text("'{}'")),
    # Whether what is made is also to be sent, and at how many a minute; null: as set.
    Column("sending", Boolean, nullable=False, server_default=text("false")),
    Column("per_minute", Integer, nullable=True),
    # Of all its agreements; fixed at the start, null before and in former versions.
    Column("template_sha256", Text, nullable=True),
    # Whether a person who signs several agreements gets one mail for all of them.
    Column("together", Boolean, nullable=False, server_default=text("false")),
    # Why it paused by itself.
    Column("failure", Text, nullable=False, server_default=""),
    now("created_at"),
    instant("started_at", null=True),
    instant("ended_at", null=True),
    one_of("state", ImportState),
    Index("ix_imports_shape", "shape", "number"),
    Index(
        "ix_imports_unfinished",
        "started_at",
        postgresql_where=text("state in ('judging','running')"),
    ),
)

import_lines = Table(
    "import_lines",
    metadata,
    Column("import_id", UUID(as_uuid=False), ForeignKey("imports.id"), primary_key=True),
    # As the file's own program numbers it.
    Column("row", Integer, primary_key=True, autoincrement=False),
    Column("state", Text, nullable=False),
    Column("cells", ARRAY(Text), nullable=False),
    Column("errors", JSONB, nullable=False, server_default=text("'[]'")),
    Column("warnings", JSONB, nullable=False, server_default=text("'[]'")),
    # Why it is skipped.
    Column("skip", JSONB, nullable=True),
    # Of the customer, for lists and to find it again.
    Column("organisation", Text, nullable=False, server_default=""),
    Column("number", Text, nullable=False, server_default=""),
    Column("mailbox", Text, nullable=False, server_default=""),
    Column("customer", Text, nullable=False, server_default=""),
    # Digest of the name and mailbox of who signs.
    Column("person", Text, nullable=False, server_default=""),
    # Digests that a row about the same agreement in a later list has too.
    Column("identities", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    agreement_id(null=True),
    Column("failure", Text, nullable=False, server_default=""),
    instant("made_at", null=True),
    instant("sent_at", null=True),
    one_of("state", LineState),
    Index("ix_import_lines_state", "import_id", "state", "row"),
    Index("ix_import_lines_person", "import_id", "person", postgresql_where=text("person <> ''")),
    Index("ix_import_lines_identities", "identities", postgresql_using="gin"),
    Index(
        "uq_import_lines_agreement",
        "agreement_id",
        unique=True,
        postgresql_where=text("agreement_id is not null"),
    ),
    # Those of customers, to recognise who begins alone.
    Index("ix_import_lines_number", "number", postgresql_where=text("number <> ''")),
    Index("ix_import_lines_sent", "sent_at", postgresql_where=text("sent_at is not null")),
)
