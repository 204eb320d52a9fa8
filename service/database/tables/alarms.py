"""The tables of trouble: when people were warned of what, and which jobs fail."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Table, Text

from service.agreement.subjects import SubjectKind
from service.database.tables.columns import metadata, now, one_of

# ``service/agreement/subjects.py`` says what a subject is.
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

# A job whose last run failed; the row goes when a run succeeds.
failing_jobs = Table(
    "failing_jobs",
    metadata,
    Column("name", Text, primary_key=True),
    now("since"),
    Column("failure", Text, nullable=False),
)
