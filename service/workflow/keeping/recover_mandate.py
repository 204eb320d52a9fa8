"""Reads from a package the mandate under which the service signed for the processor."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime

from service.agreement.mandate import Mandate, MandateEnd, digest
from service.agreement.places import Party
from service.workflow.keeping.recover import Recovered
from signatures.effective_date import local_date
from signatures.package.names import MANDATE


@dataclass(frozen=True)
class RecoveredMandate:
    """The mandate, in force no longer, and the Brussels day of the act under it."""

    mandate: Mandate
    day: date


def recovered_mandate(found: Recovered) -> RecoveredMandate | None:
    """The mandate in a verified package; None if a person signed for the processor."""
    if MANDATE not in found.files:
        return None
    said = json.loads(found.files[MANDATE])
    ours = next(act for act in found.acts if act.place.party is Party.PROCESSOR)
    mandate = Mandate(
        id=said["mandate_id"],
        number=said["number"],
        staff_id=ours.staff_id or "",
        given_at=datetime.fromisoformat(said["given_at"]),
        content=said,
        sha256=digest(said),
        ended=MandateEnd.RESTORED,
    )
    return RecoveredMandate(mandate, local_date(ours.signed_at))
