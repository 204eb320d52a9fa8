"""Keeps recorded ends in the archive, beside the package, with the same lock and checks; a job.

The database fixes the seal first, so a repetition puts the same bytes.
"""

from __future__ import annotations

import logging

from service.database.agreement.end_records import KeptEnd
from service.database.keeping.archive import ArchivedObject
from service.deps import Deps
from service.workflow.keeping.archive import first_lock
from service.workflow.life.record import make_missing
from service.workflow.one_by_one import one_by_one, said
from service.workflow.sealing.seal import with_present_keys
from service.workflow.tasks import KEEP_ENDS
from storage.ends import put_end

log = logging.getLogger(__name__)

AT_ONCE = 200  # agreements per job, so that it ends soon when a worker must stop


def keep_ends(deps: Deps) -> int:
    """Put every waiting change into the archive; returns the number of agreements. Raises
    SomeFailed; the dossier shows the failure."""
    with deps.database.begin() as tx:
        waiting = tx.end_records.waiting(AT_ONCE)
    done = one_by_one(waiting, lambda agreement_id: _keep_of(deps, agreement_id))
    if len(waiting) == AT_ONCE:
        with deps.database.begin() as tx:
            tx.jobs.defer(KEEP_ENDS)
    return done


def _keep_of(deps: Deps, agreement_id: str) -> int:
    with deps.database.begin() as tx:
        make_missing(tx, tx.agreements.lock_by_id(agreement_id))
        waiting = [each for each in tx.end_records.of(agreement_id) if not each.stored]
    try:
        for each in waiting:
            _keep(deps, agreement_id, each)
    except Exception as failure:
        with deps.database.begin() as tx:
            tx.end_records.note_failure(agreement_id, said(failure))
        raise
    return 1


def _keep(deps: Deps, agreement_id: str, change: KeptEnd) -> None:
    made, seal = change.record, change.seal
    if made is None:  # ``make_missing`` made it
        raise LookupError(agreement_id)
    if seal is None:
        new = with_present_keys(deps, lambda sealer: sealer.seal_record(made))
        with deps.database.begin() as tx:
            seal = tx.end_records.put_seal(agreement_id, change.number, new)
    with deps.database.begin() as tx:
        state = tx.archive.state(agreement_id)
        until = first_lock(tx, deps.settings, agreement_id)
    if state is None:  # only agreements in the archive are waiting
        raise LookupError(agreement_id)
    put = put_end(deps.objects(), state.prefix, change.number, made, seal, retain_until=until)
    with deps.database.begin() as tx:
        tx.agreements.hold(agreement_id)
        tx.archive.put_objects(
            agreement_id,
            [
                ArchivedObject(
                    each.key.removeprefix(state.prefix),
                    each.key,
                    each.version_id,
                    each.sha256,
                    each.size,
                    until,
                )
                for each in put
            ],
        )
        tx.end_records.note_stored(agreement_id, change.number)
