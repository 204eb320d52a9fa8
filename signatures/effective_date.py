"""The date on which the agreement takes effect, as a pure function.

Clause 12.1: the day on which both parties have signed at every required place.
"""

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

BRUSSELS = ZoneInfo("Europe/Brussels")
"""The time zone of every date in an agreement."""

REQUIRED_PLACES = ("controller_agreement", "controller_annex", "processor_agreement")
"""The three signature places; all are required."""


def local_date(instant: datetime) -> date:
    """The Europe/Brussels calendar date of an aware instant; ``ValueError`` for a naive one."""
    if instant.utcoffset() is None:
        raise ValueError("an instant without time zone has no calendar date")
    return instant.astimezone(BRUSSELS).date()


def effective_date(instants: Mapping[str, datetime]) -> date:
    """The Europe/Brussels calendar date of the last of the three signing acts.

    ``instants`` has one aware instant for each of ``REQUIRED_PLACES`` and nothing else. Raises
    ``ValueError`` when a place is missing or unknown, or an instant has no time zone.

    >>> from datetime import UTC
    >>> late = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    >>> effective_date(dict.fromkeys(REQUIRED_PLACES, late)).isoformat()
    '2026-03-02'
    """
    if set(instants) != set(REQUIRED_PLACES):
        raise ValueError(
            f"need an instant for each of {REQUIRED_PLACES}, got {tuple(sorted(instants))}"
        )
    # Convert each first, so that a naive one is reported before any comparison; local dates have
    # the order of their instants.
    return max(local_date(instant) for instant in instants.values())
