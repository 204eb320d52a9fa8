"""Withdraws a registration that was a mistake: the file stays in the archive, marked.

It gets an end on its own effective date: never in force, but kept for the usual years.
"""

from __future__ import annotations

import dataclasses

from service.agreement.drafting import free_text
from service.agreement.life import effective_date_of
from service.agreement.permissions import Permission, Principal, require
from service.agreement.states import State, Step, next_state
from service.deps import Deps
from service.error_codes import FieldCode
from service.workflow.life.record import record_withdrawn


def withdraw(deps: Deps, reference: str, reason: str, by: Principal) -> None:
    """Withdraw it with a reason, for colleagues; a repetition changes nothing.

    Raises Invalid without a reason, WrongState for an agreement that was not registered.
    """
    require(by, Permission.PREPARE)
    given = free_text(reason, "reason", empty=FieldCode.REQUIRED)
    with deps.database.begin() as tx:
        before = tx.agreements.lock(reference)
        if before.state is State.WITHDRAWN:
            return
        after = dataclasses.replace(before, state=next_state(Step.WITHDRAW, before.state))
        effective = effective_date_of(before)
        tx.agreements.save(before, after)
        record_withdrawn(tx, after, effective, given, by)
