"""The index of what is wrong in the archive has the state too, so that it answers alone which
agreements need attention."""

import sqlalchemy as sa
from alembic import op

revision = "0074"
down_revision = "0073"
branch_labels = None
depends_on = None

_NAME, _TABLE = "ix_archive_states_trouble", "archive_states"
_TROUBLE = sa.text("failure <> '' or state in ('missing','corrupt')")


def upgrade() -> None:
    op.drop_index(_NAME, table_name=_TABLE)
    op.create_index(_NAME, _TABLE, ["state", "agreement_id"], postgresql_where=_TROUBLE)


def downgrade() -> None:
    op.drop_index(_NAME, table_name=_TABLE)
    op.create_index(_NAME, _TABLE, ["agreement_id"], postgresql_where=_TROUBLE)
