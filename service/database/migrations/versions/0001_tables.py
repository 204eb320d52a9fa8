"""The first schema"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "processor_profiles",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("profile", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_by", sa.UUID(as_uuid=False), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_processor_profiles")),
    )
    op.create_table(
        "reference_counters",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_reference_counters")),
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("function", sa.Text(), server_default="", nullable=False),
        sa.Column("roles", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("failed_tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "roles <@ array['verkoop','tekenbevoegde','archief','beheer'] and cardinality(roles) > 0",
            name=op.f("ck_staff_roles"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
    )
    op.create_index("uq_staff_email", "staff", [sa.literal_column("lower(email)")], unique=True)
    op.create_table(
        "agreements",
        sa.Column("id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.Column("signing_order", sa.Text(), nullable=False),
        sa.Column("annex_locked", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("processor", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("processor_version", sa.Integer(), nullable=False),
        sa.Column("controller", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("main_reference", sa.Text(), server_default="", nullable=False),
        sa.Column("main_date", sa.Date(), nullable=True),
        sa.Column("services", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("dpo_answer", sa.Text(), server_default="", nullable=False),
        sa.Column("dpo", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column(
            "details_confirmed", sa.Boolean(), server_default=sa.text("false"), nullable=False
        ),
        sa.Column("message", sa.Text(), server_default="", nullable=False),
        sa.Column("link_days", sa.Integer(), nullable=False),
        sa.Column("sender_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=True),
        sa.Column("failure", sa.Text(), server_default="", nullable=False),
        sa.Column("flags", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("frozen_sha256", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column(
            "last_activity_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fully_signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("effective_date", sa.Date(), nullable=True),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed("to_tsvector('simple', words)", persisted=True),
            nullable=True,
        ),
        sa.CheckConstraint(
            "(effective_date is not null) = (state in ('fully_signed','sealing','seal_failed','completed','superseded'))",
            name=op.f("ck_agreements_effective_date"),
        ),
        sa.CheckConstraint(
            "dpo_answer in ('', 'yes', 'no')", name=op.f("ck_agreements_dpo_answer")
        ),
        sa.CheckConstraint(
            "frozen_sha256 <> '' or state not in ('ready','in_signing','fully_signed','sealing','seal_failed','completed','superseded')",
            name=op.f("ck_agreements_frozen_sha256"),
        ),
        sa.CheckConstraint(
            "reference ~ '^VO-[0-9]{4}-[0-9]{5,}$'", name=op.f("ck_agreements_reference")
        ),
        sa.CheckConstraint(
            "signing_order in ('controller_first', 'processor_first')",
            name=op.f("ck_agreements_signing_order"),
        ),
        sa.CheckConstraint(
            "state in ('draft', 'sent', 'preparing', 'generation_failed', 'ready', 'in_signing', 'fully_signed', 'sealing', 'seal_failed', 'completed', 'declined', 'expired', 'voided', 'superseded')",
            name=op.f("ck_agreements_state"),
        ),
        sa.CheckConstraint(
            "(fully_signed_at is null) = (effective_date is null)",
            name=op.f("ck_agreements_fully_signed_at"),
        ),
        sa.ForeignKeyConstraint(
            ["processor_version"],
            ["processor_profiles.version"],
            name=op.f("fk_agreements_processor_version"),
        ),
        sa.ForeignKeyConstraint(["sender_id"], ["staff.id"], name=op.f("fk_agreements_sender_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreements")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_agreements_idempotency_key")),
        sa.UniqueConstraint("reference", name=op.f("uq_agreements_reference")),
    )
    op.create_index(
        "ix_agreements_activity",
        "agreements",
        [sa.literal_column("last_activity_at desc"), sa.literal_column("id desc")],
        unique=False,
    )
    op.create_index(
        "ix_agreements_effective",
        "agreements",
        [sa.literal_column("effective_date desc"), sa.literal_column("id desc")],
        unique=False,
    )
    op.create_index(
        "ix_agreements_search", "agreements", ["search"], unique=False, postgresql_using="gin"
    )
    op.create_index(
        "ix_agreements_state_activity",
        "agreements",
        ["state", sa.literal_column("last_activity_at desc"), sa.literal_column("id desc")],
        unique=False,
    )
    op.create_table(
        "staff_sessions",
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("staff_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column(
            "last_seen_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_staff_sessions_staff_id")
        ),
        sa.PrimaryKeyConstraint("secret_hash", name=op.f("pk_staff_sessions")),
    )
    op.create_index(
        op.f("ix_staff_sessions_staff_id"), "staff_sessions", ["staff_id"], unique=False
    )
    op.create_table(
        "annex_items",
        sa.Column("agreement_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("list", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("flag", sa.Text(), nullable=False),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "entered_by in ('processor','controller')", name=op.f("ck_annex_items_entered_by")
        ),
        sa.CheckConstraint(
            "list in ('personal_data','data_subjects')", name=op.f("ck_annex_items_list")
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreements.id"], name=op.f("fk_annex_items_agreement_id")
        ),
        sa.PrimaryKeyConstraint("agreement_id", "list", "position", name=op.f("pk_annex_items")),
    )
    op.create_table(
        "archive_states",
        sa.Column("agreement_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("failure", sa.Text(), server_default="", nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state in ('local','stored','locked','verified','missing','corrupt')",
            name=op.f("ck_archive_states_state"),
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreements.id"], name=op.f("fk_archive_states_agreement_id")
        ),
        sa.PrimaryKeyConstraint("agreement_id", name=op.f("pk_archive_states")),
    )
    op.create_index(
        "ix_archive_states_trouble",
        "archive_states",
        ["agreement_id"],
        unique=False,
        postgresql_where=sa.text("failure <> '' or state in ('missing','corrupt')"),
    )
    op.create_table(
        "archived_objects",
        sa.Column("agreement_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("version_id", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "stored_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreements.id"], name=op.f("fk_archived_objects_agreement_id")
        ),
        sa.PrimaryKeyConstraint("agreement_id", "name", name=op.f("pk_archived_objects")),
    )
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("agreement_id", sa.UUID(as_uuid=False), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("personal_digest", sa.Text(), server_default="", nullable=False),
        sa.Column("prev_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreements.id"], name=op.f("fk_audit_entries_agreement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
    )
    op.create_index(
        "uq_audit_entries_seq",
        "audit_entries",
        [
            sa.literal_column(
                "coalesce(agreement_id, '00000000-0000-0000-0000-000000000000'::uuid)"
            ),
            "seq",
        ],
        unique=True,
    )
    op.create_table(
        "documents",
        sa.Column("id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("agreement_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("reading_html", sa.Text(), nullable=False),
        sa.Column("context", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("template_version", sa.Text(), nullable=False),
        sa.Column("template_sha256", sa.Text(), nullable=False),
        sa.Column("engine", sa.Text(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint("kind in ('preview','frozen')", name=op.f("ck_documents_kind")),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreements.id"], name=op.f("fk_documents_agreement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
        sa.UniqueConstraint(
            "agreement_id", "revision", "kind", name=op.f("uq_documents_agreement_id_revision_kind")
        ),
    )
    op.create_table(
        "originals",
        sa.Column("agreement_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("evidence_pdf", sa.LargeBinary(), nullable=True),
        sa.Column("evidence_sha256", sa.Text(), nullable=False),
        sa.Column("evidence_json", sa.LargeBinary(), nullable=True),
        sa.Column("log_jsonl", sa.LargeBinary(), nullable=True),
        sa.Column("manifest_facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreements.id"], name=op.f("fk_originals_agreement_id")
        ),
        sa.PrimaryKeyConstraint("agreement_id", name=op.f("pk_originals")),
        sa.UniqueConstraint("sha256", name=op.f("uq_originals_sha256")),
    )
    op.create_table(
        "seals",
        sa.Column("agreement_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("step", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("token_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("token_quality", sa.Text(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint("step between 1 and 4", name=op.f("ck_seals_step")),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreements.id"], name=op.f("fk_seals_agreement_id")
        ),
        sa.PrimaryKeyConstraint("agreement_id", "revision", "step", name=op.f("pk_seals")),
    )
    op.create_table(
        "signatories",
        sa.Column("id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("agreement_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("function", sa.Text(), nullable=False),
        sa.Column("current", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("delegated_by", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreements.id"], name=op.f("fk_signatories_agreement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signatories")),
    )
    op.create_index(
        "uq_signatories_current",
        "signatories",
        ["agreement_id"],
        unique=True,
        postgresql_where=sa.text("current"),
    )
    op.create_table(
        "signature_places",
        sa.Column("agreement_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "place in ('controller_agreement', 'controller_annex', 'processor_agreement')",
            name=op.f("ck_signature_places_place"),
        ),
        sa.CheckConstraint(
            "state in ('blocked', 'open', 'viewed', 'authenticated', 'signed', 'declined', 'lapsed', 'expired')",
            name=op.f("ck_signature_places_state"),
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreements.id"], name=op.f("fk_signature_places_agreement_id")
        ),
        sa.PrimaryKeyConstraint("agreement_id", "place", name=op.f("pk_signature_places")),
    )
    op.create_table(
        "acts",
        sa.Column("id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("agreement_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("signatory_id", sa.UUID(as_uuid=False), nullable=True),
        sa.Column("staff_id", sa.UUID(as_uuid=False), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document_sha256", sa.Text(), nullable=False),
        sa.Column("record", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("record_sha256", sa.Text(), nullable=False),
        sa.Column("image", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "place in ('controller_agreement', 'controller_annex', 'processor_agreement')",
            name=op.f("ck_acts_place"),
        ),
        sa.CheckConstraint(
            "(signatory_id is null) <> (staff_id is null)", name=op.f("ck_acts_person")
        ),
        sa.CheckConstraint("ordinal between 1 and 3", name=op.f("ck_acts_ordinal")),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreements.id"], name=op.f("fk_acts_agreement_id")
        ),
        sa.ForeignKeyConstraint(
            ["signatory_id"], ["signatories.id"], name=op.f("fk_acts_signatory_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_acts_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acts")),
        sa.UniqueConstraint(
            "agreement_id",
            "revision",
            "ordinal",
            name=op.f("uq_acts_agreement_id_revision_ordinal"),
        ),
        sa.UniqueConstraint(
            "agreement_id", "revision", "place", name=op.f("uq_acts_agreement_id_revision_place")
        ),
    )
    op.create_table(
        "audit_personal",
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["audit_entries.id"], name=op.f("fk_audit_personal_entry_id")
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_audit_personal")),
    )
    op.create_table(
        "links",
        sa.Column("id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("agreement_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("signatory_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("copied", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("ended", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("ended in ('','replaced','delegated')", name=op.f("ck_links_ended")),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreements.id"], name=op.f("fk_links_agreement_id")
        ),
        sa.ForeignKeyConstraint(
            ["signatory_id"], ["signatories.id"], name=op.f("fk_links_signatory_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_links_token_hash")),
    )
    op.create_index("ix_links_agreement", "links", ["agreement_id"], unique=False)
    op.create_index(
        "uq_links_live",
        "links",
        ["agreement_id"],
        unique=True,
        postgresql_where=sa.text("ended = ''"),
    )
    op.create_table(
        "code_challenges",
        sa.Column("id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("link_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("sent_to", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("consumed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("tries between 0 and 5", name=op.f("ck_code_challenges_tries")),
        sa.ForeignKeyConstraint(["link_id"], ["links.id"], name=op.f("fk_code_challenges_link_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_challenges")),
    )
    op.create_index(
        op.f("ix_code_challenges_link_id"), "code_challenges", ["link_id"], unique=False
    )
    op.create_table(
        "link_sessions",
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("link_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("ip", sa.Text(), nullable=False),
        sa.Column("user_agent", sa.Text(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column(
            "last_seen_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("authenticated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("challenge_id", sa.UUID(as_uuid=False), nullable=True),
        sa.Column("shown_sha256", sa.Text(), server_default="", nullable=False),
        sa.Column("pending", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("pending_image", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["link_id"], ["links.id"], name=op.f("fk_link_sessions_link_id")),
        sa.PrimaryKeyConstraint("secret_hash", name=op.f("pk_link_sessions")),
    )
    op.create_index(op.f("ix_link_sessions_link_id"), "link_sessions", ["link_id"], unique=False)
    op.create_table(
        "messages",
        sa.Column("id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("agreement_id", sa.UUID(as_uuid=False), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("recipient_name", sa.Text(), nullable=False),
        sa.Column("reply_to", sa.Text(), nullable=False),
        sa.Column("values", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("link_id", sa.UUID(as_uuid=False), nullable=True),
        sa.Column("challenge_id", sa.UUID(as_uuid=False), nullable=True),
        sa.Column("attach_original", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("state", sa.Text(), server_default="queued", nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_error", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "queued_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state in ('queued','failed','sent','refused')", name=op.f("ck_messages_state")
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreements.id"], name=op.f("fk_messages_agreement_id")
        ),
        sa.ForeignKeyConstraint(["link_id"], ["links.id"], name=op.f("fk_messages_link_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("key", name=op.f("uq_messages_key")),
    )
    op.create_index("ix_messages_agreement", "messages", ["agreement_id"], unique=False)
    op.create_index(
        "ix_messages_trouble",
        "messages",
        ["agreement_id"],
        unique=False,
        postgresql_where=sa.text("state in ('failed','refused')"),
    )
    op.create_index(
        "ix_messages_waiting",
        "messages",
        ["queued_at"],
        unique=False,
        postgresql_where=sa.text("state in ('queued','failed')"),
    )


def downgrade() -> None:

    op.drop_index(
        "ix_messages_waiting",
        table_name="messages",
        postgresql_where=sa.text("state in ('queued','failed')"),
    )
    op.drop_index(
        "ix_messages_trouble",
        table_name="messages",
        postgresql_where=sa.text("state in ('failed','refused')"),
    )
    op.drop_index("ix_messages_agreement", table_name="messages")
    op.drop_table("messages")
    op.drop_index(op.f("ix_link_sessions_link_id"), table_name="link_sessions")
    op.drop_table("link_sessions")
    op.drop_index(op.f("ix_code_challenges_link_id"), table_name="code_challenges")
    op.drop_table("code_challenges")
    op.drop_index("uq_links_live", table_name="links", postgresql_where=sa.text("ended = ''"))
    op.drop_index("ix_links_agreement", table_name="links")
    op.drop_table("links")
    op.drop_table("audit_personal")
    op.drop_table("acts")
    op.drop_table("signature_places")
    op.drop_index(
        "uq_signatories_current", table_name="signatories", postgresql_where=sa.text("current")
    )
    op.drop_table("signatories")
    op.drop_table("seals")
    op.drop_table("originals")
    op.drop_table("documents")
    op.drop_index("uq_audit_entries_seq", table_name="audit_entries")
    op.drop_table("audit_entries")
    op.drop_table("archived_objects")
    op.drop_index(
        "ix_archive_states_trouble",
        table_name="archive_states",
        postgresql_where=sa.text("failure <> '' or state in ('missing','corrupt')"),
    )
    op.drop_table("archive_states")
    op.drop_table("annex_items")
    op.drop_index(op.f("ix_staff_sessions_staff_id"), table_name="staff_sessions")
    op.drop_table("staff_sessions")
    op.drop_index("ix_agreements_state_activity", table_name="agreements")
    op.drop_index("ix_agreements_search", table_name="agreements", postgresql_using="gin")
    op.drop_index("ix_agreements_effective", table_name="agreements")
    op.drop_index("ix_agreements_activity", table_name="agreements")
    op.drop_table("agreements")
    op.drop_index("uq_staff_email", table_name="staff")
    op.drop_table("staff")
    op.drop_table("reference_counters")
    op.drop_table("processor_profiles")
