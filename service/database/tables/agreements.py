"""The tables. The database enforces whatever it can: states, one original, unique references.

Instants are ``timestamptz``. Triggers (migrations 0002 and 0007) refuse to change an act, an
original, an effective date or an audit entry.
"""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR, UUID

from service.agreement.states import Order, State
from service.database.tables.columns import (
    Digest,
    agreement_id,
    instant,
    metadata,
    now,
    one_of,
    own_id,
)

reference_counters = Table(
    "reference_counters",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False),
)

_WAITING = "state in ('draft','sent','preparing','generation_failed','ready','in_signing')"
_RUNNING = "state in ('sent','preparing','generation_failed','ready','in_signing')"
agreements = Table(
    "agreements",
    metadata,
    own_id(),
    Column("reference", Text, nullable=False, unique=True),
    Column("state", Text, nullable=False),
    Column("edition", Integer, nullable=False, server_default="1"),
    # Raised only by changes that people make; see service/agreement/version.py.
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
    # The processor's signer; null in agreements from before one was chosen.
    Column("countersigner_id", UUID(as_uuid=False), ForeignKey("staff.id"), nullable=True),
    Column("failure", Text, nullable=False, server_default=""),
    Column("flags", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    # The template of its text; null in agreements from before they named it.
    Column("template_sha256", Text, ForeignKey("document_templates.sha256"), nullable=True),
    Column("frozen_sha256", Digest, nullable=False, server_default=""),
    now("created_at"),
    now("last_activity_at"),
    now("state_since"),
    instant("sent_at", null=True),
    instant("opened_at", null=True),
    instant("expires_at", null=True),
    instant("fully_signed_at", null=True),
    Column("effective_date", Date, nullable=True),
    # The words by which it is found, without their places in a text; see ``stored_words.py``.
    Column("search", TSVECTOR, nullable=False, server_default=""),
    one_of("state", State),
    one_of("signing_order", Order),
    CheckConstraint("dpo_answer in ('', 'yes', 'no')", name="dpo_answer"),
    CheckConstraint("reference ~ '^VO-[0-9]{4}-[0-9]{5,}$'", name="reference"),
    CheckConstraint(
        "(effective_date is not null) = "
        "(state in ('fully_signed','sealing','seal_failed','completed','superseded',"
        "'registered','withdrawn'))",
        name="effective_date",
    ),
    CheckConstraint("(fully_signed_at is null) = (effective_date is null)", name="fully_signed_at"),
    CheckConstraint(
        "frozen_sha256 <> '' or state not in "
        "('ready','in_signing','fully_signed','sealing','seal_failed','completed','superseded')",
        name="frozen_sha256",
    ),
    # Fortnights, days and half years of the last activity and of the effective date, the only order
    # in the index. They come first, because PostgreSQL goes along the matches of the first
    # condition.
    Index(
        "ix_agreements_search",
        text(
            "(array[((last_activity_at at time zone 'UTC'::text)::date - '2000-01-01'::date) / 14,"
            " -((last_activity_at at time zone 'UTC'::text)::date - '2000-01-01'::date),"
            " -1000000 -"
            " ((last_activity_at at time zone 'UTC'::text)::date - '2000-01-01'::date) / 182])"
        ),
        text(
            "(array[(effective_date - '2000-01-01'::date) / 14,"
            " -(effective_date - '2000-01-01'::date),"
            " -1000000 - (effective_date - '2000-01-01'::date) / 182])"
        ),
        "search",
        postgresql_using="gin",
    ),
    Index("ix_agreements_state_activity", "state", text("last_activity_at desc"), text("id desc")),
    Index("ix_agreements_activity", text("last_activity_at desc"), text("id desc")),
    Index(
        "ix_agreements_countersigner",
        "countersigner_id",
        "state",
        postgresql_include=["id", "last_activity_at", "edition", "frozen_sha256"],
        postgresql_where=text(_RUNNING),
    ),
    Index("ix_agreements_created", "created_at"),
    Index("ix_agreements_effective", text("effective_date desc"), text("id desc")),
    Index("ix_agreements_number", text("(controller ->> 'number')")),
    Index("ix_agreements_name", text("lower(controller ->> 'name')")),
    Index(
        "ix_agreements_state_since",
        "state",
        "state_since",
        postgresql_include=["last_activity_at", "id"],
        postgresql_where=text(_WAITING),
    ),
    Index("ix_agreements_expires", "expires_at", postgresql_where=text(_RUNNING)),
)

annex_items = Table(
    "annex_items",
    metadata,
    agreement_id(primary=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("list", Text, nullable=False),
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
    # The number of the signatory within the controller; each has their own places.
    Column("number", Integer, nullable=False, server_default="1"),
    Column("current", Boolean, nullable=False, server_default=text("true")),
    Column("delegated_by", Text, nullable=False, server_default=""),
    Column("delegation_proof", JSONB, nullable=True),
    now("created_at"),
    Index(
        "uq_signatories_current",
        "agreement_id",
        "number",
        unique=True,
        postgresql_where=text("current"),
    ),
)
