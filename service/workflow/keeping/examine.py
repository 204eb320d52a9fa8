"""Examining one agreement's package in the archive: compares the files with the records, and gives
the verdict on each sealed file. Changes nothing; every check of the archive uses it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from service.agreement.model import Agreement
from service.agreement.reasons import because, refused_by
from service.agreement.states import PackageState
from service.database.agreement.documents import Original
from service.database.engine import Transaction
from service.database.keeping.archive import ArchivedObject
from service.deps import Deps
from service.workflow.keeping.verify import ledgers, objection_to, verify_kept
from service.workflow.package.recorded import recorded_package, stored
from signatures.package.names import AGREEMENT, MANIFEST, SHEET, SHOWN
from signatures.verdict.report import FAILS, GENUINE, HOLDS, INVALID, Report
from storage.check import CORRUPT, MISSING, CheckReport, check
from storage.renewed import original_of


@dataclass(frozen=True)
class Recorded:
    """The database's records of a stored package; ``looked_at`` is the last check.

    Before recording a result, compare ``looked_at``: a check that started later may have finished
    first.
    """

    agreement: Agreement
    original: Original
    objects: list[ArchivedObject]
    looked_at: datetime | None


@dataclass(frozen=True)
class ArchiveCheck:
    """The result of an examination: the comparison of the files with the records, and by name the
    verdicts on the sealed files and renewed copies that could be read.

    ``objections`` are those of the second verdict on the originals by name, empty if it has none;
    None if it was not given.
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
        """The verdicts on the renewed copies, oldest first."""
        return tuple(each for name, each in self.verdicts.items() if original_of(name))

    @property
    def intact(self) -> bool:
        """Whether the files are unchanged and the verdicts are good.

        The originals stay genuine permanently: their SHA-256 is recorded, so the expiry of a
        certificate does not matter. A copy whose newest time stamp has expired no longer proves
        anything by itself, but is still unchanged.
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
        refuses.

        Without revoked ones: the second verdict does not use current revocation lists.
        """
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
    """The records of the package; None while it is not in the archive."""
    original = tx.documents.original(agreement_id)
    objects = tx.archive.objects(agreement_id)
    state = tx.archive.state(agreement_id)
    if original is None or not objects or state is None:
        return None
    return Recorded(tx.agreements.get_by_id(agreement_id), original, objects, state.looked_at)


def examine(deps: Deps, known: Recorded, *, twice: bool = False) -> ArchiveCheck:
    """Read the whole package back, compare it with the records, and verify the sealed files with
    the roots of this installation; with ``twice`` a second library also verifies the originals
    whose bytes are unchanged.

    Raises the store's errors if it does not answer, or KeysUnusable: then there is no result.
    """
    copies = [stored(each) for each in known.objects if original_of(each.name)]
    package = recorded_package(known.agreement, known.original, known.objects)
    report = check(deps.objects(), package, copies)
    with deps.database.look() as tx:
        recorded_of = ledgers(tx, known.agreement)
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
