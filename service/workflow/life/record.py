"""What every change of an agreement's end checks and records.

Its record is made in the same transaction, for the archive (``keep_ends``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from service.agreement.end_reason import EndReason
from service.agreement.end_record import FIRST, EndRecord, digest
from service.agreement.events import Event
from service.agreement.life import End, GivenEnd, RecordedEnd, checked, effective_date_of
from service.agreement.model import Agreement
from service.agreement.permissions import Principal
from service.database.engine import Transaction
from service.workflow.tasks import KEEP_ENDS
from signatures.effective_date import local_date

_CHANGES = (
    Event.AGREEMENT_ENDED,
    Event.AGREEMENT_END_CHANGED,
    Event.AGREEMENT_END_UNDONE,
    Event.AGREEMENT_WITHDRAWN,
)


@dataclass(frozen=True)
class Asked:
    """An end that somebody typed, checked; ``there`` is the one in force."""

    agreement: Agreement
    wanted: End
    note: str
    today: date
    there: RecordedEnd | None


def asked(tx: Transaction, agreement: Agreement, given: GivenEnd) -> Asked:
    """Raises Invalid, or WrongState if the agreement is not completed."""
    effective, today = effective_date_of(agreement), local_date(tx.now())
    wanted, note = checked(given, effective, today)
    return Asked(agreement, wanted, note, today, tx.lives.end_of(agreement.id))


def record_end(tx: Transaction, what: Asked, event: Event, by: Principal) -> RecordedEnd:
    """The caller holds the agreement's row lock."""
    agreement, wanted = what.agreement, what.wanted
    make_missing(tx, agreement)
    recorded = tx.lives.record_end(agreement.id, wanted, by.actor)
    tx.audit.append(
        agreement.id,
        event,
        by,
        personal=by.with_name(note=what.note),
        ends_on=wanted.ends_on.isoformat(),
        why=wanted.reason.value,
    )
    _keep(tx, agreement, recorded)
    return recorded


def record_none(tx: Transaction, agreement: Agreement, there: RecordedEnd, by: Principal) -> None:
    """The end in force is taken back. The caller holds the agreement's row lock."""
    make_missing(tx, agreement)
    tx.lives.forget_end(agreement.id)
    tx.audit.append(
        agreement.id,
        Event.AGREEMENT_END_UNDONE,
        by,
        personal=by.with_name(),
        ends_on=there.ends_on.isoformat(),
    )
    _keep(tx, agreement, None)


def record_withdrawn(
    tx: Transaction, agreement: Agreement, effective: date, reason: str, by: Principal
) -> None:
    """The agreement never was. The caller holds the agreement's row lock."""
    make_missing(tx, agreement)
    tx.archive.reopen_locks_of(agreement.id)
    recorded = tx.lives.record_end(agreement.id, End(effective, EndReason.WITHDRAWN), by.actor)
    tx.audit.append(
        agreement.id, Event.AGREEMENT_WITHDRAWN, by, personal=by.with_name(reason=reason)
    )
    _keep(tx, agreement, recorded)


def make_missing(tx: Transaction, agreement: Agreement) -> None:
    """Make the missing record of an older end, from the end in force and the log; under the
    agreement's row lock."""
    for each in tx.end_records.of(agreement.id):
        if each.record is None:
            made = _record(tx, agreement, each.number, FIRST, tx.lives.end_of(agreement.id))
            tx.end_records.fill_in(agreement.id, each.number, made.canonical)


def _keep(tx: Transaction, agreement: Agreement, end: RecordedEnd | None) -> None:
    before = [each.record for each in tx.end_records.of(agreement.id) if each.record is not None]
    number, previous = len(before) + 1, digest(before[-1]) if before else FIRST
    made = _record(tx, agreement, number, previous, end)
    tx.end_records.add(agreement.id, number, made.canonical)
    tx.jobs.defer(KEEP_ENDS)


def _record(
    tx: Transaction, agreement: Agreement, number: int, previous: str, end: RecordedEnd | None
) -> EndRecord:
    changes = [each for each in tx.audit.of(agreement.id) if each.event in _CHANGES]
    return EndRecord(agreement.id, agreement.reference, number, previous, end, changes[-1].line)
