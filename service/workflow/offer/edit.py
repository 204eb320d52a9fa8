"""Sales edits a draft."""

from __future__ import annotations

import dataclasses

from service.agreement.drafting import Input, draft
from service.agreement.events import Event
from service.agreement.permissions import Permission, Principal, Role, require
from service.agreement.places import at_the_start
from service.agreement.states import Order, Step, next_state
from service.agreement.version import require_version
from service.deps import Deps
from signatures.effective_date import local_date


def edit(
    deps: Deps, reference: str, given: Input, by: Principal, *, seen: int | None = None
) -> None:
    """Replace a draft's contents. ``seen`` is the version that the caller read.

    Raises Invalid, Outdated, WrongState once it was sent.
    """
    require(by, Permission.PREPARE)
    with deps.database.begin() as tx:
        before = tx.agreements.lock(reference)
        state = next_state(Step.EDIT, before.state)
        require_version(before, seen)
        content = draft(
            given,
            default_days=deps.settings.link_days,
            today=local_date(tx.now()),
            able=tx.accounts.with_role(Role.SIGNATORY),
            processor=before.processor,
        )
        tx.agreements.save(
            before,
            dataclasses.replace(
                before,
                **vars(content),
                state=state,
                annex_locked=content.order is Order.PROCESSOR_FIRST,
                places=at_the_start(before.places, content.order),
            ),
        )
        tx.audit.append(before.id, Event.AGREEMENT_EDITED, by, personal={"name": by.name})
