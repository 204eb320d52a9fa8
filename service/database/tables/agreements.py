"""The tables. What the database can hold true, it holds: states, one original, unique references.

Instants are ``timestamptz``; the database's clock is the only clock that judges links, codes and
acts. Triggers (migrations 0002 and 0007) refuse to change an act, an original, an effective date
or an audit entry.
"""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR, UUID

from service.agreement.capabilities import Purpose
from service.agreement.states import Order, Place, PlaceState, State
from service.agreement.subjects import SubjectKind
from service.database.tables.columns import agreement_id, instant, metadata, now, one_of, own_id

reference_counters = Table(
    "reference_counters",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False),
)

_RUNNING = "state in ('sent','preparing','generation_failed','ready','in_signing')"
agreements = Table(
    "agreements",
    metadata,
    own_id(),
    Column("reference", Text, nullable=False, unique=True),
    Column("state", Text, nullable=False),
    Column("edition", Integer, nullable=False, server_default="1"),
    # Raised by its own changes alone; see service/agreement/version.py.
    Column("version", Integer, nullable=False, server_default="1"),
    Column("signing_order", Text, nullable=False),
    Column("annex_locked", Boolean, nullable=False, server_default=text("false")),
    Column("processor", JSONB, nullable=False),
    Column("processor_version", Integer, ForeignKey("processor_profiles.version"), nullable=False),
    Column("controller", JSONB, nullable=False),
    Column("main_reference", Text, nullable=False, server_default=""),
    Column("main_date", Date, nullable=True),
    Column("services", ARRAY(Text), nullable=False),
    Column("dpo_answer", Text, nullable=False, server_default=""),
    Column("dpo", JSONB, nullable=True),
    Column("details_confirmed", Boolean, nullable=False, server_default=text("false")),
    Column("message", Text, nullable=False, server_default=""),
    Column("link_days", Integer, nullable=False),
    Column("sender_id", UUID(as_uuid=False), ForeignKey("staff.id"), nullable=False),
    # Who signs for the processor; empty in what was made before one was chosen.
    Column("countersigner_id", UUID(as_uuid=False), ForeignKey("staff.id"), nullable=True),
    Column("failure", Text, nullable=False, server_default=""),
    Column("flags", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    # What its text is made from; empty in what was made before agreements named it.
    Column("template_sha256", Text, ForeignKey("document_templates.sha256"), nullable=True),
    Column("frozen_sha256", Text, nullable=False, server_default=""),
    now("created_at"),
    now("last_activity_at"),
    instant("sent_at", null=True),
    instant("opened_at", null=True),
    instant("expires_at", null=True),
    instant("fully_signed_at", null=True),
    Column("effective_date", Date, nullable=True),
    Column("words", Text, nullable=False, server_default=""),
    Column(
        "search",
        TSVECTOR,
        Computed("to_tsvector('simple', words)", persisted=True),
        nullable=True,
    ),
    one_of("state", State),
    one_of("signing_order", Order),
    CheckConstraint("dpo_answer in ('', 'yes', 'no')", name="dpo_answer"),
    CheckConstraint("reference ~ '^VO-[0-9]{4}-[0-9]{5,}$'", name="reference"),
    CheckConstraint(
        "(effective_date is not null) = "
        "(state in ('fully_signed','sealing','seal_failed','completed','superseded'))",
        name="effective_date",
    ),
    CheckConstraint("(fully_signed_at is null) = (effective_date is null)", name="fully_signed_at"),
    CheckConstraint(
        "frozen_sha256 <> '' or state not in "
        "('ready','in_signing','fully_signed','sealing','seal_failed','completed','superseded')",
        name="frozen_sha256",
    ),
    Index("ix_agreements_search", "search", postgresql_using="gin"),
    Index("ix_agreements_state_activity", "state", text("last_activity_at desc"), text("id desc")),
    Index("ix_agreements_activity", text("last_activity_at desc"), text("id desc")),
    Index(
        "ix_agreements_countersigner",
        "countersigner_id",
        postgresql_include=["id"],
        postgresql_where=text(_RUNNING),
    ),
    Index("ix_agreements_effective", text("effective_date desc"), text("id desc")),
    Index("ix_agreements_number", text("(controller ->> 'number')")),
    Index("ix_agreements_expires", "expires_at", postgresql_where=text(_RUNNING)),
)

annex_items = Table(
    "annex_items",
    metadata,
    agreement_id(primary=True),
    Column("list", Text, primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("code", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("flag", Text, nullable=False),
    Column("entered_by", Text, nullable=False),
    CheckConstraint("list in ('personal_data','data_subjects')", name="list"),
    CheckConstraint("entered_by in ('processor','controller')", name="entered_by"),
)

signatories = Table(
    "signatories",
    metadata,
    own_id(),
    agreement_id(),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("function", Text, nullable=False),
    Column("current", Boolean, nullable=False, server_default=text("true")),
    Column("delegated_by", Text, nullable=False, server_default=""),
    Column("delegation_proof", JSONB, nullable=True),
    now("created_at"),
    Index(
        "uq_signatories_current",
        "agreement_id",
        unique=True,
        postgresql_where=text("current"),
    ),
)

signature_places = Table(
    "signature_places",
    metadata,
    agreement_id(primary=True),
    Column("place", Text, primary_key=True),
    Column("state", Text, nullable=False),
    one_of("place", Place),
    one_of("state", PlaceState),
    Index(
        "ix_signature_places_our_turn",
        "agreement_id",
        postgresql_where=text("place = 'processor_agreement' and state = 'open'"),
    ),
)

links = Table(
    "links",
    metadata,
    own_id(),
    agreement_id(),
    Column("signatory_id", UUID(as_uuid=False), ForeignKey("signatories.id"), nullable=False),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("copied", Boolean, nullable=False, server_default=text("false")),
    Column("ended", Text, nullable=False, server_default=""),
    now("created_at"),
    instant("opened_at", null=True),
    Index("ix_links_agreement", "agreement_id"),
    Index("uq_links_live", "agreement_id", unique=True, postgresql_where=text("ended = ''")),
    CheckConstraint("ended in ('','replaced','delegated')", name="ended"),
)

link_sessions = Table(
    "link_sessions",
    metadata,
    Column("secret_hash", LargeBinary, primary_key=True),
    Column("link_id", UUID(as_uuid=False), ForeignKey("links.id"), nullable=False, index=True),
    Column("ip", Text, nullable=False),
    Column("user_agent", Text, nullable=False),
    now("created_at"),
    now("last_seen_at"),
    instant("expires_at"),
    instant("authenticated_at", null=True),
    Column("challenge_id", UUID(as_uuid=False), nullable=True),
    Column("shown_sha256", Text, nullable=False, server_default=""),
    Column("pending", JSONB, nullable=True),
    Column("pending_image", LargeBinary, nullable=True),
    Column("colleague", JSONB, nullable=True),
    Index("ix_link_sessions_expires_at", "expires_at"),
)

code_challenges = Table(
    "code_challenges",
    metadata,
    own_id(),
    Column("link_id", UUID(as_uuid=False), ForeignKey("links.id"), nullable=False, index=True),
    Column("code_hash", LargeBinary, nullable=False),
    Column("sent_to", Text, nullable=False),
    Column("purpose", Text, nullable=False, server_default=Purpose.SIGN.value),
    Column("tries", Integer, nullable=False, server_default="0"),
    now("created_at"),
    instant("expires_at"),
    instant("consumed_at", null=True),
    CheckConstraint("tries between 0 and 5", name="tries"),
    one_of("purpose", Purpose),
    Index("ix_code_challenges_unused", "expires_at", postgresql_where=text("consumed_at is null")),
)

documents = Table(
    "documents",
    metadata,
    own_id(),
    agreement_id(),
    Column("edition", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    # Null, like the reading view, once only the archive keeps it; then its size stands here.
    Column("pdf", LargeBinary, nullable=True),
    Column("size", Integer, nullable=True),
    Column("pages", Integer, nullable=False),
    Column("reading_html", Text, nullable=True),
    Column("context", JSONB, nullable=False),
    Column("template_version", Text, nullable=False),
    Column("template_sha256", Text, nullable=False),
    Column("engine", Text, nullable=False),
    # Of the text that agreements of this template have in common; empty where none was made.
    Column("common_sha256", Text, nullable=False, server_default=""),
    now("created_at"),
    UniqueConstraint("agreement_id", "edition", "kind"),
    CheckConstraint("kind in ('preview','frozen')", name="kind"),
    CheckConstraint("(pdf is null) = (size is not null)", name="size"),
    Index(
        "ix_documents_kept_here",
        "agreement_id",
        postgresql_where=text("kind = 'frozen' and pdf is not null"),
    ),
)

document_templates = Table(
    "document_templates",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("docx", LargeBinary, nullable=False),
    now("created_at"),
)

# What our code knows of a template; there is none of what only former code could make a text from.
template_declarations = Table(
    "template_declarations",
    metadata,
    Column("template_sha256", Text, ForeignKey("document_templates.sha256"), primary_key=True),
    Column("declaration", Text, nullable=False),
)

acts = Table(
    "acts",
    metadata,
    own_id(),
    agreement_id(),
    Column("edition", Integer, nullable=False),
    Column("place", Text, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("signatory_id", UUID(as_uuid=False), ForeignKey("signatories.id"), nullable=True),
    Column("staff_id", UUID(as_uuid=False), ForeignKey("staff.id"), nullable=True),
    Column("signed_at", DateTime(timezone=True), nullable=False),
    Column("document_sha256", Text, nullable=False),
    Column("record", JSONB, nullable=False),
    Column("record_sha256", Text, nullable=False),
    Column("image", LargeBinary, nullable=True),
    UniqueConstraint("agreement_id", "edition", "place"),
    UniqueConstraint("agreement_id", "edition", "ordinal"),
    one_of("place", Place),
    CheckConstraint("ordinal between 1 and 3", name="ordinal"),
    CheckConstraint("(signatory_id is null) <> (staff_id is null)", name="person"),
)

seals = Table(
    "seals",
    metadata,
    agreement_id(primary=True),
    Column("edition", Integer, primary_key=True, autoincrement=False),
    Column("step", Integer, primary_key=True, autoincrement=False),
    # The place in the file where these bytes begin; what comes before is the step before.
    Column("begins_at", Integer, nullable=False, server_default="0"),
    Column("pdf", LargeBinary, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("token_time", DateTime(timezone=True), nullable=False),
    Column("token_quality", Text, nullable=False),
    now("created_at"),
    CheckConstraint("step between 1 and 4", name="step"),
)

originals = Table(
    "originals",
    metadata,
    agreement_id(primary=True),
    Column("edition", Integer, nullable=False),
    Column("pdf", LargeBinary, nullable=True),
    Column("sha256", Text, nullable=False, unique=True),
    Column("size", Integer, nullable=False),
    Column("level", Text, nullable=False),
    Column("evidence_pdf", LargeBinary, nullable=True),
    Column("evidence_sha256", Text, nullable=False),
    Column("evidence_json", LargeBinary, nullable=True),
    Column("log_jsonl", LargeBinary, nullable=True),
    Column("manifest_facts", JSONB, nullable=False),
    # By name, in base64: what else lies in the package, fixed with the rest.
    Column("further_files", JSONB(none_as_null=True), nullable=True),
    now("created_at"),
    Index("ix_originals_evidence_sha256", "evidence_sha256"),
    Index("ix_originals_working_copy", "agreement_id", postgresql_where=text("pdf is not null")),
)

# When people were warned of what; `service/agreement/subjects.py` says what a subject is.
messages = Table(
    "messages",
    metadata,
    own_id(),
    Column("key", Text, nullable=False, unique=True),
    Column("subject", Text, nullable=False),
    # The id of an agreement is in a column of its own: it refers to a row, and is joined on.
    agreement_id(null=True),
    Column("subject_id", Text, nullable=True),
    Column("kind", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("recipient_name", Text, nullable=False),
    Column("reply_to", Text, nullable=False),
    Column("values", JSONB, nullable=False),
    Column("link_id", UUID(as_uuid=False), ForeignKey("links.id"), nullable=True),
    Column("challenge_id", UUID(as_uuid=False), nullable=True),
    Column("account_link_id", UUID(as_uuid=False), ForeignKey("account_links.id"), nullable=True),
    Column("attach_original", Boolean, nullable=False, server_default=text("false")),
    Column("state", Text, nullable=False, server_default="queued"),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("last_error", Text, nullable=False, server_default=""),
    Column("settled", Boolean, nullable=False, server_default=text("false")),
    now("queued_at"),
    instant("sent_at", null=True),
    CheckConstraint("state in ('queued','failed','sent','refused')", name="state"),
    one_of("subject", SubjectKind),
    CheckConstraint("(subject = 'agreement') = (agreement_id is not null)", name="agreement"),
    CheckConstraint("num_nonnulls(agreement_id, subject_id) = 1", name="subject_id"),
    Index("ix_messages_agreement", "agreement_id"),
    Index(
        "ix_messages_subject",
        "subject",
        "subject_id",
        postgresql_where=text("subject_id is not null"),
    ),
    Index(
        "ix_messages_account_link",
        "account_link_id",
        postgresql_where=text("account_link_id is not null"),
    ),
    Index(
        "ix_messages_trouble",
        "agreement_id",
        postgresql_where=text("state in ('failed','refused') and not settled"),
    ),
    Index(
        "ix_messages_waiting",
        "queued_at",
        postgresql_where=text("state in ('queued','failed')"),
    ),
)
