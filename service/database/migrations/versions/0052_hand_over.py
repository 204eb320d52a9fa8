"""Handing many agreements over to a colleague: to whom."""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

_FORMER = "kind in ('remind','extend','resend','void')"
_NOW = "kind in ('remind','extend','resend','void','hand_over')"


def upgrade() -> None:
    op.add_column("batches", sa.Column("to_id", sa.UUID(as_uuid=False), nullable=True))
    op.create_foreign_key(op.f("fk_batches_to_id"), "batches", "staff", ["to_id"], ["id"])
    op.drop_constraint(op.f("ck_batches_kind"), "batches", type_="check")
    op.create_check_constraint(op.f("ck_batches_kind"), "batches", sa.text(_NOW))


def downgrade() -> None:
    op.execute(
        "delete from batch_lines using batches where batches.id = batch_id and to_id is not null"
    )
    op.execute("delete from batches where to_id is not null")
    op.drop_constraint(op.f("ck_batches_kind"), "batches", type_="check")
    op.create_check_constraint(op.f("ck_batches_kind"), "batches", sa.text(_FORMER))
    op.drop_column("batches", "to_id")
