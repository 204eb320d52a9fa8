"""Indexes for queries over very many agreements, and the expiry of each sealed file's time stamp.

The newest time stamp of a file was searched among all stamps; now its expiry is stored with the
file.
"""

import sqlalchemy as sa
from alembic import op

from signatures.package.names import AGREEMENT, SHEET

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_RUNNING = "state in ('sent','preparing','generation_failed','ready','in_signing')"
_SEALED = f"name in ('{AGREEMENT}','{SHEET}')"
# Name, table, columns, and condition on the rows.
_INDEXES = (
    ("ix_agreements_number", "agreements", "(controller ->> 'number')", ""),
    ("ix_agreements_expires", "agreements", "expires_at", _RUNNING),
    (
        "ix_signature_places_our_turn",
        "signature_places",
        "agreement_id",
        "place = 'processor_agreement' and state = 'open'",
    ),
    ("ix_questions_waiting", "questions", "agreement_id", "ended = ''"),
    ("ix_originals_working_copy", "originals", "agreement_id", "pdf is not null"),
    ("ix_link_sessions_expires_at", "link_sessions", "expires_at", ""),
    ("ix_code_challenges_unused", "code_challenges", "expires_at", "consumed_at is null"),
    (
        "ix_archived_objects_unread",
        "archived_objects",
        "agreement_id",
        f"stamp_proves_until is null and {_SEALED}",
    ),
    (
        "ix_archived_objects_proves_until",
        "archived_objects",
        "stamp_proves_until",
        "stamp_proves_until is not null",
    ),
)


def upgrade() -> None:
    """Create them, and copy the known expiry of the stamps."""
    op.add_column("archived_objects", sa.Column("stamp_proves_until", sa.DateTime(timezone=True)))
    op.execute(
        "update archived_objects o set stamp_proves_until = newest.proves_until from ("
        '  select distinct on (agreement_id, "of") agreement_id, "of", proves_until'
        '  from document_stamps order by agreement_id, "of", stamped_at desc'
        ') newest where newest.agreement_id = o.agreement_id and newest."of" = o.name'
    )
    for name, table, columns, rows in _INDEXES:
        op.create_index(
            name, table, [sa.text(columns)], postgresql_where=sa.text(rows) if rows else None
        )
    op.drop_index("ix_document_stamps_proves_until", table_name="document_stamps")
    # Rows that should exist since the original was made; the query for unarchived packages needs
    # them.
    op.execute(
        "insert into archive_states (agreement_id, state, prefix)"
        " select agreement_id, 'local', '' from originals o where not exists"
        " (select from archive_states a where a.agreement_id = o.agreement_id)"
    )


def downgrade() -> None:
    """Drop them; the stamps themselves are unchanged."""
    op.create_index("ix_document_stamps_proves_until", "document_stamps", ["proves_until"])
    for name, table, _, _ in _INDEXES:
        op.drop_index(name, table_name=table)
    op.drop_column("archived_objects", "stamp_proves_until")
