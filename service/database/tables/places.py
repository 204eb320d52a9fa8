"""The signature places of each agreement."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import UUID

from service.agreement.places import Party, PlaceCapacity
from service.agreement.states import PlaceState
from service.database.tables.columns import agreement_id, metadata, one_of

# Where, by whom and in which order an agreement is signed; the PDF's field has the same name.
signature_places = Table(
    "signature_places",
    metadata,
    agreement_id(primary=True),
    Column("place", Text, primary_key=True),
    Column("party", Text, nullable=False),
    Column("capacity", Text, nullable=False),
    Column("signatory", Integer, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("state", Text, nullable=False),
    UniqueConstraint("agreement_id", "ordinal"),
    CheckConstraint(
        "place = party || '_' || capacity"
        " || case when signatory > 1 then '_' || signatory::text else '' end",
        name="place",
    ),
    CheckConstraint("signatory >= 1", name="signatory"),
    CheckConstraint("ordinal >= 1", name="ordinal"),
    one_of("party", Party),
    one_of("capacity", PlaceCapacity),
    one_of("state", PlaceState),
)
# Agreements whose text is ready and in which a place of the processor is open: those that await our
# signature. Triggers keep it (migration 0075), so that lists count few rows.
awaiting_us = Table(
    "awaiting_us",
    metadata,
    Column(
        "agreement_id",
        UUID(as_uuid=False),
        ForeignKey("agreements.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    # As the agreement has them.
    Column("countersigner_id", UUID(as_uuid=False), nullable=True),
    Column("state_since", DateTime(timezone=True), nullable=False),
)
