"""Puts an agreement that was signed elsewhere into the archive, locked and read back like any
other.

Only its record is sealed; nothing says who signed the file.
"""

from __future__ import annotations

from service.agreement.registration import PDF, media_type_of
from service.agreement.states import PackageState
from service.database.agreement.registered_files import RegisteredFile
from service.deps import Deps
from service.workflow.keeping.archive import first_lock, note_stored
from service.workflow.keeping.examine import examine, note_check
from service.workflow.package_files import registered_facts
from service.workflow.sealing.seal import with_present_keys
from storage.manifest import DOCUMENT
from storage.registered import RECORD, SEAL, SOURCE, store_registered


def keep_registered(deps: Deps, agreement_id: str) -> None:
    """Store the package of one agreement and verify it; a job, repeatable after a kill.

    Raises the store's errors, TimestampUnavailable or AuthorityError.
    """
    with deps.database.look() as tx:
        agreement = tx.agreements.get_by_id(agreement_id)
        kept = tx.registered_files.of(agreement_id)
        state = tx.archive.state(agreement_id)
        until = first_lock(tx, deps.settings, agreement_id)
    if kept is None or kept.stored or kept.pdf is None or kept.record is None:
        return
    record, seal = kept.record, kept.seal
    if seal is None:
        made = with_present_keys(deps, lambda sealer: sealer.seal_record(record))
        with deps.database.begin() as tx:
            seal = tx.registered_files.put_seal(kept.id, made)
    files = {DOCUMENT: kept.pdf, RECORD: record, SEAL: seal, **_source(kept)}
    facts = registered_facts(agreement)
    stored = store_registered(deps.objects(), facts, files, retain_until=until)
    known = note_stored(deps, agreement, None, stored, until)
    if known.looked_at != (state.looked_at if state else None):
        return  # another worker was first and recorded the result
    found = examine(deps, known)
    with deps.database.begin() as tx:
        note_check(tx, known, found)
        if found.state is PackageState.VERIFIED:
            tx.registered_files.note_stored(kept.id)


def _source(kept: RegisteredFile) -> dict[str, bytes]:
    kind = media_type_of(kept.source or b"")
    if kept.source is None or kind is None or kind[0] == PDF:
        return {}
    return {f"{SOURCE}{kind[1]}": kept.source}
