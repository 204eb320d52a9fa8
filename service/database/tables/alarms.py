"""The tables of alarms and failing jobs."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Table, Text

from service.agreement.subjects import SubjectKind
from service.database.tables.columns import metadata, now, one_of

# Subjects are defined in ``service/agreement/subjects.py``.
alarms = Table(
    "alarms",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("subject_id", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    now("told_at"),
    one_of("subject", SubjectKind),
    CheckConstraint(
        "kind in ('prepare', 'seal', 'archive', 'damaged', 'reread', 'renew', 'late', 'mail',"
        " 'lock', 'job', 'disputed', 'countersigner')",
        name="kind",
    ),
)

# Jobs whose last run failed; the row is deleted when a run succeeds.
failing_jobs = Table(
    "failing_jobs",
    metadata,
    Column("name", Text, primary_key=True),
    now("since"),
    Column("failure", Text, nullable=False),
)
