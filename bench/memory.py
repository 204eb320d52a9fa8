"""The memory of a process and its descendants (Linux), as proportional share (PSS)."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from pathlib import Path

from service.engines.process import command_line


def held_below(parent: int, *, itself: bool = False) -> dict[str, float]:
    """MiB by kind of process below a process, and of ``itself``."""
    found: dict[str, float] = defaultdict(float)
    for pid in _descendants(parent) + [parent] * itself:
        with suppress(FileNotFoundError, ProcessLookupError):
            found[_kind(pid)] += _pss(pid)
    return dict(found)


def _descendants(pid: int) -> list[int]:
    children: dict[int, list[int]] = defaultdict(list)
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            fields = status.read_text(errors="replace").rpartition(")")[2].split()
            children[int(fields[1])].append(int(status.parent.name))
    found, left = [], [pid]
    while left:
        below = children[left.pop()]
        found += below
        left += below
    return found


def _pss(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _kind(pid: int) -> str:
    words = command_line(pid)
    if "service" in words:
        return f"zegel {words[-1]}"
    name = Path(words[0].split(":")[0]).name if words else "?"
    return f"engine {name}"
