"""Checks the agreement, shown document, evidence and records against the sealed sheet."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import rfc8785

from signatures.effective_date import local_date
from signatures.field_names import ARCHIVE_FIELD
from signatures.package.case import Case
from signatures.package.finding import Finding, fails, unknown
from signatures.package.names import AGREEMENT, COPY, EVIDENCE, RECORDS, RENEWED, SHOWN, original_of
from signatures.pdf.revisions import Revisions
from signatures.verdict.report import INVALID


def sha256(data: bytes) -> str:
    """The digest in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def check_evidence(case: Case) -> Iterator[Finding]:
    """The separate JSON file equals the attachment of the sheet, byte for byte."""
    if EVIDENCE in case.files and case.files[EVIDENCE] != case.sheet.encoded:
        yield fails("evidence", "evidence_other", EVIDENCE)


def check_documents(case: Case) -> Iterator[Finding]:
    """The agreement is the one that the sheet names, and begins with the shown document."""
    agreement, shown = case.files.get(AGREEMENT), case.files.get(SHOWN)
    if agreement is not None:
        report = case.documents[AGREEMENT]
        if report.verdict == INVALID:
            yield fails("documents", "agreement_invalid", AGREEMENT)
        if sha256(agreement) != case.sheet.sealed:
            yield fails("documents", "agreement_other", AGREEMENT)
        if report.reference and report.reference != case.sheet.reference:
            yield fails("documents", "agreement_reference", AGREEMENT)
        date = report.effective_date
        if date is not None and date.isoformat() != case.sheet.said["effective_date"]["date"]:
            yield fails("documents", "agreement_date", AGREEMENT)
    if shown is not None and (
        sha256(shown) != case.sheet.shown
        or (case.sound(AGREEMENT) and not _is_the_beginning(shown, agreement or b""))
    ):
        yield fails("documents", "shown_other", SHOWN)


def _is_the_beginning(shown: bytes, agreement: bytes) -> bool:
    """Whether it is exactly the file before the first signature."""
    return agreement.startswith(shown) and Revisions(agreement).all[0].end == len(shown)


def check_acts(case: Case) -> Iterator[Finding]:
    """Each record equals the one in the sheet, and the act's seal binds its digest."""
    reasons = {}
    if case.sound(AGREEMENT):
        seals = case.documents[AGREEMENT].seals
        reasons = {each.field: each.reason for each in seals if each.field != ARCHIVE_FIELD}
        if reasons.keys() != set(case.sheet.places()):
            yield fails("acts", "acts_other", AGREEMENT)
    if not case.sheet.has_records:
        yield unknown("acts", "acts_old")
        return
    for act in case.sheet.said["acts"]:
        record = act["record"]
        name = f"{RECORDS}{record['place']}.json"
        encoded = rfc8785.dumps(record)
        digest = sha256(encoded)
        bound = reasons.get(record["place"])
        if (
            act["record_sha256"] != digest
            or record["reference"] != case.sheet.reference
            or record["agreement_id"] != case.sheet.said["agreement_id"]
            or record["document_sha256"] != case.sheet.shown
            or (bound is not None and not bound.endswith(f"sha256:{digest}"))
        ):
            yield fails("acts", "act_unbound", name)
        elif name in case.files and case.files[name] != encoded:
            yield fails("acts", "record_other", name)


def check_renewed(case: Case) -> Iterator[Finding]:
    """Each renewed copy is its original followed by valid time stamps only."""
    for name, report in case.documents.items():
        of = original_of(name)
        if not name.startswith(f"{RENEWED}/") or not of:
            continue
        original = case.files.get(of)
        if original is None or not case.files[name].startswith(original) or not report.renewals:
            yield fails("renewed", "copy_other", name)
            continue
        if report.verdict == INVALID:
            yield fails("renewed", "copy_invalid", name)
            continue
        day, stamped = COPY.fullmatch(name), report.renewals[-1].token_time
        if day is None or stamped is None or day["day"] != local_date(stamped).isoformat():
            yield fails("renewed", "copy_date", name)
