"""A drawing (SVG) as a picture, without ever reading it in this process."""

from __future__ import annotations

import json

from service.documents.drawings.refused import DrawingRefused
from signatures.sandbox.limits import NotExamined, answer_of

LARGEST = 500_000  # bytes
LONGEST_SECONDS = 20.0
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
        answer = answer_of(_CHILD, data, LONGEST_SECONDS)
    except NotExamined as limited:
        raise DrawingRefused("too_much") from limited
    line, _, png = answer.partition(b"\n")
    told = json.loads(line)
    if "refused" in told:
        raise DrawingRefused(told["refused"], told["element"])
    return png
