"""Puts an agreement that was signed elsewhere back into the index: the record in its package must
have our seal and name the SHA-256 of its file."""

from __future__ import annotations

import dataclasses

from service.agreement.end_reason import EndReason
from service.agreement.events import Event
from service.agreement.permissions import SYSTEM, Staff
from service.agreement.registration import Record, read, sha256
from service.agreement.states import PackageState, State
from service.database.agreement.registered_files import RegisteredFile
from service.database.engine import Transaction
from service.workflow.keeping.put_in_index import (
    ADDED,
    COMPLETED,
    DIFFERENT,
    PRESENT,
    archived,
    put_ends,
)
from service.workflow.keeping.recover import FORMER_ADDRESS, entry_of_line
from service.workflow.keeping.recover_ends import RecoveredEnds
from service.workflow.keeping.register import agreement_of
from service.workflow.keeping.trust import Trust
from storage.inventory import HeldPackage
from storage.manifest import DOCUMENT
from storage.registered import NEEDED, RECORD, SEAL


def missing_of_registered(held: HeldPackage) -> list[str]:
    return [name for name in NEEDED if name not in held.files]


def proven_registration(held: HeldPackage, trust: Trust) -> Record:
    """The registration in the package. Raises RecordInvalid or ValueError if it proves nothing."""
    # It loads the library for seals.
    from signatures.verdict.sealed_record import check_record  # noqa: PLC0415

    data = held.files[RECORD]
    check_record(
        held.files[SEAL],
        data,
        roots=trust.roots,
        stamp_roots=trust.stamp_roots,
        crls=trust.crls,
    )
    record, facts = read(data), held.stored.facts
    if (record.agreement_id, record.reference) != (facts.agreement_id, facts.reference):
        raise ValueError(f"{facts.reference}: this is about {record.reference}")
    if record.file.pdf_sha256 != sha256(held.files[DOCUMENT]):
        raise ValueError(f"{facts.reference}: another file was registered")
    return record


def put_registered(
    tx: Transaction, held: HeldPackage, record: Record, ends: RecoveredEnds
) -> tuple[str, tuple[str, ...]]:
    """Add what is missing; the result, and what differs from the index."""
    there = tx.registered_files.of(record.agreement_id)
    if there is not None and there.record != held.files[RECORD]:
        return DIFFERENT, ("agreement.registration",)
    new = there is None
    if new:
        _add(tx, held, record, ends)
    known = {each.name for each in tx.archive.objects(record.agreement_id)}
    beside = held.ends.keys() - ends.objects
    missing = [
        each for each in archived(held) if each.name not in known and each.name not in beside
    ]
    if missing:
        tx.archive.put_objects(record.agreement_id, missing)
    ended, different = put_ends(tx, record.agreement_id, ends)
    state = tx.archive.state(record.agreement_id)
    if state is None or state.state is PackageState.LOCAL:
        tx.archive.set_state(record.agreement_id, PackageState.VERIFIED, held.stored.prefix)
    if new:
        tx.audit.append(record.agreement_id, Event.ARCHIVE_INDEXED, SYSTEM)
    if different:
        return DIFFERENT, different
    return ADDED if new else COMPLETED if missing or ended else PRESENT, ()


def _add(tx: Transaction, held: HeldPackage, record: Record, ends: RecoveredEnds) -> None:
    by, found, place = record.by_id, record.registration, FORMER_ADDRESS.format(id=record.by_id)
    tx.recovery.keep_account(Staff(by, record.by_name, place, "", frozenset()), place)
    version = tx.recovery.profile(record.processor)
    agreement = agreement_of(
        record.agreement_id,
        record.reference,
        found,
        record.processor,
        version,
        record.at,
        by,
    )
    last = ends.changes[-1][0].end if ends.changes else None
    if last is not None and last.reason is EndReason.WITHDRAWN:
        agreement = dataclasses.replace(agreement, state=State.WITHDRAWN)
    tx.agreements.insert(agreement)
    tx.recovery.note(agreement.id, record.reference, (), record.at)
    tx.audit.restore([entry_of_line(record.line)])
    tx.registered_files.add(
        RegisteredFile(
            record.agreement_id,
            by,
            record.file,
            None,
            None,
            record.agreement_id,
            held.files[RECORD],
            held.files[SEAL],
            stored=True,
        )
    )
