"""Archiving: store under lock, read back, compare and verify; then send both parties their copy."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from typing import Any

from service.agreement.events import Event
from service.agreement.model import Agreement
from service.agreement.permissions import SYSTEM
from service.agreement.reasons import within
from service.agreement.states import PackageState
from service.database.agreement.documents import Original
from service.database.engine import Transaction
from service.database.keeping.archive import ArchivedObject
from service.deps import Deps
from service.mail.kinds import Completed
from service.workflow.keeping.examine import ArchiveCheck, Recorded, examine
from service.workflow.package.recorded import package_facts
from service.workflow.sealing.evidence_package import decoded
from service.workflow.telling.notify import Reader, signed_for_us, tell, tell_signatory
from signatures.package.names import AGREEMENT, CERTIFICATES, EVIDENCE, LOG, SHEET, SHOWN
from storage.archive import Package, store
from storage.manifest import StoredPackage
from storage.objects import StoredObject
from storage.retention import lock_until


def archive(deps: Deps, agreement_id: str) -> None:
    """Store one agreement's package and verify it; repeatable after a kill at any point.

    The files read back must also pass the verdict before anybody is notified.

    Raises the store's errors if it does not answer; the job is then retried indefinitely.
    """
    with deps.database.look() as tx:
        agreement = tx.agreements.get_by_id(agreement_id)
        original = tx.documents.original(agreement_id)
        state = tx.archive.state(agreement_id)
        now = tx.now()
        if original is None or (state and state.state is PackageState.VERIFIED):
            return
        frozen = tx.documents.frozen_pdf(agreement_id, agreement.edition)
    if original.pdf is None or frozen is None or frozen[0] is None:
        return
    stored = store(
        deps.objects(),
        _package(agreement, original, frozen[0]),
        retain_until=lock_until(now, days=deps.settings.lock_days),
    )
    known = _note_stored(deps, agreement, original, stored, now)
    if known.looked_at != (state.looked_at if state else None):
        return  # another worker was first and recorded the result
    # One verdict: the second takes longer than all the rest, and is left to ``reread``.
    found = examine(deps, known)
    with deps.database.begin() as tx:
        note_check(tx, known, found)


def note_check(tx: Transaction, known: Recorded, found: ArchiveCheck, asked_by: str = "") -> None:
    """Record the result of an examination; the first good one sends both parties their copy.

    The log names the service as actor, whoever asked (docs/decisions/0017): people who may only
    read can request a check, but do not influence its result. Nothing is recorded if another check
    was made meanwhile.

    If only the first of the two verdicts refuses an original whose bytes are unchanged, an alarm is
    sent and the state stays until a person investigates: an archive is not reported as damaged
    because of a fault in a new version of the verdict.
    """
    agreement = tx.agreements.lock_by_id(known.agreement.id)
    before = tx.archive.state(agreement.id)
    if before is None or before.looked_at != known.looked_at:
        return
    asked: dict[str, Any] = {"asked_by": asked_by} if asked_by else {}
    if found.objections is not None:
        said = "; ".join(f"{name}: {why}" for name, why in found.disputed().items())
        tx.archive.note_dispute(agreement.id, said)
    if found.only_disputed and before.state is PackageState.VERIFIED:
        tx.archive.note_looked(agreement.id)
        return
    reason = within(found.summary(), 500)
    tx.archive.set_state(agreement.id, found.state, found.stored.prefix, reason)
    if found.state is PackageState.VERIFIED:
        sha256 = known.original.sha256
        tx.audit.append(agreement.id, Event.ARCHIVE_VERIFIED, SYSTEM, sha256=sha256, **asked)
        if before.checked_at is None:
            _send_copies(tx, agreement)
    # Checked every night, but logged only when the result changes.
    elif asked or (before.state, before.failure) != (found.state, reason):
        why = {"reason": within(reason, 300)}
        tx.audit.append(agreement.id, Event.ARCHIVE_DAMAGED, SYSTEM, personal=why, **asked)


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


def _note_stored(
    deps: Deps, agreement: Agreement, original: Original, stored: StoredPackage, now: datetime
) -> Recorded:
    until = lock_until(now, days=deps.settings.lock_days)
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


_ONCE = "completed"  # the event of these mails


def _send_copies(tx: Transaction, agreement: Agreement) -> None:
    """Both parties get the same file (Belgian Civil Code art. 8.20: each can have its copy).

    On our side the sender and the signer get it, not other colleagues who may sign.
    """
    theirs = Completed(agreement.processor.known_as, agreement.effective_date)
    ours = Completed(agreement.controller.name, agreement.effective_date)
    tell_signatory(tx, agreement, theirs, once=_ONCE, attach_original=True)
    notices = agreement.controller.notices_email
    if notices and notices.casefold() != agreement.signatory.email.casefold():
        mailbox = dataclasses.replace(agreement.signatory, email=notices)
        to_mailbox = dataclasses.replace(agreement, signatory=mailbox)
        tell_signatory(tx, to_mailbox, theirs, once=_ONCE, attach_original=True)
    people = {person.email: person for person in signed_for_us(tx, agreement)}
    account = tx.accounts.by_id(agreement.sender_id)
    if account:
        people[account.person.email] = account.person
    for person in people.values():
        tell(
            tx,
            agreement,
            ours,
            to=Reader.of(person),
            once=_ONCE,
            page=f"/archief/{agreement.reference}",
            attach_original=True,
        )
