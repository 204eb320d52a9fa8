"""Anchors the log: once a day (UTC) one time stamp over the heads of all chains that grew.

Only the first anchor of a day is stored. A missed day gets no anchor; the next one names it.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from service.agreement.anchoring import FIRST, day_of, lines, record
from service.agreement.events import Event
from service.agreement.permissions import SYSTEM
from service.database.log.anchors import Anchor, AnchorObject
from service.deps import Deps
from service.workflow.one_by_one import one_by_one
from storage.anchors import HEADS, RECORD, TOKEN, put_anchor
from storage.retention import lock_until


def anchor(deps: Deps) -> int:
    """Make today's anchor unless it exists, and copy missing ones to the bucket; a job.

    Returns how many. Raises TimestampUnavailable, or SomeFailed if the store refused some.
    """
    try:
        made = _make(deps)
    finally:  # copy to the bucket even if the time stamp service is unavailable
        stored = _store(deps)
    return made + stored


def _make(deps: Deps) -> int:
    with deps.database.begin() as tx:
        now = tx.now()
        last = tx.anchors.newest()
        if last and last.day >= day_of(now):
            return 0
        heads, through = tx.anchors.grown()
    number = last.number + 1 if last else 1
    made = record(
        number=number,
        now=now,
        last_day=last.day if last else None,
        previous=last.sha256 if last else FIRST,
        heads=heads,
    )
    # Loaded once a day: it loads the PDF library.
    from signatures.stamps.tokens import stamp  # noqa: PLC0415

    token = stamp(made, deps.timestamps())
    kept = Anchor(
        number=number,
        day=day_of(now),
        record=made,
        sha256=hashlib.sha256(made).hexdigest(),
        response=token.response,
        token_time=token.time,
        token_quality=token.quality,
        through=through,
    )
    with deps.database.begin() as tx:
        if not tx.anchors.add(kept, heads):
            return 0
        tx.audit.append(
            None,
            Event.LOG_ANCHORED,
            SYSTEM,
            number=number,
            day=kept.day.isoformat(),
            sha256=kept.sha256,
        )
    return 1


def _store(deps: Deps) -> int:
    with deps.database.begin() as tx:
        now = tx.now()
        waiting = tx.anchors.not_stored()
    until = lock_until(now, days=deps.settings.lock_days)
    by_number = {each.number: each for each in waiting}
    return one_by_one(by_number, lambda number: _store_one(deps, by_number[number], until))


def _store_one(deps: Deps, made: Anchor, until: datetime) -> int:
    with deps.database.begin() as tx:
        heads = tx.anchors.heads(made.number)
    files = {RECORD: made.record, TOKEN: made.response, HEADS: lines(heads)}
    stored = put_anchor(deps.objects(), made.day, files, retain_until=until)
    with deps.database.begin() as tx:
        tx.anchors.put_objects(
            [
                AnchorObject(made.number, each.key, each.version_id, each.sha256, each.size, until)
                for each in stored
            ]
        )
    return 1
