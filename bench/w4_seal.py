"""W4: from the last signature to a sealed original that the archive has verified.

The instants come from the agreement's log, so measuring adds nothing.
"""

from __future__ import annotations

from itertools import pairwise

from bench.figures import Figure, latency
from bench.workshop import Workshop
from service.agreement.events import Event

GOAL_MS = 80
AGREEMENTS, WARM_UP = 20, 2
STEPS = (
    Event.AGREEMENT_FULLY_SIGNED,
    Event.ACT_SEALED,
    Event.ORIGINAL_CLOSED,
    Event.EVIDENCE_MADE,
    Event.ARCHIVE_STORED,
    Event.ARCHIVE_VERIFIED,
)


def run(workshop: Workshop) -> list[Figure]:
    """One agreement at a time, with two acts already sealed."""
    agreements = workshop.several(WARM_UP + AGREEMENTS, "signed")
    for each in agreements:
        workshop.wait.for_seals(each.reference, 2)
    workshop.wait.until_idle()
    logs = []
    for each in agreements:
        workshop.road.countersigned(each.reference)
        workshop.wait.for_archive(each.reference)
        logs.append({entry.event: entry.at for entry in workshop.log(each.reference)})
    counted = logs[WARM_UP:]

    def between(first: Event, last: Event) -> list[float]:
        return [(log[last] - log[first]).total_seconds() * 1000 for log in counted]

    figures = latency("W4", "last signature to verified", between(STEPS[0], STEPS[-1]), GOAL_MS)
    for first, last in pairwise(STEPS):
        figures.append(latency("W4", f"  {first.value} → {last.value}", between(first, last))[0])
    return figures
