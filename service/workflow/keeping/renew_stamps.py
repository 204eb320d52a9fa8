"""Before a document time stamp expires, puts a new one on a copy; a daily job.

The copy begins with the unchanged original and is locked beside it. After a kill, the next run
records a copy that was only stored.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from service.agreement.events import Event
from service.agreement.life import kept_no_longer
from service.agreement.permissions import SYSTEM
from service.agreement.reasons import because
from service.database.keeping.archive import ArchivedObject
from service.database.keeping.document_stamps import DocumentStamp, Due
from service.database.keeping.renewals import FAILING, LATE
from service.deps import Deps
from service.workflow.keeping.archive import first_lock
from service.workflow.keeping.examine import ledgers, verify_kept
from service.workflow.one_by_one import said
from service.workflow.sealing.seal import with_present_keys
from signatures.effective_date import local_date
from signatures.errors import TimestampUnavailable
from signatures.verdict.report import GENUINE
from storage.objects import StoredObject
from storage.renewed import find_renewed, original_of, put_renewed, renewed_name

if TYPE_CHECKING:  # it loads the PDF library
    from signatures.pdf.stamps_in_file import Stamp

log = logging.getLogger(__name__)

AT_ONCE = 100  # files per part; a night has as many parts as it needs
LEAST_GAIN = timedelta(days=180)
"""The minimum extra validity for which a copy with a new time stamp is made."""


def renew_stamps(deps: Deps) -> int:
    """Renew files whose time stamp expires within the days of the setting; returns how many.

    Failed and late renewals are recorded for the alarm and the pages.
    """
    failing = _read_unread(deps)
    with deps.database.begin() as tx:
        now = tx.now()
        late = tx.stamps.late(now, _kept_no_longer(deps, now))
    if late:
        log.error("time stamps of %d agreements were not renewed before they expired", len(late))
    renewed = 0
    while part := _renew_part(deps, now, failing):
        renewed += part
    _note_troubles(deps, late, failing)
    return renewed


def _renew_part(deps: Deps, now: datetime, failing: dict[str, str]) -> int:
    """Renew the most urgent files and return how many; 0 if none is due, or as many fail as are
    read at once."""
    with deps.database.begin() as tx:
        before = now + timedelta(days=deps.settings.stamp_renew_days)
        found = tx.stamps.due(now, before, _kept_no_longer(deps, now), AT_ONCE)
    due = [each for each in found if each.stamp.agreement_id not in failing]
    return _renew_all(deps, due, failing) if due else 0


def _kept_no_longer(deps: Deps, now: datetime) -> date:
    """What ended before this date is not kept any more, so it is not renewed either."""
    return kept_no_longer(local_date(now), deps.settings.retention_years)


def _renew_all(deps: Deps, due: list[Due], failing: dict[str, str]) -> int:
    """Renew files and return how many; reasons for failures are added to ``failing``."""
    try:
        until = deps.sealer().stamps_until()
    except Exception as failure:  # without keys or a time stamp service nothing can be renewed
        log.error("no time stamp can be renewed: %s", said(failure))
        failing |= dict.fromkeys((each.stamp.agreement_id for each in due), said(failure))
        return 0
    worthwhile = [each for each in due if until - each.stamp.proves_until >= LEAST_GAIN]
    if len(worthwhile) < len(due):
        log.error(
            "%d time stamps expire soon, but a new one lasts only until %s: renew its certificate",
            len(due) - len(worthwhile),
            until.date(),
        )
        reason = because("too_short", until=local_date(until).isoformat())
        failing |= {each.stamp.agreement_id: reason for each in due if each not in worthwhile}
    renewed = 0
    for number, each in enumerate(worthwhile):
        try:
            renewed += _renew(deps, each)
        except TimestampUnavailable as failure:  # the others would fail as well
            left = (other.stamp.agreement_id for other in worthwhile[number:])
            failing |= dict.fromkeys(left, said(failure))
            log.error("no time stamp for a renewal: %s", said(failure))
            break
        except Exception as failure:
            log.error("%s: %s", each.kept.key, said(failure))
            failing[each.stamp.agreement_id] = said(failure)
    return renewed


def _read_unread(deps: Deps) -> dict[str, str]:
    """Record the expiry of newly archived files; returns the failures, by agreement."""
    failing: dict[str, str] = {}
    while not failing:
        with deps.database.begin() as tx:
            unread = tx.stamps.unread(AT_ONCE)
        for agreement_id, kept in unread:
            try:
                pdf = deps.objects().read_verified(kept.key, kept.version_id, kept.sha256)
                last = _last_stamp(pdf)
            except Exception as failure:  # one file must not block the others
                log.error("%s: %s", kept.key, said(failure))
                failing[agreement_id] = said(failure)
                continue
            with deps.database.begin() as tx:
                tx.stamps.add(_noted(agreement_id, kept.name, kept.name, last))
        if len(unread) < AT_ONCE:
            break
    return failing


def _note_troubles(deps: Deps, late: set[str], failing: Mapping[str, str]) -> None:
    """Record failing and late renewals for the pages; logged once per series."""
    now_are = {each: (FAILING, reason) for each, reason in failing.items()}
    now_are |= {each: (LATE, because("late")) for each in late}
    with deps.database.begin() as tx:
        before = tx.renewals.troubled()
    for agreement_id in sorted(before.keys() | now_are.keys()):
        renewal, reason = now_are.get(agreement_id, ("", ""))
        with deps.database.begin() as tx:
            tx.agreements.lock_by_id(agreement_id)
            if not renewal:
                tx.renewals.forget(agreement_id)
                continue
            if tx.renewals.note(agreement_id, renewal, reason):
                said = {"reason": reason[:300]}
                tx.audit.append(agreement_id, Event.ARCHIVE_NOT_RENEWED, SYSTEM, personal=said)


def _renew(deps: Deps, due: Due) -> int:
    """Returns 1, or 0 if another worker did it."""
    kept, of = due.kept, due.stamp.of
    with deps.database.look() as tx:
        until = first_lock(tx, deps.settings, due.stamp.agreement_id)
    if stored := _stored_before(deps, due):
        return _note(deps, due, *stored, until)
    pdf = deps.objects().read_verified(kept.key, kept.version_id, kept.sha256)
    made = with_present_keys(deps, lambda one: one.renew(pdf))
    if not made.pdf.startswith(pdf):
        raise ValueError(f"{kept.key}: its renewed copy does not begin with it")
    _must_be_genuine(deps, due, made.pdf)
    name = renewed_name(of, local_date(made.token_time))
    put = put_renewed(deps.objects(), due.prefix, name, made.pdf, retain_until=until)
    if put is None:  # another worker's of the same day, recorded by it or by the next run
        return 0
    return _note(deps, due, put, made.pdf, until, quality=made.token_quality)


def _stored_before(deps: Deps, due: Due) -> tuple[StoredObject, bytes] | None:
    """A genuine copy that a worker stored before it was killed."""
    with deps.database.begin() as tx:
        known = {each.key for each in tx.archive.objects(due.stamp.agreement_id)}
    for stored, data in find_renewed(deps.objects(), due.prefix):
        same = original_of(stored.key.removeprefix(due.prefix)) == due.stamp.of
        if stored.key in known or not same:
            continue
        if _last_stamp(data).time > due.stamp.stamped_at:
            _must_be_genuine(deps, due, data)
            return stored, data
    return None


def _note(
    deps: Deps, due: Due, stored: StoredObject, pdf: bytes, until: datetime, *, quality: str = ""
) -> int:
    agreement_id, name = due.stamp.agreement_id, stored.key.removeprefix(due.prefix)
    copy = ArchivedObject(name, stored.key, stored.version_id, stored.sha256, stored.size, until)
    last = _last_stamp(pdf)
    with deps.database.begin() as tx:
        tx.agreements.lock_by_id(agreement_id)
        if not tx.stamps.add(_noted(agreement_id, name, due.stamp.of, last)):
            return 0
        tx.archive.put_objects(agreement_id, [copy])
        tx.audit.append(
            agreement_id,
            Event.ARCHIVE_RENEWED,
            SYSTEM,
            name=name,
            sha256=hashlib.sha256(pdf).hexdigest(),
            token_time=last.time.isoformat(),
            token_quality=quality,
        )
    return 1


def _must_be_genuine(deps: Deps, due: Due, pdf: bytes) -> None:
    with deps.database.look() as tx:
        agreement = tx.agreements.get_by_id(due.stamp.agreement_id)
        ledger = ledgers(tx, agreement)[due.stamp.of]
    report = verify_kept(deps, ledger, pdf)
    if report.verdict != GENUINE:
        raise ValueError(f"{due.kept.key}: {'; '.join(report.lines('en'))}"[:500])


def _noted(agreement_id: str, name: str, of: str, last: Stamp) -> DocumentStamp:
    return DocumentStamp(agreement_id, name, of, last.time, last.proves_until)


def _last_stamp(pdf: bytes) -> Stamp:
    # Only a worker reads seals.
    from signatures.pdf.stamps_in_file import last_stamp  # noqa: PLC0415

    return last_stamp(pdf)
