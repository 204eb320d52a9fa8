"""Processor time of all processes below this one, including ended ones."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

OURSELVES, OFFICE, WORKER, REST = "load client", "LibreOffice", "worker", "others"
# Recognises a child, or the worker's child, by its command line.
KINDS = {"service worker": WORKER, "service web": "web", "postgres": "PostgreSQL"}
KINDS |= {"weed": "SeaweedFS"}
OFFICES = ("soffice", "office_client")
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class _Process:
    pid: int
    parent: int
    own: int  # ticks
    ended: int  # of ended children


def spent() -> dict[str, float]:
    """Milliseconds so far, by kind of process."""
    found = {each.pid: each for each in _processes()}
    ticks: Counter[str] = Counter()
    for each in found.values():
        if each.pid == os.getpid():
            ticks[OURSELVES] += each.own
        elif (kind := _kind(each, found)) is not None:
            ticks[kind] += each.own
            # it starts offices, and a second process only while it makes several documents
            ticks[OFFICE if kind == WORKER else kind] += each.ended
    return {kind: count * 1000 / _TICKS for kind, count in ticks.items()}


def _kind(process: _Process, found: dict[int, _Process]) -> str | None:
    """None if it is not below us."""
    office = any(name in _command_line(process.pid) for name in OFFICES)
    while process.parent != os.getpid():
        if process.parent not in found:
            return None
        process = found[process.parent]
    said = _command_line(process.pid)
    return OFFICE if office else next((kind for name, kind in KINDS.items() if name in said), REST)


def _processes() -> Iterator[_Process]:
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                told = (folder / "stat").read_text(errors="replace")
            except (FileNotFoundError, ProcessLookupError):  # it ended meanwhile
                continue
            fields = told.rpartition(")")[2].split()  # from the third field on, see proc(5)
            own, ended = (sum(map(int, fields[at : at + 2])) for at in (11, 13))
            yield _Process(int(folder.name), int(fields[1]), own, ended)


def _command_line(pid: int) -> str:
    try:
        said = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    return said.decode(errors="replace").replace("\0", " ")
