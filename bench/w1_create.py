"""W1: from data to a PDF ready for signing."""

from __future__ import annotations

from bench.figures import Figure, at_once, latency, timed
from bench.workshop import CLIENTS, Workshop

GOAL_MS = 130
LOOK_AGAIN = 0.005  # seconds; polling is part of the measured time
ONE_BY_ONE, TOGETHER, WARM_UP = 30, 40, 4


def run(workshop: Workshop) -> list[Figure]:
    """One at a time for times, four at once for the rate."""
    workshop.several(WARM_UP, "ready")
    whole: list[float] = []
    steps: list[float] = []
    for _ in range(ONE_BY_ONE):
        with timed(whole):
            with timed(steps):
                found = workshop.new("completed")
            workshop.wait.for_state(found.reference, "ready", every=LOOK_AGAIN)
    rate = at_once(CLIENTS, lambda _: workshop.new("ready"), range(TOGETHER))
    return [
        *latency("W1", "data to PDF ready", whole, GOAL_MS),
        latency("W1", "of which the steps of sales and signer", steps)[0],
        Figure("W1", f"PDFs, {CLIENTS} clients", rate, "/s", more_is_better=True),
    ]
