"""Measures old and new code alternately in one run, so that other load affects both.

    python -m bench w4 w5 --before 7d66efa --rounds 3

The old tree gets this bench and road, and must have the names they import.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
ROAD = ("service/commands/road.py", "service/commands/browser.py")


@contextmanager
def tree_of(commit: str) -> Iterator[Path]:
    """The code of a commit with the present bench and road."""
    with tempfile.TemporaryDirectory(prefix="zegel-bench-") as folder:
        tree = Path(folder, "before")
        subprocess.run(
            ["git", "worktree", "add", "-q", "--detach", tree, commit], cwd=ROOT, check=True
        )
        try:
            shutil.rmtree(tree / "bench")
            shutil.copytree(Path(__file__).parent, tree / "bench")
            for each in ROAD:
                shutil.copy(ROOT / each, tree / each)
            yield tree
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", tree], cwd=ROOT, check=True)


def told_by(tree: Path, module: str, *arguments: str) -> Any:
    """The JSON printed by the module when run in that tree."""
    told = subprocess.run(
        [sys.executable, "-m", module, "--json", *arguments],
        cwd=tree,
        stdout=subprocess.PIPE,
        check=True,
    )
    return json.loads(told.stdout)


def in_turns(commit: str, what: Sequence[str], rounds: int) -> str:
    """The median of each figure in both trees, and their ratio."""
    found: dict[str, dict[str, list[float]]] = {"before": {}, "now": {}}
    units: dict[str, str] = {}
    with tree_of(commit) as before:
        trees = {"before": before, "now": ROOT}
        for number in range(rounds):
            # The order alternates, for a machine that slows down.
            for name in sorted(trees, reverse=bool(number % 2)):
                print(f"round {number + 1}, {name} …", file=sys.stderr)
                for each in told_by(trees[name], "bench", *what)["figures"]:
                    key = f"{each['workload']} {each['what']}"
                    units[key] = each["unit"]
                    found[name].setdefault(key, []).append(each["value"])
    lines = ["| | before | now | now : before |", "|---|---|---|---|"]
    for key, unit in units.items():
        if all(key in values for values in found.values()):
            old, new = (statistics.median(found[name][key]) for name in ("before", "now"))
            ratio = f"{new / old:.2f}" if old else ""
            lines.append(f"| {key} | {old:.1f} {unit} | {new:.1f} {unit} | {ratio} |")
    return "\n".join(lines)
