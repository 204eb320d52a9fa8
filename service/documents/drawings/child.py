"""The process that draws one SVG from standard input: one line of JSON, ``{}`` or ``{"refused":
code, "element": name}``, and after ``{}`` a PNG."""

from __future__ import annotations

import json
import sys
from typing import BinaryIO

import resvg_py

from service.documents.drawings.clean import Drawing, clean
from service.documents.drawings.refused import DrawingRefused
from signatures.sandbox.limits import Limits, limit

# A logo takes a tenth of a second and 40 MB.
LIMITS = Limits(cpu_seconds=3, wall_seconds=15.0, memory=200_000_000)
LONGEST_SIDE = 2000  # pixels


def main(data: bytes, answer: BinaryIO) -> None:
    """Write the answer for one drawing."""
    try:
        png = drawn(clean(data))
    except DrawingRefused as refused:
        told = {"refused": refused.code, "element": refused.element}
        answer.write(json.dumps(told).encode() + b"\n")
        return
    answer.write(b"{}\n" + png)


def drawn(drawing: Drawing) -> bytes:
    """The drawing as a PNG. Raises DrawingRefused."""
    scale = LONGEST_SIDE / max(drawing.width, drawing.height)
    try:
        return bytes(
            resvg_py.svg_to_bytes(
                svg_string=drawing.svg.decode(),
                width=max(1, round(drawing.width * scale)),
                skip_system_fonts=True,
            )
        )
    except ValueError as error:
        raise DrawingRefused("unreadable") from error


if __name__ == "__main__":
    limit(LIMITS)
    main(sys.stdin.buffer.read(), sys.stdout.buffer)
