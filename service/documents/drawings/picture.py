"""A drawing (SVG) as a picture, without ever reading it in this process."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from service.documents.drawings.refused import DrawingRefused

LARGEST = 500_000  # bytes
LONGEST_SECONDS = 20.0
_ROOT = Path(__file__).resolve().parents[3]
_CHILD = "service.documents.drawings.child"
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")  # UTF-8, UTF-16


def is_drawing(data: bytes) -> bool:
    """Whether this can only be meant as an SVG; no picture begins like this."""
    start = data[:200]
    for mark in _MARKS:
        start = start.removeprefix(mark)
    return start.replace(b"\0", b"").lstrip()[:1] == b"<"


def picture_of(data: bytes) -> bytes:
    """The drawing as a large PNG. Raises DrawingRefused.

    Whatever the file makes its process do, that process has no files, no children and little time.
    """
    if len(data) > LARGEST:
        raise DrawingRefused("too_much")
    try:
        child = subprocess.run(
            [sys.executable, "-E", "-s", "-m", _CHILD],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=_ROOT,
            env={},
            timeout=LONGEST_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise DrawingRefused("too_much") from late
    if child.returncode:  # killed by a limit, or by its library
        raise DrawingRefused("too_much")
    line, _, png = child.stdout.partition(b"\n")
    told = json.loads(line)
    if "refused" in told:
        raise DrawingRefused(told["refused"], told["element"])
    return png
