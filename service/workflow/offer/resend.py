"""Sales sends the link again: a new one to the same person; the former one is revoked."""

from __future__ import annotations

from service.agreement.permissions import Permission, Principal, require
from service.deps import Deps
from service.workflow.offer.their_turn import refuse_before_turn
from service.workflow.telling.links import issue, renew_link


def resend(deps: Deps, reference: str, by: Principal) -> None:
    """To the same person; revokes the former one."""
    require(by, Permission.SEND)
    with deps.database.begin() as tx:
        agreement = tx.agreements.lock(reference)
        refuse_before_turn(agreement)
        renew_link(tx, agreement, issue(deps, tx, agreement, by))
