"""The date on which the agreement takes effect (clause 12.1): the day on which both parties have
signed at every required place."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

BRUSSELS = ZoneInfo("Europe/Brussels")
"""The time zone of every date in an agreement."""


def local_date(instant: datetime) -> date:
    """The Europe/Brussels calendar date of an aware instant; ``ValueError`` for a naive one."""
    if instant.utcoffset() is None:
        raise ValueError("an instant without time zone has no calendar date")
    return instant.astimezone(BRUSSELS).date()


def effective_date(instants: Mapping[str, datetime], places: Collection[str]) -> date:
    """The Europe/Brussels calendar date of the last signing act.

    ``instants`` has one aware instant for each of ``places``. Raises ``ValueError`` when a place is
    missing or unknown, when there is none, or for a naive instant.

    >>> from datetime import UTC
    >>> late = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    >>> places = ("controller_agreement", "controller_annex", "processor_agreement")
    >>> effective_date(dict.fromkeys(places, late), places).isoformat()
    '2026-03-02'
    """
    if not places or set(instants) != set(places):
        raise ValueError(
            f"need an instant for each of {tuple(places)}, got {tuple(sorted(instants))}"
        )
    # Convert first, so that a naive instant is reported before any comparison.
    return max(local_date(instant) for instant in instants.values())
