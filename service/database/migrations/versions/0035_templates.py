"""An agreement names its template."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An agreement with a frozen text names the template of that text; the others get the installed
    template at the first start (``service/workflow/offer/generate.py``)."""
    for name, was in (("kind", "agreement"), ("language", "nl-BE")):
        op.add_column(
            "document_templates", sa.Column(name, sa.Text(), server_default=was, nullable=False)
        )
        op.alter_column("document_templates", name, server_default=None)
    op.create_table(
        "template_declarations",
        sa.Column("template_sha256", sa.Text(), nullable=False),
        sa.Column("declaration", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("template_sha256", name=op.f("pk_template_declarations")),
        sa.ForeignKeyConstraint(
            ["template_sha256"],
            ["document_templates.sha256"],
            name=op.f("fk_template_declarations_template_sha256"),
        ),
    )
    op.add_column("agreements", sa.Column("template_sha256", sa.Text()))
    op.execute(
        "update agreements a set template_sha256 = t.sha256"
        " from documents d join document_templates t on t.sha256 = d.template_sha256"
        " where d.agreement_id = a.id and d.kind = 'frozen' and d.edition = a.edition"
    )
    op.create_foreign_key(
        op.f("fk_agreements_template_sha256"),
        "agreements",
        "document_templates",
        ["template_sha256"],
        ["sha256"],
    )


def downgrade() -> None:
    """Former code makes every text from the installed template."""
    op.drop_column("agreements", "template_sha256")
    op.drop_table("template_declarations")
    op.drop_column("document_templates", "language")
    op.drop_column("document_templates", "kind")
