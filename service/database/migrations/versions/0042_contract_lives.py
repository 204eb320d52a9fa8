"""The end of agreements, and which locks have reached their last moment.

The index of ending locks then leaves those out, so that they do not slow the nightly job.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

_ENDING = "ix_archived_objects_locked_until"


def upgrade() -> None:
    op.create_table(
        "contract_lives",
        sa.Column("agreement_id", postgresql.UUID(as_uuid=False), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "noted_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("noted_by", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "reason in ('main_agreement', 'controller', 'processor', 'replaced', 'other')",
            name=op.f("ck_contract_lives_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id"],
            ["agreements.id"],
            name=op.f("fk_contract_lives_agreement_id"),
        ),
        sa.PrimaryKeyConstraint("agreement_id", name=op.f("pk_contract_lives")),
    )
    op.add_column("archived_objects", sa.Column("final_for_years", sa.Integer(), nullable=True))
    op.drop_index(_ENDING, table_name="archived_objects")
    op.create_index(
        _ENDING,
        "archived_objects",
        ["locked_until", "key"],
        postgresql_where=sa.text("final_for_years is null"),
    )
    op.create_index(
        "ix_archived_objects_final",
        "archived_objects",
        ["final_for_years"],
        postgresql_where=sa.text("final_for_years is not null"),
    )


def downgrade() -> None:
    op.drop_index("ix_archived_objects_final", table_name="archived_objects")
    op.drop_index(_ENDING, table_name="archived_objects")
    op.create_index(_ENDING, "archived_objects", ["locked_until", "key"])
    op.drop_column("archived_objects", "final_for_years")
    op.drop_table("contract_lives")
