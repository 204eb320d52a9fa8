"""Own templates: families, versions, samples; the template of an import."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from service.database.driver import driver

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

_STATES = "'imported', 'checked', 'faulty', 'published', 'withdrawn'"

# A published version is never deleted; what a version is, is never changed.
_KEPT = """
create function keep_template_version() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    if old.published_at is null then
      return old;
    end if;
  elsif (new.id, new.family_id, new.number, new.sha256, new.docx, new.declaration, new.given)
     is not distinct from
     (old.id, old.family_id, old.number, old.sha256, old.docx, old.declaration, old.given)
     and (old.published_at is null or new.published_at is not null) then
    return new;
  end if;
  raise exception 'a version of a template is never changed'
    using errcode = 'integrity_constraint_violation';
end $$;
create trigger template_versions_keep before update or delete on template_versions
  for each row execute function keep_template_version();
create trigger template_versions_no_truncate before truncate on template_versions
  for each statement execute function refuse_change();
"""


def upgrade() -> None:
    op.create_table(
        "template_families",
        sa.Column("id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("installed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("is_default", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("offered", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("last_number", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_template_families")),
    )
    op.create_index(
        "uq_template_families_name", "template_families", [sa.text("lower(name)")], unique=True
    )
    op.create_index(
        "uq_template_families_default",
        "template_families",
        ["is_default"],
        unique=True,
        postgresql_where=sa.text("is_default"),
    )
    people = ("imported_by", "published_by", "withdrawn_by")
    op.create_table(
        "template_versions",
        sa.Column("id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("family_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("docx", sa.LargeBinary(), nullable=False),
        sa.Column("declaration", sa.Text(), nullable=False),
        sa.Column("given", sa.LargeBinary(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("places", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("printed", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("findings", postgresql.JSONB(), nullable=False),
        sa.Column("failure", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "imported_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("imported_by", sa.UUID(as_uuid=False), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by", sa.UUID(as_uuid=False), nullable=True),
        sa.Column("alone", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.UUID(as_uuid=False), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_template_versions")),
        sa.UniqueConstraint("sha256", name=op.f("uq_template_versions_sha256")),
        sa.UniqueConstraint(
            "family_id", "number", name=op.f("uq_template_versions_family_id_number")
        ),
        sa.ForeignKeyConstraint(
            ["family_id"], ["template_families.id"], name=op.f("fk_template_versions_family_id")
        ),
        *(
            sa.ForeignKeyConstraint([each], ["staff.id"], name=op.f(f"fk_template_versions_{each}"))
            for each in people
        ),
        sa.CheckConstraint(f"state in ({_STATES})", name=op.f("ck_template_versions_state")),
    )
    op.create_table(
        "template_samples",
        sa.Column("template_sha256", sa.Text(), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("reading_html", sa.Text(), nullable=False),
        sa.Column(
            "made_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("template_sha256", name=op.f("pk_template_samples")),
    )
    # Fixed when an import is started; null before, and in imports of former versions.
    op.add_column("imports", sa.Column("template_sha256", sa.Text(), nullable=True))
    driver(op.get_bind()).execute(_KEPT)


def downgrade() -> None:
    """Refused where a template was published: agreements may have it."""
    connection = driver(op.get_bind())
    published = "select from template_versions where published_at is not null limit 1"
    if connection.execute(published).fetchone() is not None:
        raise RuntimeError("a template that was published is never removed")
    op.drop_column("imports", "template_sha256")
    op.drop_table("template_samples")
    op.drop_table("template_versions")
    op.drop_table("template_families")
    connection.execute("drop function keep_template_version")
