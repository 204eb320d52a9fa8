"""The tables of the anchors: append-only, except for their locations in the bucket."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import UUID

from service.database.tables.columns import Digest, instant, metadata, now

NOBODY = "00000000-0000-0000-0000-000000000000"  # the general chain in an index


def chain(table: str = "") -> str:
    """The chain of a row, spelled as in the indexes."""
    column = f"{table}.agreement_id" if table else "agreement_id"
    return f"coalesce({column}, '{NOBODY}'::uuid)"


anchors = Table(
    "anchors",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("day", Date, nullable=False, unique=True),
    Column("record", LargeBinary, nullable=False),
    Column("sha256", Text, nullable=False, unique=True),
    Column("response", LargeBinary, nullable=False),
    instant("token_time"),
    Column("token_quality", Text, nullable=False),
    # The newest entry at that time; the next search for grown chains begins here.
    Column("through", BigInteger, nullable=False),
    now("created_at"),
)

anchor_heads = Table(
    "anchor_heads",
    metadata,
    Column("number", Integer, ForeignKey("anchors.number"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    # The agreement may be gone from the database: the tree needs every head.
    Column("agreement_id", UUID(as_uuid=False), nullable=True),
    Column("seq", Integer, nullable=False),
    Column("hash", Digest, nullable=False),
    Index("uq_anchor_heads_chain", text(chain()), "seq", unique=True),
)

anchor_objects = Table(
    "anchor_objects",
    metadata,
    Column("number", Integer, ForeignKey("anchors.number"), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("version_id", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("size", Integer, nullable=False),
    instant("locked_until"),
    now("stored_at"),
)
