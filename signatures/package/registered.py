"""Judges the package of an agreement that was signed elsewhere.

Checked are the sealed record of who registered it, and the files that it names by SHA-256.
Signatures in the file may be from any tool and are not judged: a wrong answer is worse than none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from signatures.errors import RecordInvalid
from signatures.package.case import Trust
from signatures.package.files import Package
from signatures.package.finding import Finding, fails, unknown
from signatures.package.lists import Stated, as_evidence, check_stated
from signatures.package.names import DOCUMENT, MANIFEST, RECORD, RECORD_SEAL
from signatures.package.registration import Registration, registration_in
from signatures.package.report import REGISTERED, PackageReport
from signatures.verdict.sealed_record import check_record

_SCHEMA = "zegel-registered/1"


def judge_registered(package: Package, trust: Trust) -> PackageReport:
    """The report on such a package; its contents never make this raise."""
    files = package.files
    registration, findings = _registration(files, trust)
    found = [*package.findings, *findings]
    if registration is None:
        unanswered = ("documents", "lists")
        return PackageReport({}, tuple(found), unanswered, kind=REGISTERED)
    found += _check_documents(files, registration)
    found += check_stated(files, package, _stated(registration))
    found += _check_extra(files, registration)
    digests = {name: _sha256(data) for name, data in files.items() if name != MANIFEST}
    return PackageReport(
        {},
        tuple(found),
        reference=registration.reference,
        kind=REGISTERED,
        registration=replace(registration, digests=digests),
    )


def _registration(
    files: Mapping[str, bytes], trust: Trust
) -> tuple[Registration | None, list[Finding]]:
    """The readable record, if any, and what is wrong with it or its seal."""
    missing = [name for name in (RECORD, RECORD_SEAL) if name not in files]
    found = [fails("registration", "package_missing", name) for name in missing]
    if RECORD in missing:
        return None, found
    sealed_at = None
    if not trust.roots:
        found.append(unknown("registration", "registration_no_root", RECORD_SEAL))
    elif not missing:
        try:
            sealed_at = check_record(
                files[RECORD_SEAL],
                files[RECORD],
                roots=trust.roots,
                stamp_roots=trust.stamp_roots,
                crls=trust.crls,
            )
        except RecordInvalid as wrong:
            found.append(fails("registration", "registration_seal", RECORD, str(wrong)))
    try:
        registration = registration_in(files[RECORD])
        return replace(registration, sealed_at=sealed_at), found
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as strange:
        detail = type(strange).__name__
        return None, [*found, fails("registration", "registration_unreadable", RECORD, detail)]


def _check_documents(files: Mapping[str, bytes], said: Registration) -> Iterator[Finding]:
    wanted = {DOCUMENT: said.sha256, **({said.source: said.source_sha256} if said.source else {})}
    for name, digest in wanted.items():
        if name not in files:
            yield fails("documents", "package_missing", name)
        elif _sha256(files[name]) != digest:
            yield fails("documents", "registered_other", name)


def _check_extra(files: Mapping[str, bytes], said: Registration) -> Iterator[Finding]:
    for name in files.keys() - {DOCUMENT, RECORD, RECORD_SEAL, MANIFEST, said.source}:
        yield fails("whole", "package_extra", name)


def _stated(said: Registration) -> Stated:
    manifest: dict[str, Any] = {
        "schema": _SCHEMA,
        "reference": said.reference,
        "agreement_id": said.agreement_id,
        "revision": 1,
        "effective_date": said.signed_on.isoformat(),
        "controller": said.controller,
        "processor": said.processor,
        "template_version": "",
    }
    described = (
        f"Registratie {said.reference} van een elders ondertekende verwerkersovereenkomst tussen "
        f"{said.controller} en {said.processor}; geen zegel zegt wie ondertekende"
    )
    # Former packages said that they were evidence.
    former = as_evidence(said.reference, said.controller, said.processor)
    return Stated(manifest, said.reference, said.processor, (described, former))


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
