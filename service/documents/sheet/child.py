"""The process that draws a sheet's first page: JSON in, a PNG out."""

from __future__ import annotations

import base64
import io
import json
import sys
from datetime import UTC, datetime

import pypdfium2

from service.documents.sheet.letterhead import letterhead
from service.documents.sheet.make import SheetMaker
from service.texts import OURS, folder
from signatures.sandbox.limits import Limits, limit

# It takes half a second and 100 MB.
LIMITS = Limits(cpu_seconds=5, wall_seconds=18.0, memory=300_000_000)
WIDTH = 900  # pixels
COLOURS = 256
DATED = datetime(2000, 1, 1, tzinfo=UTC)  # nobody sees it


def main(asked: bytes) -> bytes:
    """The picture of one sheet."""
    question = json.loads(asked)
    documents = folder(OURS, "documents")
    maker = SheetMaker(documents / "evidence", documents / "fonts")
    pdf = maker.sheet(
        json.loads(question["context"]),
        evidence_json=b"{}",
        dated=DATED,
        head=letterhead(question["colour"], base64.b64decode(question["logo"])),
    )
    page = pypdfium2.PdfDocument(pdf)[0]
    drawn = page.render(scale=WIDTH / page.get_width()).to_pil()
    png = io.BytesIO()
    drawn.quantize(COLOURS).save(png, "PNG", optimize=True)
    return png.getvalue()


if __name__ == "__main__":
    limit(LIMITS)
    sys.stdout.buffer.write(main(sys.stdin.buffer.read()))
