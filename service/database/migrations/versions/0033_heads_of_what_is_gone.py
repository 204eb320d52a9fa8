"""An anchor holds the heads that were there, also of an agreement that the database lost."""

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The heads of an anchor prove nothing unless all of them are there; a draft that is gone has
    its head in them too, when anchors come back from the bucket."""
    op.drop_constraint("fk_anchor_heads_agreement_id", "anchor_heads", type_="foreignkey")


def downgrade() -> None:
    """Put it back for what comes; what is there is not looked at."""
    op.execute(
        "alter table anchor_heads add constraint fk_anchor_heads_agreement_id"
        " foreign key (agreement_id) references agreements (id) not valid"
    )
