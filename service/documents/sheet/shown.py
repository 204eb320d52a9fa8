"""A sheet's first page as a picture, made in a limited process.

A web process loads no libraries that make documents, and its page waits only seconds.
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
    """A PNG of the page with this colour (``#rrggbb``) and logo (a PNG of ours), each perhaps
    empty. The last ones are kept. b"" if there was no time."""
    try:
        return _made(json.dumps(context, sort_keys=True), colour, logo)
    except NotExamined:
        return b""


@lru_cache(maxsize=KEPT)
def _made(context: str, colour: str, logo: bytes) -> bytes:
    asked = {"context": context, "colour": colour, "logo": base64.b64encode(logo).decode()}
    return answer_of(_CHILD, json.dumps(asked).encode(), LONGEST_SECONDS)
