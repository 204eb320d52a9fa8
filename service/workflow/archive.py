"""Into the archive: stored under lock, read back, compared; then both parties get their copy."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime
from typing import Any

from service.agreement.deadlines import show_date
from service.agreement.events import Event
from service.agreement.model import Agreement
from service.agreement.permissions import Role
from service.database.archive import ArchivedObject
from service.database.documents import Original
from service.database.engine import Transaction
from service.deps import Deps
from service.texts import text
from service.workflow.actors import SYSTEM
from service.workflow.evidence_package import decoded
from service.workflow.notify import tell, tell_signatory
from storage.archive import Package, store
from storage.check import MISSING, CheckReport, check
from storage.manifest import MANIFEST, PackageFacts, StoredPackage
from storage.objects import StoredObject
from storage.renewed import original_of
from storage.retention import lock_until


def archive(deps: Deps, agreement_id: str) -> None:
    """Store one agreement's package and verify it; a job, repeatable after a kill at any point.

    Raises what the store raises when it does not answer; the job is then tried again for ever.
    """
    with deps.database.begin() as tx:
        agreement = tx.agreements.get_by_id(agreement_id)
        original = tx.documents.original(agreement_id)
        state = tx.archive.state(agreement_id)
        now = tx.now()
        if original is None or (state and state.state == "verified"):
            return
        frozen = tx.documents.frozen_pdf(agreement_id, agreement.revision)
    if original.pdf is None or frozen is None:
        return
    stored = store(
        deps.objects(),
        _package(agreement, original, frozen[0]),
        retain_until=lock_until(now, days=deps.settings.lock_days),
    )
    _note_stored(deps, agreement, stored, now)
    report = check(deps.objects(), stored)
    with deps.database.begin() as tx:
        before = tx.agreements.lock_by_id(agreement_id)
        known = tx.archive.state(agreement_id)
        if known and known.state == "verified":
            return
        note_check(tx, before, original, report, SYSTEM)


def note_check(
    tx: Transaction, agreement: Agreement, original: Original, report: CheckReport, actor: str
) -> None:
    """Note what a check of the package found; the first good one sends both parties their copy."""
    before = tx.archive.state(agreement.id)
    if not report.intact:
        found = summary(report)
        lost = MISSING in report.wrong().values()
        tx.archive.set_state(agreement.id, "missing" if lost else "corrupt", report.prefix, found)
        tx.audit.append(agreement.id, Event.ARCHIVE_DAMAGED, actor, reason=found[:300])
        return
    tx.archive.set_state(agreement.id, "verified", report.prefix)
    tx.audit.append(agreement.id, Event.ARCHIVE_VERIFIED, actor, sha256=original.sha256)
    if before is None or before.checked_at is None:
        _send_copies(tx, agreement)


def recorded(
    agreement: Agreement, original: Original, objects: list[ArchivedObject]
) -> StoredPackage:
    """The package as the database recorded it when it was stored."""
    kept = {each.name: _stored(each) for each in objects if not original_of(each.name)}
    manifest = kept.pop(MANIFEST)
    return StoredPackage(_package_facts(agreement, original), kept, manifest)


def renewed_copies(objects: list[ArchivedObject]) -> list[StoredObject]:
    """The renewed copies beside the package, as the database recorded them."""
    return [_stored(each) for each in objects if original_of(each.name)]


def _stored(kept: ArchivedObject) -> StoredObject:
    return StoredObject(kept.key, kept.version_id, kept.sha256, kept.size)


def note_failure(deps: Deps, agreement_id: str, reason: str) -> None:
    """Make a failed try visible in the dossier; the log says it once per spell of failing."""
    with deps.database.begin() as tx:
        tx.agreements.lock_by_id(agreement_id)
        state = tx.archive.state(agreement_id)
        if state is None or state.state == "verified":
            return
        if not state.failure:
            tx.audit.append(agreement_id, Event.ARCHIVE_FAILED, SYSTEM, reason=reason[:300])
        tx.archive.note_failure(agreement_id, reason)


def summary(report: CheckReport) -> str:
    """What is wrong with a package, in a few words; empty when nothing is."""
    wrong = [
        f"{name}: {text(f'staff.check.{state}').lower()}" for name, state in report.wrong().items()
    ]
    if not report.begins_with_shown:
        wrong.append("getoond.pdf")
    if not report.manifest_as_recorded:
        wrong.append("manifest.json")
    return ", ".join(wrong)


def _package(agreement: Agreement, original: Original, shown: bytes) -> Package:
    """The package from what was fixed at the close, so that a repetition gives the same bytes."""
    if agreement.effective_date is None:
        raise LookupError(agreement.reference)
    kept = {
        "overeenkomst.pdf": original.pdf,
        "bewijsblad.pdf": original.evidence_pdf,
        "bewijs.json": original.evidence_json,
        "logboek.jsonl": original.log_jsonl,
        "getoond.pdf": shown,
    }
    files = {name: data for name, data in kept.items() if data is not None}
    certificates = decoded(original.manifest_facts["certificates"])
    files |= {f"certificaten/{name}": data for name, data in certificates.items()}
    # None where it was closed before packages had them.
    files |= decoded(original.further_files or {})
    return Package(facts=_package_facts(agreement, original), files=files)


def _package_facts(agreement: Agreement, original: Original) -> PackageFacts:
    facts = original.manifest_facts
    return PackageFacts(
        reference=agreement.reference,
        agreement_id=agreement.id,
        revision=original.revision,
        effective_date=date.fromisoformat(facts["effective_date"]),
        controller_name=facts["controller"],
        processor_name=facts["processor"],
        template_version=facts["template_version"],
    )


def _note_stored(deps: Deps, agreement: Agreement, stored: StoredPackage, now: datetime) -> None:
    until = lock_until(now, days=deps.settings.lock_days)
    objects = [
        ArchivedObject(
            each.key.removeprefix(stored.prefix),
            each.key,
            each.version_id,
            each.sha256,
            each.size,
            until,
        )
        for each in stored.objects()
    ]
    with deps.database.begin() as tx:
        tx.agreements.lock_by_id(agreement.id)
        state = tx.archive.state(agreement.id)
        tx.archive.put_objects(agreement.id, objects)
        if state is None or state.state == "local":
            tx.archive.set_state(agreement.id, "locked", stored.prefix)
            tx.audit.append(agreement.id, Event.ARCHIVE_STORED, SYSTEM, prefix=stored.prefix)


def _send_copies(tx: Transaction, agreement: Agreement) -> None:
    """Both parties get the same file (Belgian Civil Code art. 8.20: each can have its copy)."""
    shown = show_date(agreement.effective_date) if agreement.effective_date else ""
    common: dict[str, Any] = {"once": "completed", "attach_original": True, "attached": True}
    theirs: dict[str, Any] = {
        **common,
        "effective_date": shown,
        "counterparty": agreement.processor.known_as,
    }
    tell_signatory(tx, agreement, "completed", **theirs)
    notices = agreement.controller.notices_email
    if notices and notices.casefold() != agreement.signatory.email.casefold():
        mailbox = dataclasses.replace(agreement.signatory, email=notices)
        tell_signatory(tx, dataclasses.replace(agreement, signatory=mailbox), "completed", **theirs)
    people = {person.email: person for person in tx.accounts.with_role(Role.SIGNATORY)}
    account = tx.accounts.by_id(agreement.sender_id)
    if account:
        people[account.person.email] = account.person
    for person in people.values():
        tell(
            tx,
            agreement,
            "completed",
            to=person.email,
            name=person.name,
            page=f"/archief/{agreement.reference}",
            effective_date=shown,
            counterparty=agreement.controller.name,
            **common,
        )
