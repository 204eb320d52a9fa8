"""Rebuilds the archive's index from the bucket alone.

A package is trusted if its sealed evidence sheet chains to a known root and every file matches the
sheet. Missing index data are added, never changed; what fails or differs is reported. May be
stopped and repeated. docs/operations.md lists the data that cannot be restored.
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from service.database.keeping.document_stamps import SEALED_FILES, DocumentStamp
from service.deps import Deps
from service.errors import Unavailable
from service.workflow.keeping.put_in_index import ADDED, COMPLETED, DIFFERENT, PRESENT, Putting
from service.workflow.keeping.recover import Recovered, missing_files
from service.workflow.keeping.recover_ends import recovered_ends
from service.workflow.keeping.recover_registered import (
    missing_of_registered,
    proven_registration,
    put_registered,
)
from service.workflow.keeping.trust import Trust
from service.workflow.one_by_one import said
from signatures.errors import RecordInvalid
from signatures.package.finding import Finding
from signatures.package.names import AGREEMENT
from signatures.verdict.report import FAILS, INVALID, UNKNOWN
from storage.errors import StorageError, StorageRefused, StorageUnavailable
from storage.inventory import HeldPackage, folders, hold
from storage.manifest import prefix_of
from storage.renewed import original_of
from storage.witness import prove_working

log = logging.getLogger(__name__)

REFUSED = "refused"
RESULTS = (ADDED, COMPLETED, PRESENT, DIFFERENT, REFUSED)
# Reasons for refusing a folder besides the findings of the verdict.
NO_MANIFEST, UNREADABLE, NOT_PROVEN = "no_manifest", "unreadable", "not_proven"
INCOMPLETE, NOT_UNDERSTOOD = "incomplete", "not_understood"


@dataclass(frozen=True)
class Outcome:
    """The result for one folder: the parts ``different`` from the index, ``why`` it was refused
    with a technical ``detail``, and the verdict's ``findings``."""

    prefix: str
    result: str
    different: tuple[str, ...] = ()
    why: str = ""
    detail: str = ""
    findings: tuple[Finding, ...] = ()


@dataclass
class Summary:
    """The count of each result, and the folders that a person must check. ``unproven`` counts
    accepted packages by finding: erased personal data, or an old format."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(RESULTS, 0))
    unproven: Counter[str] = field(default_factory=Counter)
    troubled: list[Outcome] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        self.counts[outcome.result] += 1
        if outcome.result in (DIFFERENT, REFUSED):
            self.troubled.append(outcome)
        else:
            self.unproven.update({each.code for each in outcome.findings})


class _Refused(Exception):
    def __init__(self, why: str, detail: str = "", findings: Sequence[Finding] = ()) -> None:
        super().__init__(why)
        self.outcome = why, detail, tuple(findings)


def rebuild_index(
    deps: Deps, trust: Trust, tell: Callable[[Outcome], None], *, since: str = ""
) -> Summary:
    """Rebuild the index from all packages from the reference ``since`` on; calls ``tell`` with
    each.

    Raises the store's errors, Unavailable, or PackageInvalid if ``since`` is no reference.
    """
    summary = Summary()
    for folder in folders(deps.objects(), since=prefix_of(since) if since else ""):
        try:
            if not folder.complete:
                raise _Refused(NO_MANIFEST)
            outcome = _one(deps, trust, folder.prefix)
        except _Refused as refused:
            why, detail, findings = refused.outcome
            outcome = Outcome(folder.prefix, REFUSED, (), why, detail, findings)
        summary.add(outcome)
        tell(outcome)
    return summary


def _one(deps: Deps, trust: Trust, prefix: str) -> Outcome:
    held = _held(deps, prefix)
    if held.stored.registered:
        return _registered(deps, trust, held)
    if missing := missing_files(held.files):
        raise _Refused(INCOMPLETE, ", ".join(missing))
    findings = _proven(held, trust)
    try:
        recovered = _recovered(held)
        stamps = _stamps(held)
        ends = recovered_ends(held, trust)
        with deps.database.begin() as tx:
            put = Putting(tx, held, recovered, ends)
            put.everything(stamps)
    except Unavailable:
        raise
    except Exception as strange:  # genuine, but in a form unknown to this version
        log.info("%s", prefix, exc_info=True)
        raise _Refused(NOT_UNDERSTOOD, said(strange)) from strange
    return Outcome(prefix, put.result, tuple(put.different), findings=findings)


def _registered(deps: Deps, trust: Trust, held: HeldPackage) -> Outcome:
    if missing := missing_of_registered(held):
        raise _Refused(INCOMPLETE, ", ".join(missing))
    try:
        record = proven_registration(held, trust)
    except (RecordInvalid, ValueError, KeyError, TypeError) as wrong:
        raise _Refused(NOT_PROVEN, said(wrong)) from wrong
    ends = recovered_ends(held, trust)
    with deps.database.begin() as tx:
        result, different = put_registered(tx, held, record, ends)
    return Outcome(held.stored.prefix, result, different)


def _held(deps: Deps, prefix: str) -> HeldPackage:
    try:
        return hold(deps.objects(), prefix)
    except (StorageUnavailable, StorageRefused) as failure:
        prove_working(deps.objects())  # else nothing is known of any of them
        raise _Refused(UNREADABLE, said(failure)) from failure
    except StorageError as failure:  # missing, damaged, or not our manifest
        raise _Refused(UNREADABLE, said(failure)) from failure


def _proven(held: HeldPackage, trust: Trust) -> tuple[Finding, ...]:
    """The unproven parts of a package without faults.

    Raises _Refused for a fault or a sheet that does not prove itself.
    """
    # They load libraries that few commands need.
    from signatures.package.case import Trust as Pinned  # noqa: PLC0415
    from signatures.package.files import Package  # noqa: PLC0415
    from signatures.package.verdict import judge  # noqa: PLC0415

    pinned = Pinned(trust.roots, trust.stamp_roots, crls=trust.crls)
    report = judge(Package({**held.files, **held.copies}), pinned)
    if report.verdict == INVALID or not report.sheet_holds:
        wrong = [each for each in report.findings if each.state == FAILS]
        documents = [n for n, each in report.documents.items() if each.verdict == INVALID]
        raise _Refused(NOT_PROVEN, ", ".join(documents), wrong or report.findings)
    return tuple(each for each in report.findings if each.state == UNKNOWN)


def _recovered(held: HeldPackage) -> Recovered:
    # They load the PDF library.
    from signatures.pdf.printed import attached  # noqa: PLC0415
    from signatures.pdf.revisions import Revisions  # noqa: PLC0415

    printed = attached(Revisions(held.files[AGREEMENT]))
    if printed is None:
        raise ValueError("the document has no attached data")
    return Recovered(held.stored.facts, held.files, json.loads(printed))


def _stamps(held: HeldPackage) -> list[DocumentStamp]:
    """The expiry of the last time stamp of each sealed file and copy."""
    # It loads the PDF library.
    from signatures.pdf.stamps_in_file import last_stamp  # noqa: PLC0415

    files = {name: held.files[name] for name in SEALED_FILES} | dict(held.copies)
    own = held.stored.facts.agreement_id
    last = {name: last_stamp(data) for name, data in files.items()}
    return [
        DocumentStamp(own, name, original_of(name) or name, stamp.time, stamp.proves_until)
        for name, stamp in last.items()
    ]
