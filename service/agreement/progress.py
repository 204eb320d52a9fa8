"""How far an agreement is with its customer, and how long it took: what the overview counts.

Stages and times are counted by month of sending and import; a change says which counts it moves
(``moved``).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from service.agreement.model import Agreement
from service.agreement.places import COUNTERSIGNER, SIGNATORY
from service.agreement.states import EFFECTIVE, RUNNING, Order, State
from signatures.effective_date import local_date

AGES = (7, 14, 30, 90)  # days that something waits
WAITING_GROUPS = ("draft", "waiting", "awaits_us", "trouble")
# By activity, not by state: a mail or the archive may fail long after completion.
BY_ACTIVITY = frozenset({"trouble"})
_HOURS = 48  # waits are counted by the hour until here, then by the day


class Stage(StrEnum):
    """Where the customer is, or was when the agreement stopped without all signatures.

    ``OURS_FIRST``: a pre-signed offer that we have not signed yet. ``SIGNED``: by the customer, not
    yet by us. ``DONE``: by everybody.
    """

    OURS_FIRST = "ours_first"
    UNOPENED = "unopened"
    DETAILS = "details"
    ANNEX = "annex"
    TEXT = "text"
    SIGNED = "signed"
    DONE = "done"
    STOPPED_UNOPENED = "stopped_unopened"
    STOPPED_DETAILS = "stopped_details"
    STOPPED_ANNEX = "stopped_annex"
    STOPPED_TEXT = "stopped_text"
    STOPPED_SIGNED = "stopped_signed"

    @property
    def opened(self) -> bool:
        """Whether the present signatory opened the link."""
        return self not in (Stage.OURS_FIRST, Stage.UNOPENED, Stage.STOPPED_UNOPENED)


# In the order of the journey: where it runs, and where it stopped.
STEPS: tuple[tuple[Stage, Stage | None], ...] = (
    (Stage.OURS_FIRST, None),
    (Stage.UNOPENED, Stage.STOPPED_UNOPENED),
    (Stage.DETAILS, Stage.STOPPED_DETAILS),
    (Stage.ANNEX, Stage.STOPPED_ANNEX),
    (Stage.TEXT, Stage.STOPPED_TEXT),
    (Stage.SIGNED, Stage.STOPPED_SIGNED),
)
_STOPPED = dict(STEPS)


class Measure(StrEnum):
    """What is counted: agreements in a stage, and the waits until opening and signing."""

    STAGE = "stage"
    OPENED = "opened"
    SIGNED = "signed"


@dataclass(frozen=True)
class Cell:
    """What a count is of, besides the import: ``month`` of sending in Brussels, as 2026-11;
    ``value`` a stage, or a wait as in ``wait_between``."""

    month: str
    measure: Measure
    value: str


@dataclass(frozen=True)
class Reached:
    """One month's or import's agreements per stage, and the median waits until opened and signed,
    as in ``wait_between``; empty if there is none."""

    key: str
    stages: dict[Stage, int]
    until_opened: str = ""
    until_signed: str = ""

    @property
    def sent(self) -> int:
        return sum(self.stages.values())

    @property
    def opened(self) -> int:
        return sum(number for stage, number in self.stages.items() if stage.opened)

    @property
    def done(self) -> int:
        return self.stages.get(Stage.DONE, 0)


def stage_of(agreement: Agreement) -> Stage | None:
    """Its stage; None for one that was never sent."""
    if agreement.sent_at is None:
        return None
    if agreement.state in EFFECTIVE:
        return Stage.DONE
    running = agreement.state in RUNNING
    if agreement.has_signed(SIGNATORY):
        stage = Stage.SIGNED
    elif agreement.opened_at is None:
        ours_first = running and agreement.order is Order.PROCESSOR_FIRST
        waits_for_us = ours_first and not agreement.has_signed(COUNTERSIGNER)
        stage = Stage.OURS_FIRST if waits_for_us else Stage.UNOPENED
    elif not agreement.details_confirmed:
        stage = Stage.DETAILS
    elif agreement.state is State.SENT or not (running or agreement.frozen_sha256):
        stage = Stage.ANNEX
    else:
        stage = Stage.TEXT
    return stage if running else _STOPPED[stage] or stage


def month_of(instant: datetime) -> str:
    """The month in Brussels, as 2026-11."""
    return local_date(instant).isoformat()[:7]


def months_until(last: str, most: int = 0, *, first: str = "") -> list[str]:
    """So many months until ``last``, or those from ``first`` on; the newest first."""
    year, month = int(last[:4]), int(last[5:])
    if first:
        most = (year - int(first[:4])) * 12 + month - int(first[5:]) + 1
    number = year * 12 + month - 1
    return [f"{each // 12:04d}-{each % 12 + 1:02d}" for each in range(number, number - most, -1)]


def wait_between(since: datetime, until: datetime) -> str:
    """Whole hours, or days from two days on, such as ``hours 03`` and ``more 0012``: texts in the
    order of time."""
    hours = max(0, int((until - since).total_seconds() // 3600))
    return f"hours {hours:02d}" if hours < _HOURS else f"more {hours // 24:04d}"


def shown_wait(value: str) -> tuple[int, str]:
    unit, _, number = value.partition(" ")
    return int(number), "hours" if unit == "hours" else "days"


def cells_of(agreement: Agreement) -> list[Cell]:
    """Where it counts."""
    stage, sent = stage_of(agreement), agreement.sent_at
    if stage is None or sent is None:
        return []
    month = month_of(sent)
    cells = [Cell(month, Measure.STAGE, stage.value)]
    for measure, until in (
        (Measure.OPENED, agreement.opened_at),
        (Measure.SIGNED, agreement.fully_signed_at),
    ):
        if until:
            cells.append(Cell(month, measure, wait_between(sent, until)))
    return cells


def moved(before: Agreement | None, after: Agreement) -> dict[Cell, int]:
    """By how much each count changes; ``before`` is None for a new agreement."""
    change = Counter(cells_of(after))
    change.subtract(cells_of(before) if before else [])
    return {cell: number for cell, number in change.items() if number}
