"""Expires agreements whose term has passed."""

from __future__ import annotations

import dataclasses

from service.agreement.events import Event
from service.agreement.permissions import SYSTEM
from service.agreement.places import SIGNATORY
from service.agreement.states import RUNNING, PlaceState, Step, next_state
from service.deps import Deps
from service.mail.kinds import Expired
from service.workflow.one_by_one import one_by_one
from service.workflow.telling.notify import last_day, tell_sender, tell_signatory


def expire(deps: Deps) -> int:
    """Expire overdue agreements, by the database's clock, and return how many; a periodic job.

    One that is signed meanwhile is skipped. Raises SomeFailed after trying all of them.
    """
    with deps.database.begin() as tx:
        overdue = tx.lagging.overdue()
    return one_by_one(overdue, lambda agreement_id: _expire_one(deps, agreement_id))


def _expire_one(deps: Deps, agreement_id: str) -> bool:
    with deps.database.begin() as tx:
        before = tx.agreements.lock_by_id(agreement_id)
        overdue = before.expires_at is not None and before.expires_at < tx.now()
        if before.state not in RUNNING or not overdue:
            return False
        expired = tx.agreements.save(
            before,
            dataclasses.replace(
                before,
                state=next_state(Step.EXPIRE, before.state),
                places=before.unsigned_become(PlaceState.EXPIRED),
            ),
        )
        tx.audit.append(before.id, Event.AGREEMENT_EXPIRED, SYSTEM)
        until = last_day(before)
        # A person who has signed does not need a new link.
        signed = before.has_signed(SIGNATORY)
        link = None if signed else tx.signing.live_link(before.id)
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
        return True
