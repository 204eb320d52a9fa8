"""Examines one agreement's package for every check of the archive: compares the files, gives the
verdict on each sealed file, and records the result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from service.agreement.events import Event
from service.agreement.model import Agreement
from service.agreement.permissions import SYSTEM
from service.agreement.reasons import because, refused_by, within
from service.agreement.states import PackageState
from service.database.agreement.documents import Original
from service.database.engine import Transaction
from service.database.keeping.archive import ArchivedObject
from service.deps import Deps
from service.workflow.package_files import is_beside, recorded_package, stored
from service.workflow.telling.deliver import send_copies
from signatures.field_names import SHEET_FIELD
from signatures.package.names import AGREEMENT, MANIFEST, SHEET, SHOWN
from signatures.verdict.report import FAILS, GENUINE, HOLDS, INVALID, Ledger, Report
from storage.check import CORRUPT, MISSING, CheckReport, check
from storage.manifest import DOCUMENT
from storage.renewed import original_of


@dataclass(frozen=True)
class Recorded:
    """The database's records of a stored package. ``original`` is None if it was signed elsewhere.

    Before recording a result, compare ``looked_at``: a check that started later may have finished
    first.
    """

    agreement: Agreement
    original: Original | None
    objects: list[ArchivedObject]
    looked_at: datetime | None

    @property
    def sha256(self) -> str:
        """Of the agreement: the sealed original, or what was signed elsewhere."""
        if self.original is not None:
            return self.original.sha256
        return next(each.sha256 for each in self.objects if each.name == DOCUMENT)


@dataclass(frozen=True)
class ArchiveCheck:
    """The comparison of the files, and by name the verdicts on sealed files and renewed copies.

    ``objections``: those of the second verdict by original; None if it was not given.
    """

    stored: CheckReport
    verdicts: Mapping[str, Report] = field(default_factory=dict)
    objections: Mapping[str, str] | None = None

    @property
    def verdict(self) -> Report | None:
        return self.verdicts.get(AGREEMENT)

    @property
    def sheet(self) -> Report | None:
        return self.verdicts.get(SHEET)

    @property
    def renewed(self) -> tuple[Report, ...]:
        return tuple(each for name, each in self.verdicts.items() if original_of(name))

    @property
    def intact(self) -> bool:
        """Whether the files are unchanged and the verdicts are good.

        Expiry does not matter: the SHA-256 of originals is recorded, and an expired copy is still
        unchanged.
        """
        return self.stored.intact and not self.refused()

    def refused(self) -> dict[str, Report]:
        return {
            name: each
            for name, each in self.verdicts.items()
            if each.verdict == INVALID or (each.verdict != GENUINE and not original_of(name))
        }

    def disputed(self) -> dict[str, str]:
        """The originals on which the two verdicts disagree, with the objection of the one that
        refuses. Without revoked ones: the second does not use current revocation lists."""
        said = {}
        for name, objection in (self.objections or {}).items():
            refusal = self.refused().get(name)
            if refusal is None and objection:
                said[name] = objection
            elif refusal is not None and not objection and not _revoked(refusal):
                said[name] = _why(refusal)
        return said

    @property
    def only_disputed(self) -> bool:
        """Whether the only faults are those that the second verdict does not confirm."""
        refused = self.refused()
        return bool(refused) and self.stored.intact and refused.keys() <= self.disputed().keys()

    @property
    def state(self) -> PackageState:
        if self.intact:
            return PackageState.VERIFIED
        missing = MISSING in self.stored.wrong().values()
        return PackageState.MISSING if missing else PackageState.CORRUPT

    def summary(self) -> str:
        """The faults as codes to be stored; empty if there are none."""
        wrong = self.stored.wrong()
        said = [f"{name}: {because(found)}" for name, found in wrong.items()]
        if not self.stored.begins_with_shown and not {AGREEMENT, SHOWN} & wrong.keys():
            said.append(because("not_shown"))
        if not self.stored.manifest_as_recorded and MANIFEST not in wrong:
            said.append(f"{MANIFEST}: {because(CORRUPT)}")
        said += [f"{name}: {_why(report)}" for name, report in self.refused().items()]
        return "; ".join(said)


def _revoked(report: Report) -> bool:
    return any(each.reason == "revoked" for each in report.answers)


def _why(report: Report) -> str:
    """The failed rules; if none failed, those that could not be decided."""
    failing = [each for each in report.answers if each.state == FAILS]
    others = [each for each in report.answers if each.state != HOLDS and each.rule != "shown"]
    return " ".join(refused_by(each) for each in failing or others)


def recorded(tx: Transaction, agreement_id: str) -> Recorded | None:
    """None while the package is not in the archive."""
    original = tx.documents.original(agreement_id)
    objects = tx.archive.objects(agreement_id)
    state = tx.archive.state(agreement_id)
    elsewhere = original is None and any(each.name == DOCUMENT for each in objects)
    if (original is None and not elsewhere) or not objects or state is None:
        return None
    return Recorded(tx.agreements.get_by_id(agreement_id), original, objects, state.looked_at)


def examine(deps: Deps, known: Recorded, *, twice: bool = False) -> ArchiveCheck:
    """Read the whole package back, compare it, and verify the sealed files with our roots; with
    ``twice``, also with a second library.

    Raises the store's errors or KeysUnusable: then there is no result.
    """
    beside = [stored(each) for each in known.objects if is_beside(each.name)]
    package = recorded_package(known.agreement, known.original, known.objects)
    report = check(deps.objects(), package, beside)
    with deps.database.look() as tx:
        recorded_of = ledgers(tx, known.agreement) if known.original else {}
    verdicts = {
        name: verify_kept(deps, recorded_of[of], data)
        for name, data in report.contents.items()
        if (of := original_of(name) or name) in recorded_of
    }
    if not twice:
        return ArchiveCheck(report, verdicts)
    objections = {
        name: objection_to(deps, known.agreement, name, data)
        for name, data in report.contents.items()
        if name in (AGREEMENT, SHEET) and name not in report.wrong()
    }
    return ArchiveCheck(report, verdicts, objections)


def ledgers(tx: Transaction, agreement: Agreement) -> dict[str, Ledger]:
    """The records about each sealed file, by its name in the package.

    Raises LookupError if there is no original yet.
    """
    found = tx.documents.digests(agreement.id)
    if found is None:
        raise LookupError(agreement.reference)
    return {
        AGREEMENT: Ledger(found.sealed, found.shown, found.shown_length, agreement.fields),
        SHEET: Ledger(found.evidence, "", 0),
    }


def verify_kept(deps: Deps, ledger: Ledger, pdf: bytes) -> Report:
    """Apply the policy to a file from the archive whose digest was checked, or a renewed copy of
    it. ``ledger`` is about the original."""
    # It loads libraries that the web process needs for nothing else.
    from signatures.verdict.verify import verify  # noqa: PLC0415

    authority = deps.authority()
    return verify(
        pdf,
        roots=authority.roots,
        stamp_roots=deps.settings.tsa_roots,
        ledger=ledger,
        crls=authority.lists,
    )


def objection_to(deps: Deps, agreement: Agreement, of: str, pdf: bytes) -> str:
    """The second library's objection to this sealed file ``of`` in the package; '' if none.

    Takes some hundred milliseconds, and a library that only a worker loads.
    """
    # The web process needs this library for nothing else.
    from signatures.verdict.second_opinion import objection  # noqa: PLC0415

    return objection(
        pdf,
        fields=agreement.fields if of == AGREEMENT else (SHEET_FIELD,),
        roots=deps.authority().roots,
        stamp_roots=deps.settings.tsa_roots,
    )


def note_check(tx: Transaction, known: Recorded, found: ArchiveCheck, asked_by: str = "") -> None:
    """Record the result, unless another check was made meanwhile; the first good one sends both
    parties their copy.

    The log names the service as actor (docs/decisions/0017). If only the first verdict refuses an
    unchanged original, an alarm is sent and the state stays: the fault may be in a new version of
    the verdict.
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
        tx.audit.append(agreement.id, Event.ARCHIVE_VERIFIED, SYSTEM, sha256=known.sha256, **asked)
        if before.checked_at is None and known.original:
            send_copies(tx, agreement)
    # Checked every night, but logged only when the result changes.
    elif asked or (before.state, before.failure) != (found.state, reason):
        why = {"reason": within(reason, 300)}
        tx.audit.append(agreement.id, Event.ARCHIVE_DAMAGED, SYSTEM, personal=why, **asked)
