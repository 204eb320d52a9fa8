"""The sealed evidence sheet, which, once judged, is the ledger of a package."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from signatures.pdf.objects import NotStrict
from signatures.pdf.printed import attached
from signatures.pdf.revisions import Revisions
from signatures.verdict.report import HOLDS, INVALID, Ledger, Report

WITHOUT_RECORDS, WITH_RECORDS, WITH_PARTS = (f"zegel-evidence/{each}" for each in (1, 2, 3))
SCHEMAS = (WITHOUT_RECORDS, WITH_RECORDS, WITH_PARTS)
_LEDGER_RULES = ("ledger", "shown")  # nothing above the sheet could answer these


class OtherSchema(Exception):
    """A sheet with an unknown schema, which is the message."""


@dataclass(frozen=True)
class Sheet:
    """The evidence JSON in a sheet; made from another file it may raise any error."""

    encoded: bytes
    said: Mapping[str, Any]

    @property
    def reference(self) -> str:
        """The reference of the agreement."""
        return str(self.said["reference"])

    @property
    def parts(self) -> Mapping[str, str] | None:
        """The digests of all fixed files by name; None in an old sheet."""
        found: Mapping[str, str] | None = self.said.get("parts")
        return found if self.said["schema"] == WITH_PARTS else None

    @property
    def has_records(self) -> bool:
        """Whether it contains the whole record of each act."""
        return bool(self.said["schema"] != WITHOUT_RECORDS)

    def places(self) -> list[str]:
        """The places that were signed."""
        acts = self.said["acts"]
        return [each["record"]["place"] if self.has_records else each["place"] for each in acts]

    @property
    def sealed(self) -> str:
        """The SHA-256 of the sealed agreement."""
        return str(self.said["documents"]["sealed"])

    @property
    def shown(self) -> str:
        """The SHA-256 of the document that was shown."""
        return str(self.said["documents"]["shown"])

    def ledger(self, shown_length: int) -> Ledger:
        """What the sheet recorded; ``shown_length`` is that of the shown document, in bytes."""
        try:
            fields = tuple(map(str, self.places()))
        except (KeyError, TypeError):  # a sheet without acts names no fields
            fields = ()
        return Ledger(self.sealed, self.shown, shown_length, fields)


def sheet_in(pdf: bytes) -> Sheet:
    """The evidence in a sheet, whoever sealed it. Raises OtherSchema, or as Sheet."""
    encoded = attached(Revisions(pdf))
    if encoded is None:
        raise NotStrict("no evidence")
    said = json.loads(encoded)
    if said["schema"] not in SCHEMAS:
        raise OtherSchema(f"{said['schema']!s:.60}")
    found = Sheet(encoded, said)
    if not all(isinstance(each, str) for each in (said["reference"], said["agreement_id"])):
        raise TypeError("reference")
    if said["schema"] == WITH_PARTS and not isinstance(said["parts"], dict):
        raise TypeError("parts")
    return found


def holds_alone(report: Report) -> bool:
    """Whether every rule holds that a sheet can answer without a ledger.

    A truncated or extended sheet cannot pass: its last part is the time stamp over all of it.
    """
    return report.verdict != INVALID and all(
        each.state == HOLDS for each in report.answers if each.rule not in _LEDGER_RULES
    )
