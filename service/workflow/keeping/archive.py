"""Archiving: store under lock, read back, compare and verify; then send both parties their copy."""

from __future__ import annotations

from datetime import date, datetime

from service.agreement.events import Event
from service.agreement.life import end_of_day, kept_until
from service.agreement.model import Agreement
from service.agreement.permissions import SYSTEM
from service.agreement.states import PackageState
from service.database.agreement.documents import Original
from service.database.engine import Transaction
from service.database.keeping.archive import ArchivedObject
from service.deps import Deps
from service.settings.table import Settings
from service.workflow.keeping.examine import Recorded, examine, note_check
from service.workflow.package_files import package_facts
from service.workflow.sealing.evidence_package import decoded
from signatures.package.names import AGREEMENT, CERTIFICATES, EVIDENCE, LOG, SHEET, SHOWN
from storage.archive import Package, store
from storage.manifest import StoredPackage
from storage.objects import StoredObject
from storage.retention import lock_until


def archive(deps: Deps, agreement_id: str) -> None:
    """Store one agreement's package, read it back and verify it; a job, repeatable after a kill.

    Nobody is notified before the verdict is good. Raises the store's errors.
    """
    with deps.database.look() as tx:
        agreement = tx.agreements.get_by_id(agreement_id)
        original = tx.documents.original(agreement_id)
        state = tx.archive.state(agreement_id)
        until = first_lock(tx, deps.settings, agreement_id)
        if original is None or (state and state.state is PackageState.VERIFIED):
            return
        frozen = tx.documents.frozen_pdf(agreement_id, agreement.edition)
    if original.pdf is None or frozen is None or frozen[0] is None:
        return
    stored = store(
        deps.objects(),
        _package(agreement, original, frozen[0]),
        retain_until=until,
    )
    known = note_stored(deps, agreement, original, stored, until)
    if known.looked_at != (state.looked_at if state else None):
        return  # another worker was first and recorded the result
    # One verdict: the second takes longer than all the rest, and is left to ``reread``.
    found = examine(deps, known)
    with deps.database.begin() as tx:
        note_check(tx, known, found)


def first_lock(tx: Transaction, settings: Settings, agreement_id: str) -> datetime:
    end, now = tx.lives.end_of(agreement_id), tx.now()
    last = last_moment(end.ends_on if end else None, settings.retention_years)
    if last and last <= now:
        last = None  # a store accepts no lock in the past, and unlocked it might be deleted
    return lock_until(now, days=settings.lock_days, last=last)


def last_moment(ends_on: date | None, years: int) -> datetime | None:
    """When the last lock ends (aware UTC): with the last Brussels day of keeping; None without an
    end."""
    return end_of_day(kept_until(ends_on, years)) if ends_on else None


def note_failure(deps: Deps, agreement_id: str, reason: str) -> None:
    """Show a failed attempt in the dossier; logged once per series of failures."""
    with deps.database.begin() as tx:
        tx.agreements.hold(agreement_id)
        state = tx.archive.state(agreement_id)
        if state is None or state.state is PackageState.VERIFIED:
            return
        if not state.failure:
            said = {"reason": reason[:300]}
            tx.audit.append(agreement_id, Event.ARCHIVE_FAILED, SYSTEM, personal=said)
        tx.archive.note_failure(agreement_id, reason)


def _package(agreement: Agreement, original: Original, shown: bytes) -> Package:
    """The package from the data fixed at the closing, so that a repetition gives the same bytes."""
    if agreement.effective_date is None:
        raise LookupError(agreement.reference)
    kept = {
        AGREEMENT: original.pdf,
        SHEET: original.evidence_pdf,
        EVIDENCE: original.evidence_json,
        LOG: original.log_jsonl,
        SHOWN: shown,
    }
    files = {name: data for name, data in kept.items() if data is not None}
    certificates = decoded(original.manifest_facts.certificates)
    files |= {f"{CERTIFICATES}{name}": data for name, data in certificates.items()}
    # None if it was closed before packages had them.
    files |= decoded(original.further_files or {})
    return Package(facts=package_facts(agreement, original), files=files)


def note_stored(
    deps: Deps,
    agreement: Agreement,
    original: Original | None,
    stored: StoredPackage,
    until: datetime,
) -> Recorded:
    """Record a package that was just stored; ``original`` is None if it was signed elsewhere."""
    objects = [
        ArchivedObject(
            each.key.removeprefix(stored.prefix),
            each.key,
            each.version_id,
            each.sha256,
            each.size,
            until,
            _inside(stored, each),
        )
        for each in stored.objects()
    ]
    with deps.database.begin() as tx:
        tx.agreements.hold(agreement.id)
        state = tx.archive.state(agreement.id)
        tx.archive.put_objects(agreement.id, objects)
        if state is None or state.state is PackageState.LOCAL:
            tx.archive.set_state(agreement.id, PackageState.LOCKED, stored.prefix)
            tx.audit.append(agreement.id, Event.ARCHIVE_STORED, SYSTEM, prefix=stored.prefix)
            state = tx.archive.state(agreement.id)
        # Those of the first worker.
        kept = tx.archive.objects(agreement.id)
    return Recorded(agreement, original, kept, state.looked_at if state else None)


def _inside(stored: StoredPackage, part: StoredObject) -> dict[str, tuple[int, str]]:
    files = stored.inside(part.key.removeprefix(stored.prefix))
    return {name: (file.size, file.sha256) for name, file in files.items()}
