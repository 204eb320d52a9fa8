"""An SVG as a picture, never read in this process."""

from __future__ import annotations

import json

from service.documents.drawings.refused import DrawingRefused
from signatures.sandbox.limits import NotExamined, answer_of

LARGEST = 500_000  # bytes
LONGEST_SECONDS = 20.0
_CHILD = "service.documents.drawings.child"
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")  # UTF-8, UTF-16


def is_drawing(data: bytes) -> bool:
    """Whether this can only be an SVG; no picture begins so."""
    start = data[:200]
    for mark in _MARKS:
        start = start.removeprefix(mark)
    return start.replace(b"\0", b"").lstrip()[:1] == b"<"


def picture_of(data: bytes) -> bytes:
    """The drawing as a large PNG, from a process without files or children and with little time.
    Raises DrawingRefused."""
    if len(data) > LARGEST:
        raise DrawingRefused("too_much")
    try:
        answer = answer_of(_CHILD, data, LONGEST_SECONDS)
    except NotExamined as limited:
        raise DrawingRefused("too_much") from limited
    line, _, png = answer.partition(b"\n")
    told = json.loads(line)
    if "refused" in told:
        raise DrawingRefused(told["refused"], told["element"])
    return png
