"""W9, hostile: processor time and peak memory of the sandboxed process on files made to keep a
verifier busy.

The note says whether the reader's own limits refused the file or the kernel ended it.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from bench.figures import Figure
from signatures.package.files import read
from signatures.package.zip_members import Unreadable
from signatures.sandbox.limits import Limits, NotExamined, in_a_child
from signatures.verdict.verify import verify
from tests.signatures.hostile import HOSTILE

CPU_GOAL_S, MEMORY_GOAL_MB = 2.0, 300.0


def run() -> list[Figure]:
    """Each file as the page examines a PDF, or the command a ZIP."""
    figures = []
    for what, make in HOSTILE.items():
        pdf = make()
        figures += _measured(f"{what}, {len(pdf) / 1e6:.1f} MB", partial(_verdict, pdf))
    with tempfile.TemporaryDirectory() as folder:
        for what, members in (
            ("a ZIP that unfolds into 2 GB", [("manifest.json", 2_000_000_000)]),
            ("a ZIP of many large members", [(f"{n}", 49_000_000) for n in range(40)]),
        ):
            path = _zip(Path(folder, "a.zip"), members)
            size = path.stat().st_size / 1e6
            figures += _measured(f"{what}, {size:.1f} MB", partial(_read, path))
    return figures


def _measured(what: str, work: Callable[[], str]) -> list[Figure]:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        note = str(in_a_child(partial(_with_peak, work), Limits()))
    except NotExamined:
        note = "given up"
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)
    note, _, peak = note.partition("|")
    figures = [Figure("W9", f"hostile: {what}", seconds, "s", CPU_GOAL_S, note=note)]
    if peak:
        figures.append(Figure("W9", "  its peak memory", float(peak), "MB", MEMORY_GOAL_MB))
    return figures


def _with_peak(work: Callable[[], str]) -> str:
    said = work()
    return f"{said}|{_peak_mb():.0f}"


def _peak_mb() -> float:
    """The peak memory of this process (Linux: kibibytes; macOS: bytes)."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6


def _verdict(pdf: bytes) -> str:
    report = verify(pdf, roots=[])
    return next(each.reason for each in report.answers if each.reason)


def _read(path: Path) -> str:
    try:
        read(path)
    except Unreadable as refusal:
        return str(refusal)
    return "read"


def _zip(path: Path, members: list[tuple[str, int]]) -> Path:
    piece = bytes(1_000_000)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, size in members:
            with archive.open(name, "w", force_zip64=True) as member:
                for _ in range(size // len(piece)):
                    member.write(piece)
    return path
