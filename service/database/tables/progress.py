"""The tables of the counts that the overview shows, and of the changes since they were added up: a
change only adds rows, so two agreements never wait for each other."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Identity, Index, Integer, Table, Text, text

from service.agreement.progress import Measure
from service.database.tables.columns import metadata, one_of

progress_counts = Table(
    "progress_counts",
    metadata,
    # As 2026-11.
    Column("month", Text, primary_key=True),
    # 0 for what no import made.
    Column("import_number", Integer, primary_key=True, autoincrement=False),
    Column("measure", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    Column("number", Integer, nullable=False),
    one_of("measure", Measure),
    Index("ix_progress_counts_import", "import_number", postgresql_where=text("import_number > 0")),
)
progress_changes = Table(
    "progress_changes",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("month", Text, nullable=False),
    Column("import_number", Integer, nullable=False),
    Column("measure", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("change", Integer, nullable=False),
    one_of("measure", Measure),
)
