"""The archive's index, rebuilt from the bucket alone (DESIGN.md §1.10).

Every package is read whole and judged before a word of it is believed: its sealed evidence sheet
must lead to a root that is known here, and every file be what the sheet says. What the index holds
already is compared and never changed; what is missing is added, one transaction per package. So
it may be stopped and repeated, and one package at a time is in memory. What cannot be believed, or
is told otherwise here, is reported and stops no other.

What a package does not hold does not come back: docs/operations.md lists it.
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from cryptography import x509

from service.database.keeping.document_stamps import SEALED_FILES, DocumentStamp
from service.deps import Deps
from service.errors import Unavailable
from service.workflow.keeping.put_in_index import ADDED, COMPLETED, DIFFERENT, PRESENT, Putting
from service.workflow.keeping.recover import Recovered, missing_files
from service.workflow.one_by_one import said
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
# Why a folder is refused, where no finding of the verdict says it.
NO_MANIFEST, UNREADABLE, NOT_PROVEN = "no_manifest", "unreadable", "not_proven"
INCOMPLETE, NOT_UNDERSTOOD = "incomplete", "not_understood"


@dataclass(frozen=True)
class Trust:
    """By what packages and anchors are judged; see ``signatures.package.case.Trust``."""

    roots: Sequence[x509.Certificate]
    stamp_roots: Sequence[x509.Certificate] = ()
    crls: Sequence[x509.CertificateRevocationList] = ()


@dataclass(frozen=True)
class Outcome:
    """What came of one folder: ``different`` are the parts that the index tells otherwise, ``why``
    it was refused, with ``detail`` in no language; ``findings`` are those of the verdict, of which
    some may only say what nothing proves."""

    prefix: str
    result: str
    different: tuple[str, ...] = ()
    why: str = ""
    detail: str = ""
    findings: tuple[Finding, ...] = ()


@dataclass
class Summary:
    """How many of each result, and those that a person must look at. ``unproven`` says of how many
    packages that were taken something is proven by nothing, by the code of the finding: personal
    data that were erased, or an old format."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(RESULTS, 0))
    unproven: Counter[str] = field(default_factory=Counter)
    troubled: list[Outcome] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        """Count one."""
        self.counts[outcome.result] += 1
        if outcome.result in (DIFFERENT, REFUSED):
            self.troubled.append(outcome)
        else:
            self.unproven.update({each.code for each in outcome.findings})


class _Refused(Exception):
    """A folder that is not believed."""

    def __init__(self, why: str, detail: str = "", findings: Sequence[Finding] = ()) -> None:
        super().__init__(why)
        self.outcome = why, detail, tuple(findings)


def rebuild_index(
    deps: Deps, trust: Trust, tell: Callable[[Outcome], None], *, since: str = ""
) -> Summary:
    """Rebuild the index from every package, from the reference ``since`` on; ``tell`` hears of
    each.

    Raises StorageUnavailable or StorageRefused when the store does not work, Unavailable when the
    database does not, PackageInvalid for a ``since`` that is no reference.
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
    if missing := missing_files(held.files):
        raise _Refused(INCOMPLETE, ", ".join(missing))
    findings = _proven(held, trust)
    try:
        recovered = _recovered(held)
        stamps = _stamps(held)
        with deps.database.begin() as tx:
            put = Putting(tx, held, recovered)
            put.everything(stamps)
    except Unavailable:
        raise
    except Exception as strange:  # genuine, and of a kind that this version does not know
        log.info("%s", prefix, exc_info=True)
        raise _Refused(NOT_UNDERSTOOD, said(strange)) from strange
    return Outcome(prefix, put.result, tuple(put.different), findings=findings)


def _held(deps: Deps, prefix: str) -> HeldPackage:
    try:
        return hold(deps.objects(), prefix)
    except (StorageUnavailable, StorageRefused) as failure:
        prove_working(deps.objects())  # else nothing is known of any of them
        raise _Refused(UNREADABLE, said(failure)) from failure
    except StorageError as failure:  # gone, damaged, or no manifest of ours
        raise _Refused(UNREADABLE, said(failure)) from failure


def _proven(held: HeldPackage, trust: Trust) -> tuple[Finding, ...]:
    """What nothing proves of a package in which nothing is wrong.

    Raises _Refused where something is, or where its sheet does not prove itself.
    """
    # Loads libraries that few commands need.
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
    # Loads the PDF library.
    from signatures.pdf.printed import attached  # noqa: PLC0415
    from signatures.pdf.revisions import Revisions  # noqa: PLC0415

    printed = attached(Revisions(held.files[AGREEMENT]))
    if printed is None:
        raise ValueError("the document carries no data")
    return Recovered(held.stored.facts, held.files, json.loads(printed))


def _stamps(held: HeldPackage) -> list[DocumentStamp]:
    """Until when each sealed file and each copy proves by its last time stamp."""
    # Loads the PDF library.
    from signatures.pdf.stamps_in_file import last_stamp  # noqa: PLC0415

    files = {name: held.files[name] for name in SEALED_FILES} | dict(held.copies)
    own = held.stored.facts.agreement_id
    last = {name: last_stamp(data) for name, data in files.items()}
    return [
        DocumentStamp(own, name, original_of(name) or name, stamp.time, stamp.proves_until)
        for name, stamp in last.items()
    ]
