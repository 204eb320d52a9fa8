"""Checks the texts that were shown as pages against the sheet and the records."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from signatures.effective_date import local_date
from signatures.package.case import Case
from signatures.package.documents import sha256
from signatures.package.finding import Finding, fails
from signatures.package.names import COMMON, DIFFERENCE, MANDATE, RECORDS, VIEW


def check_views(case: Case) -> Iterator[Finding]:
    """The page is the one that the sheet names, and the records agree on what was shown, unless
    they are from before openings were recorded."""
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
        if not _under(record, case.files.get(MANDATE)):
            yield fails("acts", "act_mandate", f"{RECORDS}{record['place']}.json")


def _under(record: Mapping[str, Any], mandate: bytes | None) -> bool:
    """Whether an act under a mandate names the one in the package, and claims no opening of a text.
    An act without a mandate passes."""
    named = record.get("mandate")
    if not named:
        return True
    if mandate is None or sha256(mandate) != named["sha256"] or record["shown"]:
        return False
    said = json.loads(mandate)
    return (
        said["number"] == named["number"]
        and said["person"]["name"] == record["person"]["name"]
        and said["statements"] == record["statements"]
        and local_date(datetime.fromisoformat(said["given_at"])).isoformat() == named["given_on"]
        and datetime.fromisoformat(said["given_at"]) <= datetime.fromisoformat(record["signed_at"])
    )


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
