"""Agreements are found by owner, template, service and the day when they were made.

The list for staff has these filters and orders. Those on owner and template are in the order of the
list, because a former colleague's agreements or those with a former template are common, but not
among the newest.
"""

from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

_INDEXES = {
    "ix_agreements_created": "(created_at)",
    "ix_agreements_sender": "(sender_id, last_activity_at desc, id desc)",
    "ix_agreements_template": "(left(template_sha256, 8), last_activity_at desc, id desc)",
    "ix_agreements_services": "using gin (services)",
}


def upgrade() -> None:
    """Some minutes for a million agreements."""
    for name, columns in _INDEXES.items():
        where = columns if columns.startswith("using") else f"using btree {columns}"
        op.execute(f"create index {name} on agreements {where}")


def downgrade() -> None:
    for name in _INDEXES:
        op.execute(f"drop index {name}")
