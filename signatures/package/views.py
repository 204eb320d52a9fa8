"""Checks the texts that were shown as pages against the sheet and the records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from signatures.package.case import Case
from signatures.package.documents import sha256
from signatures.package.finding import Finding, fails
from signatures.package.names import COMMON, DIFFERENCE, RECORDS, VIEW


def check_views(case: Case) -> Iterator[Finding]:
    """The page is the one that the sheet names, and every record agrees on what was shown.

    Old records, from before openings were recorded, say nothing about it and are not asked.
    """
    documents = case.sheet.said["documents"]
    if VIEW in case.files and sha256(case.files[VIEW]) != documents.get("view"):
        yield fails("acts", "view_other", VIEW)
    known = {
        "view": documents.get("view"),
        "pdf": case.sheet.shown,
        "difference": _digest(case, DIFFERENCE),
        "common": _digest(case, COMMON),
    }
    for act in case.sheet.said["acts"] if case.sheet.has_records else ():
        record = act["record"]
        if not _fits(record, known):
            yield fails("acts", "act_shown", f"{RECORDS}{record['place']}.json")


def _digest(case: Case, name: str) -> str | None:
    return sha256(case.files[name]) if name in case.files else None


def _fits(record: Mapping[str, Any], known: Mapping[str, str | None]) -> bool:
    if record.get("view_sha256", known["view"]) != known["view"]:
        return False
    return all(
        known.get(each["what"]) == each["sha256"]
        and each.get("common_sha256", known["common"]) == known["common"]
        for each in record.get("shown", ())
    )
