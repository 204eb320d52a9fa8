"""Expires agreements whose term has passed.

Those of one bundle expire together, with one mail to the person who signs and one to the sender.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime

from service.agreement.events import Event
from service.agreement.model import Agreement
from service.agreement.permissions import SYSTEM
from service.agreement.places import SIGNATORY
from service.agreement.states import RUNNING, PlaceState, Step, next_state
from service.database.engine import Transaction
from service.deps import Deps
from service.mail.bundles import BundleExpired, Lapsed
from service.mail.kinds import Expired
from service.workflow.offer.send_together import bundled_with
from service.workflow.one_by_one import one_by_one
from service.workflow.telling.notify import (
    last_day,
    tell_about_all,
    tell_sender,
    tell_sender_about_all,
    tell_signatory,
)


def expire(deps: Deps) -> int:
    """Expire overdue agreements, by the database's clock, and return how many; a periodic job.

    One that is signed meanwhile is skipped. Raises SomeFailed.
    """
    with deps.database.begin() as tx:
        overdue = tx.lagging.overdue()
    return one_by_one(overdue, lambda agreement_id: _expire_one(deps, agreement_id))


def _expire_one(deps: Deps, agreement_id: str) -> int:
    """With what expires with it; 0 if that was done, or it does not expire any more."""
    with deps.database.begin() as tx:
        tx.bundles.hold_with(agreement_id)
        before, now = tx.agreements.lock_by_id(agreement_id), tx.now()
        if not _overdue(before, now):
            return 0
        others = [each for each in bundled_with(tx, before) if _overdue(each, now)]
        every = sorted([before, *others], key=lambda each: each.reference)
        expired = [_expired(tx, each) for each in every]
        if len(expired) == 1:
            _tell(tx, expired[0])
        else:
            _tell_of_all(tx, expired)
        return len(expired)


def _overdue(agreement: Agreement, now: datetime) -> bool:
    ends = agreement.expires_at
    return agreement.state in RUNNING and ends is not None and ends < now


def _expired(tx: Transaction, before: Agreement) -> Agreement:
    expired = tx.agreements.save(
        before,
        dataclasses.replace(
            before,
            state=next_state(Step.EXPIRE, before.state),
            places=before.unsigned_become(PlaceState.EXPIRED),
        ),
    )
    tx.audit.append(before.id, Event.AGREEMENT_EXPIRED, SYSTEM)
    return expired


def _tell(tx: Transaction, expired: Agreement) -> None:
    until = last_day(expired)
    # A person who has signed does not need a new link.
    signed = expired.has_signed(SIGNATORY)
    link = None if signed else tx.signing.live_link(expired.id)
    if signed or link:  # otherwise nobody was invited yet
        tell_signatory(
            tx,
            expired,
            Expired(until, for_staff=False, already_signed=signed),
            once=until,
            link_id=link.id if link else None,
        )
    mail = Expired(until, for_staff=True, already_signed=signed)
    tell_sender(tx, expired, mail, once=until)


def _tell_of_all(tx: Transaction, expired: Sequence[Agreement]) -> None:
    """All have a link, as they are in a bundle; whoever signed one does not need it there."""
    signed = {each.id: each.has_signed(SIGNATORY) for each in expired}
    lines = [
        Lapsed(each.controller.name, each.reference, last_day(each), signed[each.id])
        for each in expired
    ]
    # The latest day: none of them expired on it before, since extending goes beyond today.
    once = max(map(last_day, expired))
    links = {each.id: tx.signing.live_link(each.id) for each in expired if not signed[each.id]}
    # The mail is sent with the link of the first, so that is one with a link.
    tell_about_all(
        tx,
        sorted(expired, key=lambda each: signed[each.id]),
        BundleExpired(for_staff=False, agreements=lines),
        once=once,
        link_ids={each: link.id for each, link in links.items() if link},
    )
    tell_sender_about_all(tx, expired, BundleExpired(for_staff=True, agreements=lines), once=once)
