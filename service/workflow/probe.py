"""Whether the archive really refuses deletion: tried at the start and every day (DESIGN.md §2).

What came of it stands in the general chain of the audit log, so that it can be shown afterwards
that the archive refused on each of those days.
"""

from __future__ import annotations

import dataclasses
import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.agreement.events import Event
from service.agreement.permissions import Permission, Staff, require
from service.deps import Deps
from service.texts import text
from service.workflow.actors import SYSTEM
from storage.errors import StorageError
from storage.probe import ProbeReport, probe

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Probed:
    """The last attempt; without a ``report`` it could not be made, and ``reason`` says why."""

    tried_at: datetime
    report: ProbeReport | None
    reason: str


def probe_archive(deps: Deps) -> int:
    """Try the promises of the archive and note what came of it; returns how many were not kept.

    A store that does not answer is noted like a broken promise: nobody should read the last good
    answer as today's. Repeatable.
    """
    with deps.database.begin() as tx:
        now = tx.now()
    try:
        report = probe(deps.objects(), now=now)
    except StorageError as failure:
        reason = f"{type(failure).__name__}: {failure}"
        log.error("the archive could not be probed: %s", reason)
        _note(deps, personal={"reason": reason[:300]})
        return 1
    broken = report.broken()
    if broken:
        log.error("the archive does not keep its promises: %s", ", ".join(broken))
    _note(deps, **dataclasses.asdict(report))
    return len(broken)


def _note(deps: Deps, **found: Any) -> None:
    with deps.database.begin() as tx:
        tx.audit.append(None, Event.ARCHIVE_PROBED, SYSTEM, **found)


def last_probe(deps: Deps, staff: Staff) -> Probed | None:
    """What the last attempt found; None while there was none. Raises NotAllowed."""
    require(staff, Permission.SEE_ARCHIVE)
    return newest_probe(deps)


def newest_probe(deps: Deps) -> Probed | None:
    """The same for the service itself."""
    with deps.database.begin() as tx:
        found = tx.audit.newest(Event.ARCHIVE_PROBED)
    if found is None:
        return None
    tried_at, said = found
    if "versioning" in said:
        return Probed(tried_at, ProbeReport(**said), "")
    return Probed(tried_at, None, said.get("reason", text("labels.erased")))
