"""Tests at the start and every day that the archive really refuses deletion.

The guarantees are tested on a new file. Some random originals are read too, because an erased
bucket would still protect that one. The audit log keeps the result.
"""

from __future__ import annotations

import dataclasses
import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.agreement.events import Event
from service.agreement.permissions import SYSTEM, Permission, Principal, require
from service.agreement.states import PackageState
from service.deps import Deps
from service.texts import OURS, text
from service.workflow.keeping.reread import look
from service.workflow.one_by_one import said
from storage.errors import StorageError
from storage.probe import ProbeReport, probe

log = logging.getLogger(__name__)

ORIGINALS = 10  # read per probe


@dataclass(frozen=True)
class Probed:
    """The last probe; without a ``report`` it failed, for the ``reason`` given.

    ``read`` and ``unread`` count the random originals that were unchanged and the others.
    """

    tried_at: datetime
    report: ProbeReport | None
    reason: str
    read: int = 0
    unread: int = 0

    @property
    def good(self) -> bool:
        return self.report is not None and self.report.complete and not self.unread


class ArchiveInDoubt(Exception):
    """The archive could not be probed, or broke a guarantee."""


def probe_nightly(deps: Deps) -> int:
    """The probe as a job, which fails if something is wrong, so that an alarm is sent.

    Raises ArchiveInDoubt.
    """
    wrong = probe_archive(deps)
    if wrong:
        raise ArchiveInDoubt(f"{wrong} broken promises or unread originals")
    return 0


def probe_archive(deps: Deps) -> int:
    """Test the guarantees, read some originals, and record the result; returns the number of
    failures.

    A store that does not answer is recorded as a failure, so that an old good result is not taken
    for today's.
    """
    with deps.database.begin() as tx:
        now = tx.now()
    try:
        read, unread = _read_some(deps)
        report = probe(deps.objects(), now=now)
    except StorageError as failure:
        reason = said(failure)
        log.error("the archive could not be probed: %s", reason)
        _note(deps, personal={"reason": reason[:300]})
        return 1
    broken = report.broken()
    if broken:
        log.error("the archive does not keep its promises: %s", ", ".join(broken))
    if unread:
        log.error("%d of %d originals could not be read", unread, read + unread)
    _note(deps, **dataclasses.asdict(report), originals_read=read, originals_unread=unread)
    return len(broken) + unread


def _read_some(deps: Deps) -> tuple[int, int]:
    """Compare some originals with their SHA-256 and examine each bad one; returns the numbers of
    good and bad. Raises the store's errors."""
    with deps.database.begin() as tx:
        chosen = tx.archive_round.some_originals(ORIGINALS)
    wrong = 0
    for agreement_id, kept in chosen:
        try:
            deps.objects().read_verified(kept.key, kept.version_id, kept.sha256)
        except StorageError as failure:
            log.error("%s: %s", kept.key, said(failure))
            wrong += not (look(deps, agreement_id) and _is_whole(deps, agreement_id))
    return len(chosen) - wrong, wrong


def _is_whole(deps: Deps, agreement_id: str) -> bool:
    """Whether the examination found it intact: then only that one attempt failed."""
    with deps.database.begin() as tx:
        state = tx.archive.state(agreement_id)
    return state is not None and state.state is PackageState.VERIFIED


def _note(deps: Deps, **found: Any) -> None:
    with deps.database.begin() as tx:
        tx.audit.append(None, Event.ARCHIVE_PROBED, SYSTEM, **found)


def last_probe(deps: Deps, by: Principal) -> Probed | None:
    """None before the first. Raises NotAllowed."""
    require(by, Permission.SEE_ARCHIVE)
    return newest_probe(deps)


def newest_probe(deps: Deps) -> Probed | None:
    """The same, for the service itself."""
    with deps.database.begin() as tx:
        found = tx.audit.newest(Event.ARCHIVE_PROBED)
    if found is None:
        return None
    tried_at, noted = found[0], dict(found[1])
    if "versioning" not in noted:
        return Probed(tried_at, None, noted.get("reason", text("labels.erased", OURS)))
    read, unread = (noted.pop(name, 0) for name in ("originals_read", "originals_unread"))
    return Probed(tried_at, ProbeReport(**noted), "", read, unread)
