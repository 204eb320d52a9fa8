"""W5: complete agreements per minute, through the pages, four at a time; W10: the processor time of
one, and the memory held afterwards, over all processes.

Link and code are derived from the secret key instead of read from the mail, which is still sent.
"""

from __future__ import annotations

import os
import threading
import time

from bench import processor
from bench.figures import Figure, at_once, latency, timed
from bench.memory import held_below
from bench.waits import LOOK_AGAIN
from bench.workshop import CLIENTS, Workshop
from service.commands.browser import Browser
from service.commands.road import Road, countersign, sign_in
from service.running.first_start import read_example

GOAL, GOAL_OF_PROCESSOR_MS, GOAL_OF_MEMORY_MIB = 220, 500, 600
MEMORY_AFTER_SECONDS = 10
AGREEMENTS = 30


def walk_some(workshop: Workshop, count: int) -> None:
    """Complete so many agreements in turn, until their mails are delivered."""
    done = threading.Event()
    countersigner = threading.Thread(target=_countersign, args=(workshop, done))
    staff = _signed_in(workshop)
    countersigner.start()
    try:
        for _ in range(count):
            _walk(workshop, staff)
        workshop.wait.until_idle()
    finally:
        done.set()
        countersigner.join()


def run(workshop: Workshop) -> list[Figure]:
    """Four people complete agreements; one countersigner signs what waits."""
    each: list[float] = []
    done = threading.Event()
    countersigner = threading.Thread(target=_countersign, args=(workshop, done))
    staff = [_signed_in(workshop) for _ in range(CLIENTS)]
    countersigner.start()
    try:

        def walk(_: int) -> None:
            browser = staff.pop()
            with timed(each):
                _walk(workshop, browser)
            staff.append(browser)

        at_once(CLIENTS, walk, range(CLIENTS))  # so that each web process has made its pages once
        workshop.wait.until_idle()
        each.clear()
        before = processor.spent()
        rate = at_once(CLIENTS, walk, range(AGREEMENTS)) * 60
        workshop.wait.until_idle()  # including the last mails
        after = processor.spent()
    finally:
        done.set()
        countersigner.join()
    workshop.hang_up()
    time.sleep(MEMORY_AFTER_SECONDS)
    held = held_below(os.getpid())
    return [
        Figure("W5", f"agreements end to end, {CLIENTS} in flight", rate, "/min", GOAL, True),
        *latency("W5", "one agreement", each),
        *_processor({kind: (after[kind] - before.get(kind, 0)) / AGREEMENTS for kind in after}),
        *_memory(held),
    ]


def _processor(of_one: dict[str, float]) -> list[Figure]:
    what = "processor time of one agreement"
    shares = sorted(of_one.items(), key=lambda share: -share[1])
    return [
        Figure("W10", what, sum(of_one.values()), "ms", GOAL_OF_PROCESSOR_MS),
        *(Figure("W10", f"  {kind}", value, "ms") for kind, value in shares),
    ]


def _memory(held: dict[str, float]) -> list[Figure]:
    what = f"memory of everything, {MEMORY_AFTER_SECONDS} s later"
    return [
        Figure("W5", what, sum(held.values()), "MiB", GOAL_OF_MEMORY_MIB),
        *(Figure("W5", f"  {kind}", held[kind], "MiB") for kind in sorted(held)),
    ]


class MeasuredRoad(Road):
    """Through the pages; link and code are derived, and the database tells when to go on."""

    def __init__(self, workshop: Workshop, staff: Browser, signer: Browser) -> None:
        example = read_example("agreement")
        example["sales"]["name"] = workshop.customer()
        super().__init__(staff, signer, example, workshop.road.staff.name, workshop.road.password)
        self._workshop = workshop

    def link(self) -> str:
        return self._workshop.link(self.reference)

    def code(self) -> str:
        return self._workshop.road.newest_code(self.reference)

    def ready(self) -> None:
        self._workshop.wait.for_state(self.reference, "ready")
        self.signer.open("/tekenen/lezen")

    def archived(self) -> None:
        self._workshop.wait.for_archive(self.reference)


def _signed_in(workshop: Workshop) -> Browser:
    browser = Browser(workshop.url)
    sign_in(browser, workshop.road.staff.email, workshop.road.password)
    return browser


def _walk(workshop: Workshop, sales: Browser) -> None:
    with Browser(workshop.url) as signer:
        road = MeasuredRoad(workshop, sales, signer)
        road.to("signed")
        road.archived()


def _countersign(workshop: Workshop, done: threading.Event) -> None:
    browser = _signed_in(workshop)
    while not done.wait(LOOK_AGAIN):
        if workshop.wait.our_turn():
            countersign(browser, workshop.road.staff.name, workshop.road.password)
