"""The state tables are the truth, the queue only makes it quick (DESIGN.md §2).

Every few minutes this looks for agreements, mails and requests that should be further than they
are, and defers what is missing. It needs no memory of what went wrong: a crash, a lost job, a
restored backup all look the same from here.
"""

from __future__ import annotations

from service.agreement.states import State
from service.deps import Deps
from service.workflow.tasks import DELIVER, FORGOTTEN, GENERATE, SEAL

PATIENCE_SECONDS = 60


def sweep(deps: Deps, *, patience: int = PATIENCE_SECONDS) -> int:
    """Defer what is missing for longer than ``patience`` seconds; returns how much was found."""
    with deps.database.begin() as tx:
        found = 0
        for task, ids in (
            (GENERATE, tx.lagging.in_state_since((State.PREPARING,), patience)),
            (SEAL, tx.lagging.unsealed(patience)),
            (SEAL, tx.lagging.not_archived(patience)),
        ):
            for agreement_id in ids:
                tx.jobs.defer(task, agreement_id=agreement_id)
                found += 1
        for message_id in tx.messages.waiting(patience):
            tx.jobs.defer(DELIVER, message_id=message_id)
            found += 1
        for request_id in tx.account_links.waiting_requests(patience):
            tx.jobs.defer(FORGOTTEN, request_id=request_id)
            found += 1
        return found
