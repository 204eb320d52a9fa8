"""Mornings on which reminders go out, and links that are some days old by then."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from house import House

from service.agreement.working_days import is_working_day
from signatures.effective_date import BRUSSELS, local_date


def a_morning(before: date | None = None) -> datetime:
    """Ten o'clock in Brussels on the last past working day."""
    day = (before or local_date(datetime.now(UTC))) - timedelta(days=1)
    while not is_working_day(day):
        day -= timedelta(days=1)
    return datetime.combine(day, time(10), BRUSSELS).astimezone(UTC)


def linked(house: House, reference: str, days: int, *, left: int = 20) -> datetime:
    """Make the current link ``days`` days old on the returned morning, with ``left`` days
    remaining, and every mail older by as much."""
    morning = a_morning()
    made = morning - timedelta(days=days)
    house.rows(
        """with one as (
             update agreements set expires_at = :until where reference = :r returning id
           ), dated as (
             update links set created_at = :made from links old
             where links.agreement_id in (select id from one) and old.id = links.id
               and links.ended = ''
             returning links.agreement_id, :made - old.created_at as older
           )
           update messages set queued_at = queued_at + older
           from dated where messages.agreement_id = dated.agreement_id""",
        r=reference,
        made=made,
        until=morning + timedelta(days=left),
    )
    return morning
