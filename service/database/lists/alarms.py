"""Stalled items with their times, read from the state tables, and the alarms sent about them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Interval,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    delete,
    func,
    null,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.dialects.postgresql import insert as upsert

from service.agreement.alarms import AlarmKind, StalledItem
from service.agreement.reasons import because
from service.agreement.states import (
    DAMAGED,
    UNFINISHED,
    UNSENT,
    MailState,
    PackageState,
    State,
)
from service.agreement.subjects import Subject, SubjectKind
from service.agreement.terms import READ_BACK
from service.database.keeping.renewals import FAILING, LATE
from service.database.lists.groups import COUNTERSIGNER_GONE
from service.database.lists.unsealed import UNSEALED
from service.database.log.audit_log import OF_CHAIN
from service.database.tables.accounts import staff
from service.database.tables.agreements import agreements
from service.database.tables.alarms import alarms, failing_jobs
from service.database.tables.archive import archive_states
from service.database.tables.columns import word, words
from service.database.tables.log import audit_entries
from service.database.tables.messages import messages
from service.database.tables.records import Records

ALARM = "alarm"  # the kind of the alarm mail itself, for which there is no alarm
MOST_OVERDUE = 1000  # a large archive after a long outage must not slow every check


class Alarms(Records):
    def stalled(self, patience: timedelta, *, limit: int) -> list[StalledItem]:
        """The longest first."""
        return self._read(_ALL, patience=patience, most=limit)

    def due(
        self, kind: AlarmKind, patience: timedelta, again: timedelta | None, *, limit: int
    ) -> list[StalledItem]:
        """Stalled items without an alarm for ``again`` (None: ever), the longest first."""
        return self._read(_DUE[kind], patience=patience, again=again, most=limit)

    def count(self, kind: AlarmKind, patience: timedelta) -> int:
        return self._connection.execute(_COUNT[kind], {"patience": patience}).scalar_one()

    def told_within(self, kind: AlarmKind, time: timedelta) -> bool:
        last = self._connection.execute(
            select(func.max(alarms.c.told_at) > func.clock_timestamp() - time).where(
                alarms.c.kind == kind.value
            )
        ).scalar()
        return bool(last)

    def note(self, item: StalledItem) -> None:
        """Record that an alarm about this item is sent now."""
        told = {"told_at": func.clock_timestamp()}
        self._connection.execute(
            upsert(alarms)
            .values(
                subject=item.subject.kind.value,
                subject_id=item.subject.id,
                kind=item.kind.value,
                **told,
            )
            .on_conflict_do_update(index_elements=["subject", "subject_id", "kind"], set_=told)
        )

    def forget_recovered(self) -> None:
        """Delete alarms about recovered items, so that the next stall is reported at once."""
        self._connection.execute(_FORGET_RECOVERED)

    def unsent(self) -> str | None:
        """Why an alarm could not be mailed yet (may be empty); None if none is waiting."""
        return self._connection.execute(
            select(messages.c.last_error)
            .where(
                messages.c.kind == ALARM,
                messages.c.state.in_(words(UNSENT)) | _REFUSED,
            )
            .order_by(messages.c.queued_at)
            .limit(1)
        ).scalar()

    def _read(self, statement: Select[Any], **asked: object) -> list[StalledItem]:
        return [
            StalledItem(
                Subject(SubjectKind(subject), subject_id),
                reference,
                organisation,
                AlarmKind(kind),
                since,
                _reason(kind, reason),
                told_at,
            )
            for subject, subject_id, reference, organisation, kind, since, reason, told_at in (
                self._connection.execute(statement, asked).all()
            )
        ]


_REFUSED = and_(messages.c.state == word(MailState.REFUSED), ~messages.c.settled)
_DAMAGED_SINCE = (
    select(func.min(audit_entries.c.at))
    .where(
        archive_states.c.agreement_id == OF_CHAIN,
        audit_entries.c.event == "archive.damaged",
        audit_entries.c.at
        > func.coalesce(archive_states.c.checked_at, cast("-infinity", DateTime(timezone=True))),
    )
    .scalar_subquery()
)


# Damage is a separate kind, and is checked every night.
_OVERDUE = (
    select(archive_states.c.agreement_id, archive_states.c.looked_at, archive_states.c.failure)
    .where(
        archive_states.c.state == word(PackageState.VERIFIED),
        archive_states.c.looked_at < func.now() - READ_BACK,
    )
    .order_by(archive_states.c.looked_at)
    .limit(MOST_OVERDUE)
    .subquery("overdue")
)


def _oldest_mail(condition: ColumnElement[bool], name: str) -> Any:
    """The oldest mail of each agreement that meets the condition."""
    return (
        select(messages.c.agreement_id, messages.c.queued_at, messages.c.last_error)
        .where(condition, messages.c.agreement_id.is_not(None), messages.c.kind != ALARM)
        .ext(distinct_on(messages.c.agreement_id))
        .order_by(messages.c.agreement_id, messages.c.queued_at)
        .subquery(name)
    )


# ``offset(0)`` keeps PostgreSQL from reading all running agreements: the index alone finds these
# few.
_GONE = select(agreements.c.id).where(COUNTERSIGNER_GONE).offset(0).subquery("gone")
_OLDEST_MAIL = _oldest_mail(messages.c.state.in_(words(UNSENT)), "oldest_mail")
_OLDEST_REFUSED = _oldest_mail(_REFUSED, "oldest_refused")


def _of_agreement(kind: AlarmKind, agreement_id: Any, since: Any, reason: Any) -> Select[Any]:
    return select(
        word(SubjectKind.AGREEMENT).label("subject"),
        cast(agreement_id, Text).label("subject_id"),
        agreement_id.label("agreement_id"),
        word(kind).label("kind"),
        since.label("since"),
        reason.label("reason"),
    )


_STALLED = union_all(
    _of_agreement(
        AlarmKind.PREPARE, agreements.c.id, agreements.c.last_activity_at, agreements.c.failure
    ).where(agreements.c.state == word(State.PREPARING)),
    _of_agreement(AlarmKind.SEAL, UNSEALED.c.id, UNSEALED.c.since, UNSEALED.c.failure),
    _of_agreement(
        AlarmKind.ARCHIVE,
        archive_states.c.agreement_id,
        archive_states.c.stored_at,
        archive_states.c.failure,
    ).where(archive_states.c.state.in_(words(UNFINISHED))),
    _of_agreement(
        AlarmKind.DAMAGED, archive_states.c.agreement_id, _DAMAGED_SINCE, archive_states.c.failure
    ).where(archive_states.c.state.in_(words(DAMAGED))),
    _of_agreement(
        AlarmKind.DISPUTED,
        archive_states.c.agreement_id,
        archive_states.c.disputed_since,
        archive_states.c.dispute,
    ).where(archive_states.c.disputed_since.is_not(None)),
    _of_agreement(
        AlarmKind.REREAD,
        _OVERDUE.c.agreement_id,
        _OVERDUE.c.looked_at + READ_BACK,
        _OVERDUE.c.failure,
    ),
    *(
        _of_agreement(
            kind,
            archive_states.c.agreement_id,
            archive_states.c.renewal_since,
            archive_states.c.renewal_failure,
        ).where(archive_states.c.renewal == word(renewal))
        for kind, renewal in ((AlarmKind.RENEW, FAILING), (AlarmKind.LATE, LATE))
    ),
    _of_agreement(
        AlarmKind.LOCK,
        archive_states.c.agreement_id,
        archive_states.c.lock_failing_since,
        archive_states.c.lock_failure,
    ).where(archive_states.c.lock_failing_since.is_not(None)),
    _of_agreement(
        AlarmKind.MAIL,
        _OLDEST_MAIL.c.agreement_id,
        _OLDEST_MAIL.c.queued_at,
        _OLDEST_MAIL.c.last_error,
    ),
    _of_agreement(
        AlarmKind.COUNTERSIGNER, agreements.c.id, agreements.c.last_activity_at, staff.c.name
    )
    .join(_GONE, _GONE.c.id == agreements.c.id)
    .join(staff, staff.c.id == agreements.c.countersigner_id),
    select(
        word(SubjectKind.JOB),
        failing_jobs.c.name,
        null(),
        word(AlarmKind.JOB),
        failing_jobs.c.since,
        failing_jobs.c.failure,
    ),
    _of_agreement(
        AlarmKind.UNDELIVERED,
        _OLDEST_REFUSED.c.agreement_id,
        _OLDEST_REFUSED.c.queued_at,
        _OLDEST_REFUSED.c.last_error,
    ),
).subquery("stalled")


def _reason(kind: str, found: str) -> str:
    gone = kind == AlarmKind.COUNTERSIGNER
    return because("countersigner_gone", name=found) if gone else found


_AT_ONCE = tuple(
    each.value for each in (AlarmKind.DAMAGED, AlarmKind.DISPUTED, AlarmKind.UNDELIVERED)
)  # these do not recover


# Stalled for longer than ``patience``, and those that cannot recover at once.
_LONG = select(_STALLED).where(
    (_STALLED.c.since < func.clock_timestamp() - cast(bindparam("patience"), Interval))
    | (_STALLED.c.kind.in_(words(_AT_ONCE)))
)


def _listed(items: Select[Any]) -> Select[Any]:
    found = items.subquery("found")
    return (
        select(
            found.c.subject,
            found.c.subject_id,
            func.coalesce(agreements.c.reference, "").label("reference"),
            func.coalesce(agreements.c.controller["name"].astext, "").label("organisation"),
            found.c.kind,
            found.c.since,
            found.c.reason,
            alarms.c.told_at,
        )
        .outerjoin(agreements, agreements.c.id == found.c.agreement_id)
        .outerjoin(
            alarms,
            and_(
                alarms.c.subject == found.c.subject,
                alarms.c.subject_id == found.c.subject_id,
                alarms.c.kind == found.c.kind,
            ),
        )
        .order_by(found.c.since, found.c.subject_id)
    )


# Built once: building such a statement takes longer than executing it.
_ALL = _listed(_LONG.order_by(_STALLED.c.since, _STALLED.c.subject_id).limit(bindparam("most")))
_OF_KIND = {kind: _LONG.where(_STALLED.c.kind == word(kind)) for kind in AlarmKind}
# Without ``again`` the second condition is null: one alarm is enough.
_UNTOLD = or_(
    alarms.c.told_at.is_(None),
    alarms.c.told_at < func.clock_timestamp() - cast(bindparam("again"), Interval),
)
_DUE = {
    kind: _listed(items).where(_UNTOLD).limit(bindparam("most")) for kind, items in _OF_KIND.items()
}
_COUNT = {
    kind: select(func.count()).select_from(items.subquery()) for kind, items in _OF_KIND.items()
}
_FORGET_RECOVERED = delete(alarms).where(
    tuple_(alarms.c.subject, alarms.c.subject_id, alarms.c.kind).not_in(
        select(_STALLED.c.subject, _STALLED.c.subject_id, _STALLED.c.kind)
    )
)
