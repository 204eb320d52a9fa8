"""Sales edits a draft."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from service.agreement.drafting import Input, draft
from service.agreement.events import Event
from service.agreement.pasted import clean
from service.agreement.permissions import Permission, Principal, Role, require
from service.agreement.places import Place, at_the_start
from service.agreement.states import Order, Step, next_state
from service.agreement.version import require_version
from service.deps import Deps
from service.workflow.offered import offered_for, template_for
from signatures.effective_date import local_date


def edit(
    deps: Deps, reference: str, given: Input, by: Principal, *, seen: int | None = None
) -> None:
    """Replace a draft's contents; without a field ``template`` (``offered``) the text stays the
    same.

    Raises Invalid, also for a template that is not offered, Outdated, WrongState once sent.
    """
    require(by, Permission.PREPARE)
    with deps.database.begin() as tx:
        before = tx.agreements.lock(reference)
        state = next_state(Step.EDIT, before.state)
        require_version(before, seen)
        offered = {each.sha256: each.shown for each in offered_for(deps, tx, before)}
        content = draft(
            given,
            default_days=deps.settings.link_days,
            today=local_date(tx.now()),
            able=tx.accounts.with_role(Role.SIGNATORY),
            processor=before.processor,
            templates=offered,
        )
        chosen = clean(given.fields.get("template")) or before.template_sha256
        other = chosen != before.template_sha256
        places: Iterable[Place] = before.places
        if other:
            tx.templates.keep(deps.template)  # which it may name
            places = template_for(deps, tx, chosen).places
        tx.agreements.save(
            before,
            dataclasses.replace(
                before,
                **vars(content),
                state=state,
                annex_locked=content.order is Order.PROCESSOR_FIRST,
                places=at_the_start(places, content.order),
                template_sha256=chosen,
            ),
        )
        named = {"template": offered[chosen]} if other else {}
        tx.audit.append(
            before.id,
            Event.AGREEMENT_EDITED,
            by,
            personal={"name": by.name, **named},
            **({"template_sha256": chosen} if other else {}),
        )
