"""Questions of signatories and countersigners to the sender."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table. Earlier questions are in the log and were answered by e-mail."""
    op.create_table(
        "questions",
        sa.Column("id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("agreement_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("signatory_id", sa.UUID(as_uuid=False), nullable=True),
        sa.Column("staff_id", sa.UUID(as_uuid=False), nullable=True),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column(
            "asked_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("ended", sa.Text(), server_default="", nullable=False),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("answered_by", sa.UUID(as_uuid=False), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(signatory_id is null) <> (staff_id is null)", name=op.f("ck_questions_person")
        ),
        sa.CheckConstraint(
            "ended in ('','answered','elsewhere','signed')", name=op.f("ck_questions_ended")
        ),
        sa.CheckConstraint("(ended = '') = (ended_at is null)", name=op.f("ck_questions_ended_at")),
        sa.CheckConstraint(
            "(ended = 'answered') = (answer <> '')", name=op.f("ck_questions_answer")
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreements.id"], name=op.f("fk_questions_agreement_id")
        ),
        sa.ForeignKeyConstraint(
            ["signatory_id"], ["signatories.id"], name=op.f("fk_questions_signatory_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_questions_staff_id")),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["staff.id"], name=op.f("fk_questions_answered_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questions")),
    )
    op.create_index("ix_questions_agreement", "questions", ["agreement_id"], unique=False)
    op.create_index(
        "uq_questions_of_staff",
        "questions",
        ["agreement_id"],
        unique=True,
        postgresql_where=sa.text("ended = '' and staff_id is not null"),
    )


def downgrade() -> None:
    """Drop the table with all questions and answers."""
    op.drop_table("questions")
