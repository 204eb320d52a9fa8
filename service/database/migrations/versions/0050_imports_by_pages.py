"""Imports of which a person still chooses the columns, and the rows that were left out."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

_BEFORE = "'judging', 'ready', 'running', 'paused', 'stopped', 'done'"
_CHECK = "ck_imports_state"


def upgrade() -> None:
    op.add_column(
        "imports",
        sa.Column(
            "left_out", sa.ARRAY(sa.Integer()), server_default=sa.text("'{}'"), nullable=False
        ),
    )
    op.drop_constraint(op.f(_CHECK), "imports")
    op.create_check_constraint(op.f(_CHECK), "imports", f"state in ('choosing', {_BEFORE})")


def downgrade() -> None:
    """What was not chosen yet can be stopped, and taken in again."""
    op.execute("update imports set state = 'stopped' where state = 'choosing'")
    op.drop_constraint(op.f(_CHECK), "imports")
    op.create_check_constraint(op.f(_CHECK), "imports", f"state in ({_BEFORE})")
    op.drop_column("imports", "left_out")
