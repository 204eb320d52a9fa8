"""One measured figure with its goal, and how it is printed."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

T = TypeVar("T")
MET, MISSED, SHOWN = "met", "missed", ""


@dataclass(frozen=True)
class Figure:
    """A measurement in ``unit``; without a ``goal`` it has no verdict."""

    workload: str
    what: str
    value: float
    unit: str
    goal: float | None = None
    more_is_better: bool = False
    note: str = ""

    @property
    def verdict(self) -> str:
        """Whether the goal is met."""
        if self.goal is None:
            return SHOWN
        met = self.value >= self.goal if self.more_is_better else self.value <= self.goal
        return MET if met else MISSED

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        return {**asdict(self), "verdict": self.verdict}


@contextmanager
def timed(into: list[float]) -> Iterator[None]:
    """Append the block's duration in milliseconds of wall-clock time."""
    started = time.perf_counter()
    yield
    into.append((time.perf_counter() - started) * 1000)


def percentile(samples: Sequence[float], percent: int) -> float:
    """The smallest sample that ``percent`` per cent do not exceed."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def latency(
    workload: str, what: str, samples: Sequence[float], goal: float | None = None
) -> list[Figure]:
    """The median with a verdict, and the 95th percentile without one."""
    count = f"n={len(samples)}"
    return [
        Figure(workload, f"{what}, p50", statistics.median(samples), "ms", goal, note=count),
        Figure(workload, f"{what}, p95", percentile(samples, 95), "ms"),
    ]


def at_once(clients: int, work: Callable[[T], object], over: Iterable[T]) -> float:
    """Apply ``work`` to ``over`` with so many threads; returns how many per second."""
    items = list(over)
    started = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(work, items))
    return len(items) / (time.perf_counter() - started)


def table(figures: Sequence[Figure]) -> str:
    """Figures as a plain table."""
    head = ("", "what", "measured", "goal", "verdict", "")
    rows = [head, *(_row(each) for each in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    lines = [
        "  ".join(
            cell.rjust(width) if column in (2, 3) else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    lines.insert(1, "-" * max(len(line) for line in lines))
    return "\n".join(lines)


def _row(figure: Figure) -> tuple[str, ...]:
    goal = ""
    if figure.goal is not None:
        goal = f"{'≥' if figure.more_is_better else '≤'} {figure.goal:g} {figure.unit}"
    measured = f"{figure.value:.1f} {figure.unit}"
    return (figure.workload, figure.what, measured, goal, figure.verdict, figure.note)
