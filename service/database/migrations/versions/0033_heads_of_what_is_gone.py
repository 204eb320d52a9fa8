"""An anchor keeps all its heads, including those of agreements gone from the database."""

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An anchor's heads prove nothing unless they are complete; anchors restored from the bucket
    also have heads of deleted drafts."""
    op.drop_constraint("fk_anchor_heads_agreement_id", "anchor_heads", type_="foreignkey")


def downgrade() -> None:
    """Restore the constraint for new rows; existing rows are not checked."""
    op.execute(
        "alter table anchor_heads add constraint fk_anchor_heads_agreement_id"
        " foreign key (agreement_id) references agreements (id) not valid"
    )
