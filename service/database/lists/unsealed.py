"""Accepted acts that are not sealed yet: one query for stalled agreements and for the sweep."""

from __future__ import annotations

from sqlalchemy import and_, select

from service.database.tables.agreements import agreements
from service.database.tables.documents import acts, seals

# For use with ``agreements``: the acts of its present edition without their own seal.
UNSEALED_ACTS = (
    select(acts.c.signed_at)
    .outerjoin(
        seals,
        and_(
            seals.c.agreement_id == acts.c.agreement_id,
            seals.c.edition == acts.c.edition,
            seals.c.step == acts.c.ordinal,
        ),
    )
    .where(
        acts.c.agreement_id == agreements.c.id,
        acts.c.edition == agreements.c.edition,
        seals.c.step.is_(None),
    )
)
