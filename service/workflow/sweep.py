"""Finds overdue work in the state tables and defers its jobs again, every few minutes.

A crash, a lost job and a restored backup look the same there.
"""

from __future__ import annotations

from service.agreement.states import State
from service.deps import Deps
from service.workflow.tasks import (
    DELIVER,
    FORGOTTEN,
    GENERATE,
    IMPORT,
    KEEP_ENDS,
    KEEP_REGISTERED,
    MANDATE,
    SEAL,
    TEMPLATE,
)

PATIENCE_SECONDS = 60


def sweep(deps: Deps, *, patience: int = PATIENCE_SECONDS) -> int:
    """Defer work overdue for more than ``patience`` seconds; returns the number of items found."""
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
        for agreement_id in tx.mandates.waiting(patience):
            tx.jobs.defer(MANDATE, agreement_id=agreement_id)
            found += 1
        for message_id in tx.messages.waiting(patience):
            tx.jobs.defer(DELIVER, message_id=message_id)
            found += 1
        for request_id in tx.account_links.waiting_requests(patience):
            tx.jobs.defer(FORGOTTEN, request_id=request_id)
            found += 1
        for version_id in tx.own_templates.waiting(patience):
            tx.jobs.defer(TEMPLATE, version_id=version_id)
            found += 1
        if unfinished := tx.imports.unfinished():
            tx.jobs.defer(IMPORT)
            found += len(unfinished)
        for agreement_id in tx.registered_files.waiting(patience):
            tx.jobs.defer(KEEP_REGISTERED, agreement_id=agreement_id)
            found += 1
        if tx.end_records.any_waiting(patience):
            tx.jobs.defer(KEEP_ENDS)
            found += 1
        return found
