"""The index of what waits has each state in the order of time.

The overview counts those that are longest in their state, and reads at most so many of each state as
it shows; with all states in one order it had to pass those of the others.
"""

import sqlalchemy as sa
from alembic import op

revision = "0071"
down_revision = "0070"
branch_labels = None
depends_on = None

_WAITING = "state in ('draft','sent','preparing','generation_failed','ready','in_signing')"


def upgrade() -> None:
    _change(["state", "state_since"])


def downgrade() -> None:
    _change(["state_since"])


def _change(columns: list[str]) -> None:
    op.drop_index("ix_agreements_state_since", "agreements")
    op.create_index(
        "ix_agreements_state_since",
        "agreements",
        columns,
        postgresql_include=["last_activity_at", "id"],
        postgresql_where=sa.text(_WAITING),
    )
