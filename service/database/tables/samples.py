"""The table of sample texts: agreements before anything is filled in."""

from __future__ import annotations

from sqlalchemy import Column, Integer, LargeBinary, Table, Text

from service.database.tables.columns import metadata, now

samples = Table(
    "samples",
    metadata,
    Column("key", Text, primary_key=True),  # SHA-256 of the template and all printed values
    Column("pdf", LargeBinary, nullable=False),
    Column("pages", Integer, nullable=False),
    Column("reading_html", Text, nullable=False),
    Column("failure", Text, nullable=False),
    now("created_at"),
)
