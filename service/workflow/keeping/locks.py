"""Until when the objects of one agreement are locked."""

from __future__ import annotations

from datetime import date, datetime

from service.agreement.life import end_of_day, kept_until
from service.database.engine import Transaction
from service.settings.table import Settings
from storage.retention import lock_until


def last_moment(ends_on: date | None, years: int) -> datetime | None:
    """The moment at which the last lock ends, aware UTC: at the end of the last Brussels calendar
    day of keeping. None while no end is recorded."""
    return end_of_day(kept_until(ends_on, years)) if ends_on else None


def first_lock(tx: Transaction, settings: Settings, agreement_id: str) -> datetime:
    """The lock of an object that is stored now."""
    end, now = tx.lives.end_of(agreement_id), tx.now()
    last = last_moment(end.ends_on if end else None, settings.retention_years)
    if last and last <= now:
        last = None  # a store accepts no lock in the past, and unlocked it might be deleted
    return lock_until(now, days=settings.lock_days, last=last)
