"""Whether an evidence package is complete and genuine. Checked offline, with pinned roots.

The sealed evidence sheet is judged first, then every other part by the sheet or by its own seal or
time stamp; the unsealed lists prove nothing. An older sheet without a list of parts
(``zegel-evidence/2``) leaves some answers *unknown*, which is not invalid. ``registered`` judges
the packages without a sheet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import chain

from signatures.package.anchors import check_anchors
from signatures.package.case import Case, Trust
from signatures.package.certificates import check_certificates
from signatures.package.documents import check_acts, check_documents, check_evidence, check_renewed
from signatures.package.files import Package
from signatures.package.finding import Finding, fails, unknown
from signatures.package.lists import check_lists
from signatures.package.log import check_log
from signatures.package.names import (
    AGREEMENT,
    RENEWED,
    SHEET,
    SHOWN,
    is_registered,
    original_of,
)
from signatures.package.parts import check_read_me, check_seals, check_template, check_whole
from signatures.package.registered import judge_registered
from signatures.package.report import RULES, PackageReport
from signatures.package.sheet import OtherSchema, Sheet, holds_alone, sheet_in
from signatures.package.views import check_views
from signatures.verdict.report import EVIDENCE_SHEET, INVALID, Report

_CHECKS: dict[str, Callable[[Case, Package], Iterator[Finding]]] = {
    "evidence": lambda case, _: check_evidence(case),
    "documents": lambda case, _: check_documents(case),
    "acts": lambda case, _: chain(check_acts(case), check_views(case)),
    "log": lambda case, _: check_log(case),
    "seals": lambda case, _: check_seals(case),
    "template": lambda case, _: check_template(case),
    "certificates": lambda case, _: check_certificates(case),
    "anchors": lambda case, _: check_anchors(case),
    "renewed": lambda case, _: check_renewed(case),
    "read_me": lambda case, _: check_read_me(case),
    "lists": check_lists,
}


def judge(package: Package, trust: Trust) -> PackageReport:
    """The report on a package. Never raises because of the package's contents."""
    files = package.files
    if is_registered(files):
        return judge_registered(package, trust)
    sheets = _sheets(files, trust)
    holds = _proves_itself(files, sheets, trust)
    sheet, findings = _sheet(files, sheets.get(SHEET), holds=holds)
    found = [*package.findings, *findings]
    if sheet is None:
        documents = {**_agreements(package, trust, None), **sheets}
        unanswered = tuple(rule for rule in RULES if rule not in ("sheet", "whole"))
        return PackageReport(_in_order(package, documents), tuple(found), unanswered)
    documents = {**_agreements(package, trust, sheet if holds else None), **sheets}
    case = Case(files, trust, sheet, _in_order(package, documents))
    for rule, check in _CHECKS.items():
        found += _asked(rule, lambda check=check: check(case, package))  # type: ignore[misc]
    # Last: names deviations from the list that no more specific rule found.
    named = {each.name for each in found}
    found += _asked("whole", lambda: check_whole(case, named))
    return PackageReport(case.documents, tuple(found), (), sheet.reference, holds)


def proven_sheet(files: Mapping[str, bytes], trust: Trust) -> Sheet | None:
    """The sheet among some files, if its seal or that of a renewed copy proves it."""
    holds = _proves_itself(files, _sheets(files, trust), trust)
    return _sheet(files, None, holds=holds)[0] if holds else None


def _sheets(files: Mapping[str, bytes], trust: Trust) -> dict[str, Report]:
    return {
        name: trust.verify(data)
        for name, data in files.items()
        if name == SHEET or (name.startswith(f"{RENEWED}/") and original_of(name) == SHEET)
    }


def _proves_itself(files: Mapping[str, bytes], sheets: Mapping[str, Report], trust: Trust) -> bool:
    """Whether the sheet's own seals, or those of a renewed copy, still prove it. A sheet recorded
    in a database needs no other proof."""
    if trust.recorded_sheet and SHEET in sheets:
        recorded = sheets[SHEET].sha256 == trust.recorded_sheet
        if recorded and sheets[SHEET].verdict != INVALID:
            return True
    return any(
        holds_alone(report) and report.kind == EVIDENCE_SHEET and _begins(files, name)
        for name, report in sheets.items()
    )


def _begins(files: Mapping[str, bytes], name: str) -> bool:
    return SHEET in files and files[name].startswith(files[SHEET])


def _sheet(
    files: Mapping[str, bytes], report: Report | None, *, holds: bool
) -> tuple[Sheet | None, list[Finding]]:
    if SHEET not in files:
        return None, [fails("sheet", "sheet_missing", SHEET)]
    found = []
    if report is not None and report.verdict == INVALID:
        found.append(fails("sheet", "sheet_invalid", SHEET))
    elif report is not None and report.kind != EVIDENCE_SHEET:
        found.append(fails("sheet", "sheet_other", SHEET))
    elif not holds:
        found.append(unknown("sheet", "sheet_ended", SHEET))
    try:
        return sheet_in(files[SHEET]), found
    except OtherSchema as other:
        return None, [*found, unknown("sheet", "sheet_schema", SHEET, str(other))]
    except Exception as strange:  # a hostile file can raise anything
        return None, [*found, fails("sheet", "sheet_evidence", SHEET, type(strange).__name__)]


def _agreements(package: Package, trust: Trust, sheet: Sheet | None) -> dict[str, Report]:
    """The verdicts on the agreement and its renewed copies; only a proven sheet is their ledger."""
    shown = len(package.files.get(SHOWN, b""))
    ledger = sheet.ledger(shown) if sheet else None
    return {
        name: trust.verify(package.files[name], ledger)
        for name in (AGREEMENT, *package.copies())
        if name in package.files and (original_of(name) or name) == AGREEMENT
    }


def _in_order(package: Package, documents: Mapping[str, Report]) -> dict[str, Report]:
    return {name: documents[name] for name in package.documents()}


def _asked(rule: str, check: Callable[[], Iterator[Finding]]) -> list[Finding]:
    """The findings of one rule; if the package makes it raise, the rule fails."""
    try:
        return list(check())
    except Exception as strange:
        return [fails(rule, "structure", detail=f"{type(strange).__name__}: {strange}")]
