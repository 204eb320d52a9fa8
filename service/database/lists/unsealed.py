"""Agreements with a text or an act that is not sealed yet: for the list of stalled agreements and
for the sweep.
"""

from __future__ import annotations

from sqlalchemy import and_, func, select, union_all

from service.agreement.states import SIGNED_NOT_SEALED, State
from service.database.tables.agreements import agreements
from service.database.tables.columns import word, words
from service.database.tables.documents import unsealed_acts

# Of the present edition; the columns are the agreement, since when, and its failure.
UNSEALED = union_all(
    select(
        agreements.c.id,
        func.min(unsealed_acts.c.signed_at).label("since"),
        agreements.c.failure,
    )
    .join(
        unsealed_acts,
        and_(
            unsealed_acts.c.agreement_id == agreements.c.id,
            unsealed_acts.c.edition == agreements.c.edition,
        ),
    )
    .where(agreements.c.state == word(State.IN_SIGNING))
    .group_by(agreements.c.id),
    select(
        agreements.c.id,
        func.coalesce(
            select(func.min(unsealed_acts.c.signed_at))
            .where(
                unsealed_acts.c.agreement_id == agreements.c.id,
                unsealed_acts.c.edition == agreements.c.edition,
            )
            .scalar_subquery(),
            agreements.c.fully_signed_at,
        ),
        agreements.c.failure,
    ).where(agreements.c.state.in_(words(sorted(SIGNED_NOT_SEALED)))),
).subquery("unsealed")
