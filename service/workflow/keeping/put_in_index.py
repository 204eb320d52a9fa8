"""Adds one package to the archive's index: only missing data; existing data are not changed."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime

from service.agreement.events import Event
from service.agreement.mandate import Outcome
from service.agreement.model import Agreement
from service.agreement.permissions import SYSTEM
from service.agreement.states import PackageState, State
from service.database.engine import Transaction
from service.database.keeping.archive import ArchivedObject
from service.database.keeping.document_stamps import DocumentStamp
from service.errors import NotFound
from service.workflow.keeping.recover import FORMER_ADDRESS, Recovered
from service.workflow.keeping.recover_ends import RecoveredEnds
from service.workflow.keeping.recover_mandate import recovered_mandate
from storage.inventory import HeldPackage

ADDED, COMPLETED, PRESENT, DIFFERENT = "added", "completed", "present", "different"
NOT_LOCKED = datetime(1970, 1, 1, tzinfo=UTC)  # makes the lock due for extension at once


class Putting:
    """Adds one package to the index, in one transaction."""

    def __init__(
        self, tx: Transaction, held: HeldPackage, recovered: Recovered, ends: RecoveredEnds
    ) -> None:
        self._tx = tx
        self._held = held
        self._recovered = recovered
        self._ends = ends
        self._id = held.stored.facts.agreement_id
        self._edition = held.stored.facts.edition
        self._new = False
        self._added = False
        self.different: list[str] = []

    @property
    def result(self) -> str:
        if self.different:
            return DIFFERENT
        return ADDED if self._new else COMPLETED if self._added else PRESENT

    def everything(self, stamps: Sequence[DocumentStamp]) -> None:
        """Add missing data, and record existing data that differ."""
        self._agreement()
        if self.different:
            return  # the rest would be added to a different agreement
        self._document()
        self._acts()
        self._mandate()
        self._original()
        self._log()
        self._objects()
        self._recorded_ends()
        for stamp in stamps:
            self._added |= self._tx.stamps.add(stamp)
        if self._tx.archive.state(self._id) is None:
            self._added = True
            self._tx.archive.set_state(self._id, PackageState.VERIFIED, self._held.stored.prefix)
        if self._new:
            self._tx.audit.append(self._id, Event.ARCHIVE_INDEXED, SYSTEM)

    def _agreement(self) -> None:
        found = self._recovered
        there = self._there(found)
        if there is None:
            return
        told = found.agreement(there.processor_version)
        self._compare("agreement", _proven(there), _proven(told))

    def _there(self, found: Recovered) -> Agreement | None:
        """The existing agreement, under its row lock; None if it was just added."""
        tx, reference = self._tx, found.facts.reference
        with suppress(NotFound):
            other = tx.agreements.lock(reference)
            if other.id != self._id:
                self.different.append("agreement.id")
                return None
            return other
        for person in found.people():
            tx.recovery.keep_account(person, FORMER_ADDRESS.format(id=person.id))
        processor = found.agreement(0).processor
        agreement = found.agreement(tx.recovery.profile(processor))
        if found.template:
            tx.templates.keep(found.template)
        tx.agreements.insert(agreement)
        for signatory_id, number, signatory in found.further_signatories():
            tx.agreements.add_signatory(self._id, signatory_id, signatory, number=number)
        if found.start:
            tx.applications.restore_start(self._id, found.start)
        tx.recovery.note(self._id, reference, found.flags, found.closed_at)
        self._new = True
        return None

    def _document(self) -> None:
        found = self._recovered
        told = found.document()
        there = self._tx.documents.frozen(self._id, told.edition)
        if there is not None:
            names = ("sha256", "template_version", "template_sha256")
            self._compare("document", _these(there, *names), _these(told, *names))
            return
        self._added = True
        if found.template:
            self._tx.templates.keep(found.template)
        self._tx.documents.put(self._id, told)

    def _acts(self) -> None:
        edition = self._edition
        there = {act.place: act for act in self._tx.documents.acts(self._id, edition)}
        for act in self._recovered.acts:
            if act.place not in there:
                self._added = True
                self._tx.documents.add_act(self._id, edition, self._recovered.kept_here(act))
                continue
            names = ("signed_at", "document_sha256", "record_sha256", "signatory_id", "staff_id")
            known = there[act.place]
            self._compare(f"acts.{act.place.key}", _these(known, *names), _these(act, *names))

    def _mandate(self) -> None:
        found, tx, edition = recovered_mandate(self._recovered), self._tx, self._edition
        if found is None:
            return
        told = found.mandate
        tx.mandates.take_turns()
        there = tx.mandates.get(told.id)
        if there is None:
            self._added = True
            if not tx.mandates.restore(told):
                self.different.append("mandate.number")
                return
        else:
            names = ("number", "staff_id", "sha256")
            self._compare("mandate", _these(there, *names), _these(told, *names))
        if tx.mandates.case(self._id, edition) is None:
            self._added = True
            tx.mandates.propose(self._id, edition, told.id)
            tx.mandates.settle(self._id, edition, Outcome.SIGNED, day=found.day)

    def _original(self) -> None:
        told = self._recovered.original()
        there = self._tx.documents.original(self._id)
        if there is None:
            self._added = True
            if not self._tx.documents.add_original(self._id, told):
                self.different.append("original")
            return
        names = ("edition", "sha256", "size", "level", "evidence_sha256")
        self._compare("original", _these(there, *names), _these(told, *names))

    def _log(self) -> None:
        there = self._tx.audit.of(self._id)
        told = self._recovered.entries
        for known, entry in zip(there, told, strict=False):
            if known.hash != entry.hash:
                self.different.append(f"log.{entry.seq}")
                return
        if missing := told[len(there) :]:
            self._added = True
            self._tx.audit.restore(missing)

    def _objects(self) -> None:
        there = {each.name: each for each in self._tx.archive.objects(self._id)}
        beside = self._held.ends.keys() - self._ends.objects  # proves nothing
        told = [each for each in archived(self._held) if each.name not in beside]
        for each in told:
            known = there.get(each.name)
            if known is None:
                continue
            names = ("key", "version_id", "sha256", "size", "inside")
            self._compare(f"objects.{each.name}", _these(known, *names), _these(each, *names))
        if missing := [each for each in told if each.name not in there]:
            self._added = True
            self._tx.archive.put_objects(self._id, missing)

    def _recorded_ends(self) -> None:
        added, different = put_ends(self._tx, self._id, self._ends)
        self._added |= added
        self.different += different

    def _compare(self, part: str, there: dict[str, object], told: dict[str, object]) -> None:
        self.different += [f"{part}.{name}" for name in there if there[name] != told[name]]


def put_ends(tx: Transaction, own: str, ends: RecoveredEnds) -> tuple[bool, tuple[str, ...]]:
    """Add the missing changes of an agreement's end, of which the last is in force.

    Returns whether there were any, and what differs from the index.
    """
    if not ends.proven:
        return False, ("end_unproven",)
    there, told = tx.end_records.of(own), ends.changes
    same = zip(there, told, strict=False)
    if any(known.record != kept.record for known, (_, kept) in same):
        return False, ("end",)
    missing = told[len(there) :]
    if missing:
        tx.end_records.restore(own, [kept for _, kept in missing])
        tx.lives.restore(own, missing[-1][0].end)
        tx.archive.reopen_locks_of(own)
    return bool(missing), ()


def _proven(agreement: Agreement) -> dict[str, object]:
    """The data of an agreement that its signed document and evidence prove, for comparison."""
    controller = agreement.controller
    return {
        "state": agreement.state in (State.COMPLETED, State.SUPERSEDED),
        "edition": agreement.edition,
        "order": agreement.order,
        "fully_signed_at": agreement.fully_signed_at,
        "effective_date": agreement.effective_date,
        "frozen_sha256": agreement.frozen_sha256,
        "controller": (controller.name, controller.number, controller.notices_email),
        "signatory": agreement.signatory,
        "annex": [(each.list, each.label, each.entered_by) for each in agreement.annex.items],
    }


def _these(value: object, *names: str) -> dict[str, object]:
    return {name: getattr(value, name) for name in names}


def archived(held: HeldPackage) -> list[ArchivedObject]:
    """The objects as index records; an unlocked one is due for a lock at once."""
    return [
        ArchivedObject(
            name,
            each.stored.key,
            each.stored.version_id,
            each.stored.sha256,
            each.stored.size,
            each.locked_until or NOT_LOCKED,
            {n: (f.size, f.sha256) for n, f in held.stored.inside(name).items()},
        )
        for name, each in held.objects.items()
    ]
