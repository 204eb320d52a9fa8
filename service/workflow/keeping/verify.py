"""Checks whether a given file is the original, whole and unchanged."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypedDict

from cryptography import x509

from service.agreement.model import Agreement
from service.agreement.registration import Record, read, sha256
from service.agreement.states import State
from service.database.engine import Transaction
from service.deps import Deps
from service.error_codes import ErrorCode, FieldCode
from service.errors import Busy, FieldError, Invalid
from service.workflow.keeping.examine import ledgers
from service.workflow.people.sign_in_limits import network_of
from service.workflow.turns import NoTurn, Turns
from signatures.package.names import AGREEMENT, RECORD, SHEET
from signatures.package.registration import Registration
from signatures.package.report import PackageReport
from signatures.package.zip_members import Unreadable, is_zip
from signatures.sandbox.examine import Busy as TooManyApart
from signatures.sandbox.examine import NotExamined, judge_apart, verify_apart
from signatures.verdict.report import COMPLETENESS_UNKNOWN, Ledger, Report
from storage.renewed import original_of

MOST_BYTES = 20 * 1024 * 1024
# Per process. Files that are exactly ours are harmless and have separate turns.
_OURS = Turns(at_once=1, waiting=2)
_STRANGE = Turns(at_once=1, waiting=2)
PATIENCE_SECONDS = 8.0  # a file may take 2 s of processor time, and two may be ahead
BUSY_SECONDS = 10  # after which to try again


class Trust(TypedDict):
    roots: Sequence[x509.Certificate]
    stamp_roots: Sequence[x509.Certificate]
    crls: Sequence[x509.CertificateRevocationList]


@dataclass(frozen=True)
class Checked:
    """The report and, for a sealed file of ours, its records and ``name`` in the package. The
    parties' names come from the proven file."""

    report: Report
    reference: str = ""
    effective_date: date | None = None
    name: str = ""


@dataclass(frozen=True)
class CheckedPackage:
    """The same for a whole package; ``withdrawn`` if its registration was taken back."""

    report: PackageReport
    reference: str = ""
    effective_date: date | None = None
    withdrawn: bool = False


@dataclass(frozen=True)
class CheckedElsewhere:
    """A file that was signed elsewhere and registered here: of it we know only that."""

    record: Record
    withdrawn: bool
    sha256: str

    @property
    def reference(self) -> str:
        return self.record.reference

    @property
    def effective_date(self) -> date:
        return self.record.registration.signed_on


def verify_upload(
    deps: Deps, data: bytes, address: str = ""
) -> Checked | CheckedPackage | CheckedElsewhere:
    """Check a sealed PDF or an evidence package; nothing is stored.

    One file per network (of the client's IP ``address``) is checked or waits at a time. Our records
    are shown only for exactly one of our originals, whose holder has them already. A file that
    names an agreement but differs from its records is refused. Raises Invalid naming ``file``,
    Busy.
    """
    if not data:
        raise Invalid([FieldError("file", FieldCode.REQUIRED)])
    if len(data) > MOST_BYTES:
        raise Invalid([FieldError("file", FieldCode.PDF_TOO_LARGE)])
    is_pdf = data.startswith(b"%PDF-")
    if not is_pdf and not is_zip(data):
        raise Invalid([FieldError("file", FieldCode.NOT_A_PDF)])
    digest = hashlib.sha256(data).hexdigest()
    known = _known(deps, digest) if is_pdf else None
    if known is None and (elsewhere := _registered(deps, digest)):
        return elsewhere  # its signatures are not ours to judge
    # Outside the transaction: a slow examination must not hold a connection.
    try:
        with (_OURS if known else _STRANGE).turn(PATIENCE_SECONDS, network_of(address)):
            return _pdf(deps, data, known) if is_pdf else _package(deps, data)
    except Unreadable as strange:
        raise Invalid([FieldError("file", FieldCode(f"package_{strange}"))]) from strange
    except NotExamined as refusal:
        raise Invalid([FieldError("file", FieldCode.NOT_EXAMINED)]) from refusal
    except (NoTurn, TooManyApart) as busy:
        raise Busy(ErrorCode.VERIFY_BUSY, seconds=BUSY_SECONDS) from busy


def _pdf(deps: Deps, pdf: bytes, known: _Known | None) -> Checked:
    report = verify_apart(pdf, ledger=known.ledger if known else None, **_trust(deps))
    if known is None and report.renewals:
        # A renewed copy that was stamped elsewhere still begins with an original.
        known = _known(deps, report.original_sha256)
        if known is not None:
            report = verify_apart(pdf, ledger=known.ledger, **_trust(deps))
    if known is None:
        return Checked(report.refused() if report.says else report)
    return Checked(report, known.agreement.reference, known.agreement.effective_date, known.name)


def _package(deps: Deps, data: bytes) -> CheckedPackage:
    report = judge_apart(data, **_trust(deps))
    if report.registration is not None:
        return _registered_package(deps, report, report.registration)
    sheet, agreement = report.sheet, report.agreement
    known = _known(deps, sheet.sha256) if sheet else None
    if known is not None and report.verdict == COMPLETENESS_UNKNOWN:
        report = judge_apart(data, recorded_sheet=known.ledger.sealed_sha256, **_trust(deps))
    recorded = _known(deps, agreement.sha256) if agreement else None
    if known is None or recorded is None or recorded.agreement.id != known.agreement.id:
        return CheckedPackage(report.refused() if report.says else report)
    return CheckedPackage(report, known.agreement.reference, known.agreement.effective_date)


def _registered_package(deps: Deps, report: PackageReport, said: Registration) -> CheckedPackage:
    """With our records, if it has the very record that we keep."""
    with deps.database.begin() as tx:
        kept = tx.registered_files.of(said.agreement_id)
        if kept is None or kept.record is None or sha256(kept.record) != said.digests[RECORD]:
            return CheckedPackage(report.refused() if report.says else report)
        agreement = tx.agreements.get_by_id(said.agreement_id)
    withdrawn = agreement.state is State.WITHDRAWN
    return CheckedPackage(report, agreement.reference, agreement.effective_date, withdrawn)


def _trust(deps: Deps) -> Trust:
    authority = deps.authority()
    return {
        "roots": authority.roots,
        "stamp_roots": deps.settings.tsa_roots,
        "crls": authority.lists,
    }


@dataclass(frozen=True)
class _Known:
    """The records of a file, and its name in the package."""

    agreement: Agreement
    ledger: Ledger
    name: str


def _known(deps: Deps, digest: str) -> _Known | None:
    """The original or evidence sheet with this SHA-256, or that of a renewed copy with it."""
    with deps.database.begin() as tx:
        agreement_id, of = tx.documents.by_original_sha256(digest), AGREEMENT
        if agreement_id is None:
            agreement_id, of = tx.documents.by_evidence_sha256(digest), SHEET
        if agreement_id is None:
            agreement_id, name = tx.archive.renewed_with_sha256(digest) or (None, "")
            of = original_of(name)
        if agreement_id is None or not of:
            return None
        return _recorded(tx, agreement_id, of)


def _registered(deps: Deps, digest: str) -> CheckedElsewhere | None:
    with deps.database.begin() as tx:
        kept = tx.registered_files.with_sha256(digest)
        if kept is None or kept.record is None:
            return None
        record = read(kept.record)
        state = tx.agreements.get_by_id(record.agreement_id).state
    return CheckedElsewhere(record, state is State.WITHDRAWN, digest)


def _recorded(tx: Transaction, agreement_id: str, of: str) -> _Known:
    """The records of the agreement's sealed file with the name ``of``.

    Raises LookupError if there is no original yet.
    """
    agreement = tx.agreements.get_by_id(agreement_id)
    return _Known(agreement, ledgers(tx, agreement)[of], of)
