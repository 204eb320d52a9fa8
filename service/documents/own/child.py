"""The process that examines one Word file: a line of JSON and the file in, JSON out."""

from __future__ import annotations

import base64
import json
import sys
from typing import Any

from service.documents.fonts import load_fonts
from service.documents.own.check import check
from service.documents.own.findings import Checked
from service.documents.own.prepare.whole import prepare
from service.texts import OURS, folder, table
from signatures.sandbox.limits import Limits, limit

# Our own agreement takes 0.3 s; a file of 5 MB that unpacks to 50 MB takes some more.
LIMITS = Limits(cpu_seconds=20, wall_seconds=50.0, memory=700_000_000)


def main(asked: bytes) -> dict[str, Any]:
    """The answer for one file: what was found, in it or in the file made of it."""
    line, _, docx = asked.partition(b"\n")
    question = json.loads(line)
    fonts = load_fonts(folder(OURS, "documents", "fonts"))
    if "own" not in question:
        return _told(check(docx, fonts, question["version"]))
    prepared = prepare(docx, question["own"], question["answers"])
    return {
        "prepared": base64.b64encode(prepared.docx).decode(),
        "changes": [each.as_json() for each in prepared.changes],
        **_told(check(prepared.docx, fonts, question["version"])),
    }


def _told(checked: Checked) -> dict[str, Any]:
    template = checked.template
    return {
        "findings": [each.as_json() for each in checked.findings],
        "title": checked.title,
        "places": checked.places,
        "printed": checked.printed,
        "docx": base64.b64encode(template.docx).decode() if template else "",
        "declaration": template.declaration if template else "",
    }


if __name__ == "__main__":
    table("template_names", OURS)
    limit(LIMITS)
    sys.stdout.write(json.dumps(main(sys.stdin.buffer.read())))
