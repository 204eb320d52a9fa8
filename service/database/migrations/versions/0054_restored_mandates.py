"""A mandate that was restored from the archive is in force no longer, and says so."""

from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

_FORMER = "ended in ('', 'revoked', 'replaced', 'account')"
_NOW = "ended in ('', 'revoked', 'replaced', 'account', 'restored')"


def upgrade() -> None:
    _allow(_NOW)


def downgrade() -> None:
    _allow(_FORMER)


def _allow(condition: str) -> None:
    name = op.f("ck_mandate_states_ended")
    op.drop_constraint(name, "mandate_states", type_="check")
    op.create_check_constraint(name, "mandate_states", condition)
