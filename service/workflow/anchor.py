"""Anchoring the log: once a day (UTC) one time stamp over the heads of all chains that grew.

A job that may be killed anywhere and run twice: a token that was not kept is only a token, the
first anchor of a day is kept and no other, and what the bucket does not have yet is put by the
next run. A day without an anchor stays without one; the next anchor names it.
"""

from __future__ import annotations

import hashlib

from service.agreement.anchoring import FIRST, day_of, lines, record
from service.agreement.events import Event
from service.database.anchors import Anchor, AnchorObject
from service.deps import Deps
from service.workflow.actors import SYSTEM
from storage.anchors import HEADS, RECORD, TOKEN, put_anchor
from storage.retention import lock_until


def anchor(deps: Deps) -> int:
    """Make today's anchor unless it is there, and put into the bucket what is not; a job.

    Returns how many anchors were made or put. Raises TimestampUnavailable or what the store
    raises; the next run tries again.
    """
    return _make(deps) + _store(deps)


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
    # Loaded once a day: the PDF library comes with it.
    from signatures.tokens import stamp  # noqa: PLC0415

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
    for each in waiting:
        with deps.database.begin() as tx:
            heads = tx.anchors.heads(each.number)
        files = {RECORD: each.record, TOKEN: each.response, HEADS: lines(heads)}
        stored = put_anchor(deps.objects(), each.day, files, retain_until=until)
        with deps.database.begin() as tx:
            tx.anchors.put_objects(
                [
                    AnchorObject(each.number, o.key, o.version_id, o.sha256, o.size, until)
                    for o in stored
                ]
            )
    return len(waiting)
