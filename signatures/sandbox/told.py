"""Converts reports to JSON values and back, for transfer between processes.

Texts from a file are cut, so the answer stays bounded, and made displayable.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any

from signatures.package.finding import Finding
from signatures.package.registration import Registration
from signatures.package.report import PackageReport
from signatures.pdf.printed import Agreement
from signatures.verdict.report import Answer, FoundSeal, OwnCertificate, Report

MOST_SEALS = 20
MOST_FINDINGS = 300
MOST_DOCUMENTS = 50
LONGEST_WORDS = 300  # characters of a name or reason taken from the file


def values_of(report: Report) -> dict[str, Any]:
    """The report as values; moments stay ``datetime``."""
    return asdict(_bounded(report))


def package_values_of(report: PackageReport) -> dict[str, Any]:
    """The same for a package."""
    documents = list(report.documents.items())[:MOST_DOCUMENTS]
    return asdict(
        replace(
            report,
            documents={_words(name): _bounded(each) for name, each in documents},
            findings=tuple(
                replace(each, name=_words(each.name), detail=_words(each.detail))
                for each in sorted(report.findings, key=lambda each: each.state)[:MOST_FINDINGS]
            ),
            reference=_words(report.reference),
            registration=report.registration and _shorter(report.registration),
        )
    )


def package_report_of(values: dict[str, Any]) -> PackageReport:
    """The inverse of ``package_values_of``."""
    return PackageReport(
        **{
            **values,
            "documents": {name: report_of(each) for name, each in values["documents"].items()},
            "findings": tuple(Finding(**each) for each in values["findings"]),
            "unanswered": tuple(values["unanswered"]),
            "registration": values["registration"] and _registration(values["registration"]),
        }
    )


def _shorter(registration: Registration) -> Registration:
    texts: dict[str, Any] = {
        name: _words(value) for name, value in vars(registration).items() if isinstance(value, str)
    }
    digests = list(registration.digests.items())[:MOST_DOCUMENTS]
    digests = [(_words(name), digest) for name, digest in digests]
    return replace(registration, **texts, digests=dict(digests))


def _registration(values: dict[str, Any]) -> Registration:
    moments = {
        name: datetime.fromisoformat(values[name]) if values[name] else None
        for name in ("registered_at", "sealed_at")
    }
    signed_on = date.fromisoformat(values["signed_on"])
    return Registration(**{**values, **moments, "signed_on": signed_on})


def _bounded(report: Report) -> Report:
    seals, renewals = (
        tuple(
            replace(
                seal,
                field=_words(seal.field),
                name=_words(seal.name),
                reason=_words(seal.reason),
                capacity=_words(seal.capacity),
                own=seal.own and replace(seal.own, name=_words(seal.own.name)),
            )
            for seal in found[:MOST_SEALS]
        )
        for found in (report.seals, report.renewals)
    )
    answers = tuple(
        replace(each, place=_words(each.place), detail=_words(each.detail))
        for each in report.answers
    )
    return replace(report, answers=answers, seals=seals, renewals=renewals)


def _words(said: str) -> str:
    return said[:LONGEST_WORDS].encode(errors="replace").decode()


def report_of(values: dict[str, Any]) -> Report:
    """The inverse of ``values_of``."""
    return Report(
        **{
            **values,
            "answers": tuple(Answer(**each) for each in values["answers"]),
            "seals": tuple(_seal(each) for each in values["seals"]),
            "renewals": tuple(_seal(each) for each in values["renewals"]),
            "agreement": Agreement(**values["agreement"]) if values["agreement"] else None,
        }
    )


def _seal(values: dict[str, Any]) -> FoundSeal:
    own = OwnCertificate(**values["own"]) if values["own"] else None
    of = date.fromisoformat(values["mandate_of"]) if values["mandate_of"] else None
    return FoundSeal(**{**values, **_moments(values), "own": own, "mandate_of": of})


def _moments(seal: dict[str, Any]) -> dict[str, datetime | None]:
    return {
        name: datetime.fromisoformat(seal[name]) if seal[name] else None
        for name in ("token_time", "signed_at")
    }
