"""The first page of a sheet as a picture, made in a process of its own.

A web process does not load the libraries that make documents, and this one has limits: whoever
waits for the page waits for some seconds at most.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from signatures.sandbox.limits import NotExamined, answer_of

LONGEST_SECONDS = 20.0
KEPT = 4  # pictures; one is about 50 kB
_CHILD = "service.documents.sheet.child"


def first_page(context: Mapping[str, Any], *, colour: str, logo: bytes) -> bytes:
    """A PNG of the page with this colour (``#rrggbb``, or empty) and logo (a PNG of ours, or
    empty). The last ones are kept. Nothing if it could not be made in time."""
    try:
        return _made(json.dumps(context, sort_keys=True), colour, logo)
    except NotExamined:
        return b""


@lru_cache(maxsize=KEPT)
def _made(context: str, colour: str, logo: bytes) -> bytes:
    asked = {"context": context, "colour": colour, "logo": base64.b64encode(logo).decode()}
    return answer_of(_CHILD, json.dumps(asked).encode(), LONGEST_SECONDS)
