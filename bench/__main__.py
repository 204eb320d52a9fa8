"""``python -m bench``: measure the goals that bench/README.md names."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence

from bench import (
    phone,
    seal,
    w1_create,
    w2_pages,
    w3_accept,
    w4_seal,
    w5_whole,
    w7_bulk,
    w8_start,
    w9_hostile,
    w9_verify,
)
from bench.before import in_turns
from bench.figures import Figure, table
from bench.machine import describe
from bench.workshop import Workshop, workshop

# Workloads that leave a backlog for the worker come last.
ON_A_STACK: dict[str, Callable[[Workshop], list[Figure]]] = {
    "w1": w1_create.run,
    "w2": w2_pages.run,
    "phone": phone.run,
    "seal": seal.run,
    "w4": w4_seal.run,
    "w9": w9_verify.run,
    "w5": w5_whole.run,
    "w7": w7_bulk.run,
    "w3": w3_accept.run,
}
ALONE: dict[str, Callable[[], list[Figure]]] = {"w8": w8_start.run, "hostile": w9_hostile.run}


def main(arguments: Sequence[str]) -> int:
    """Measure and print; status 0 even if a goal is missed."""
    asked = _parse(arguments)
    if asked.before:
        print(in_turns(asked.before, asked.what, asked.rounds))
        return 0
    machine = describe()
    figures = sorted(_measure(asked.what), key=lambda figure: figure.workload)
    if asked.json:
        told = {"machine": machine, "figures": [each.as_dict() for each in figures]}
        print(json.dumps(told, indent=1, ensure_ascii=False))
        return 0
    for name, value in machine.items():
        print(f"{name:<10} {value}")
    print()
    print(table(figures))
    return 0


def _measure(what: Sequence[str]) -> list[Figure]:
    figures: list[Figure] = []
    for name in (each for each in ALONE if each in what):
        print(f"{name} …", file=sys.stderr)
        figures += ALONE[name]()
    stacked = [name for name in ON_A_STACK if name in what]
    if stacked:
        with workshop() as open_workshop:
            for name in stacked:
                print(f"{name} …", file=sys.stderr)
                figures += ON_A_STACK[name](open_workshop)
    return figures


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Measure Zegel on its real engines. Method and first figures: bench/README.md.",
    )
    known = sorted([*ON_A_STACK, *ALONE])
    parser.add_argument(
        "what",
        nargs="*",
        metavar="w1 … w9, phone, seal, hostile",
        help=f"which of {', '.join(known)}; all by default",
    )
    parser.add_argument("--json", action="store_true", help="figures and machine as JSON")
    parser.add_argument("--before", default="", help="a commit to compare with, in turns")
    parser.add_argument("--rounds", type=int, default=3, help="how many of such turns")
    asked = parser.parse_args(arguments)
    unknown = sorted(set(asked.what) - set(known))
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)} (choose from {', '.join(known)})")
    asked.what = asked.what or list(known)
    return asked


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
