"""``python -m bench.million``: how long queries take at a million agreements.

Two databases, of ``--base`` (100,000) and ``--rows`` (1,000,000) agreements, are filled by SQL and
queried alternately, so that other load affects both.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from bench.asked import Asked
from bench.figures import timed
from bench.filling import fill
from bench.machine import describe
from bench.questions import questions
from bench.workshop import settings_for
from service.database import migrate
from service.database.roles import Role
from service.engines import EmbeddedPostgres
from service.engines.postgres import APPLICATION
from service.wiring.build import build, libpq_url
from storage.config import S3Config

# A connection plans a statement anew the first ten times.
WARM, TIMES = 11, 9
AT_MOST_TIMES = 1.5  # the time at a million, relative to 100,000


@dataclass(frozen=True)
class Answered:
    """A query's time in both databases, in milliseconds, and its goal.

    ``busy`` is the processor time of one answer of the large one, ours plus PostgreSQL's.
    """

    name: str
    base: float
    large: float
    busy: float
    goal: float

    @property
    def missed(self) -> str:
        """Which part of the goal is missed, or ''. One extra millisecond is noise."""
        if self.large > self.goal:
            return "slow"
        grows = self.large > self.base * AT_MOST_TIMES and self.large > self.base + 1
        return "grows" if grows else ""


def main(arguments: Sequence[str]) -> int:
    """Fill, query, print; status 0 even if a goal is missed."""
    asked = _parse(arguments)
    for name, value in describe().items():
        print(f"{name:<10} {value}")
    with databases(asked.data, (asked.base, asked.rows)) as (base, large):
        answers = [
            _in_turns(name, goal, ask, base, large)
            for name, goal, ask in questions()
            if asked.only in name
        ]
    print(_table(answers, asked.base, asked.rows))
    return 0


def _in_turns(
    name: str, goal: float, ask: Callable[[Asked], object], base: Asked, large: Asked
) -> Answered:
    taken: dict[int, list[float]] = {id(base): [], id(large): []}
    busy: list[float] = []
    for turn in range(WARM + TIMES):
        for each in (base, large):
            before = _processor_time(large)
            with timed(taken[id(each)]):
                ask(each)
            if turn < WARM:
                taken[id(each)].clear()
            elif each is large:
                busy.append(_processor_time(large) - before)
    smaller, larger = taken[id(base)], taken[id(large)]
    found = Answered(
        name,
        statistics.median(smaller),
        statistics.median(larger),
        statistics.median(busy),
        goal,
    )
    print(
        f"{name}: {found.base:.1f} {found.large:.1f} {found.busy:.1f} {found.missed}",
        file=sys.stderr,
    )
    return found


def _processor_time(asked: Asked) -> float:
    """Of this process and PostgreSQL's so far, in milliseconds; Linux only."""
    served = 0.0
    for pid in asked.served_by():
        # The first number is nanoseconds on a processor.
        served += int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e6
    return time.process_time() * 1000 + served


def _table(answers: Sequence[Answered], base: int, rows: int) -> str:
    head = ("question", f"{base:,}", f"{rows:,}", "times", "processor", "goal", "")
    lines = [
        (
            each.name,
            f"{each.base:.1f} ms",
            f"{each.large:.1f} ms",
            f"{each.large / each.base:.1f}",
            f"{each.busy:.1f} ms",
            f"{each.goal:g} ms",
            each.missed,
        )
        for each in answers
    ]
    widths = [max(len(line[column]) for line in (head, *lines)) for column in range(len(head))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if 0 < column < 6 else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in (head, *lines)
    )


@contextmanager
def databases(directory: Path | None, sizes: Sequence[int]) -> Iterator[list[Asked]]:
    """A filled database of each size; kept in ``directory`` for the next run."""
    with ExitStack() as opened:
        data = directory or Path(
            opened.enter_context(tempfile.TemporaryDirectory(prefix="zegel-million-"))
        )
        server = EmbeddedPostgres(data / "postgres", durable=False)
        server.start()
        opened.callback(server.stop)
        found = []
        for size in sizes:
            name = f"filled_{size}"
            took: list[float] = []
            with timed(took):
                _furnish(server, name, size)
            print(f"{size:,} agreements: {took[0] / 1000:.0f} s", file=sys.stderr)
            deps = build(settings_for(data), server.url(name), S3Config("nowhere"))
            opened.callback(deps.close)
            watching = opened.enter_context(
                psycopg.connect(libpq_url(server.owner_url("postgres")), autocommit=True)
            )
            found.append(Asked.of(deps, partial(_backends, watching, name)))
        yield found


def _backends(watching: psycopg.Connection[Any], name: str) -> list[int]:
    rows = watching.execute(
        "select pid from pg_stat_activity where datname = %s and backend_type = 'client backend'",
        [name],
    )
    return [pid for (pid,) in rows]


def _furnish(server: EmbeddedPostgres, name: str, size: int) -> None:
    """A database of so many agreements, or the one of an earlier run."""
    with psycopg.connect(libpq_url(server.owner_url("postgres")), autocommit=True) as connection:
        known = connection.execute("select from pg_database where datname = %s", [name])
        if not known.rowcount:
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    migrate.upgrade(server.owner_url(name), Role(APPLICATION))
    with psycopg.connect(libpq_url(server.owner_url(name)), autocommit=True) as connection:
        if not connection.execute("select from agreements limit 1").rowcount:
            fill(connection, size)


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.million", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--base", type=int, default=100_000)
    parser.add_argument("--only", default="", help="questions with this in their name")
    parser.add_argument("--data", type=Path, help="keep the databases here for the next run")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
