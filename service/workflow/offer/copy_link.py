"""Sales copies the valid link, to pass it on by hand; this is logged."""

from __future__ import annotations

from service.agreement.events import Event
from service.agreement.permissions import Permission, Principal, require
from service.deps import Deps
from service.error_codes import ErrorCode
from service.errors import NotAllowed, Refused
from service.workflow.offer.their_turn import refuse_before_turn
from service.workflow.telling.links import address


def copy_link(deps: Deps, reference: str, by: Principal) -> str:
    """The URL of the valid link, for sales to pass on; the evidence will say so.

    Raises NotAllowed if the setting forbids it.
    """
    require(by, Permission.SEND)
    if not deps.settings.staff_may_copy_link:
        raise NotAllowed(ErrorCode.COPY_NOT_ALLOWED)
    with deps.database.begin() as tx:
        agreement = tx.agreements.lock(reference)
        refuse_before_turn(agreement)
        link = tx.signing.live_link(agreement.id)
        if link is None:
            raise Refused(ErrorCode.NOT_FOUND)
        tx.signing.mark_copied(link.id)
        tx.agreements.add_flag(agreement.id, "copied_link")
        tx.audit.append(
            agreement.id,
            Event.LINK_COPIED,
            by,
            personal={"name": by.name},
            link=link.id,
        )
        return address(deps, link.id)
