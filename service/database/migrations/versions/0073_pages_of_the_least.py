"""The pages of a sample with as little as possible. Former samples have none."""

import sqlalchemy as sa
from alembic import op

revision = "0073"
down_revision = "0072"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("template_samples", sa.Column("least_pdf", sa.LargeBinary(), nullable=True))
    op.add_column(
        "template_samples",
        sa.Column(
            "least_pictures",
            sa.ARRAY(sa.LargeBinary()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
    )


def downgrade() -> None:
    op.drop_column("template_samples", "least_pictures")
    op.drop_column("template_samples", "least_pdf")
