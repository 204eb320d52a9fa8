"""What the evidence sheet prints, made so that no value can keep it from being made.

The sheet closes an agreement that both parties have signed. Whatever a door accepted must print:
an empty value reads *onbekend*, a character that our fonts lack (or that nobody sees) reads ``?``,
a text without an end is cut. The evidence JSON beside it holds every value as it was recorded.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from service.documents.placeholders import Placeholder
from service.texts import text

MOST_CHARACTERS = 4000  # of one value; the longest statement with the longest names has about 800
MARK = "?"
CUT = " …"


def always_printable(
    context: Mapping[str, Any],
    *,
    placeholders: Iterable[Placeholder],
    characters: frozenset[str],
) -> dict[str, Any]:
    """The context with every value printable; a key that is missing stays missing.

    ``characters`` are those that the document's fonts have and a reader sees. None becomes
    *onbekend* where the template has no other way.
    """
    needed = frozenset(each.path for each in placeholders if not each.nullable and not each.listed)

    def mended(value: Any, path: str) -> Any:
        if isinstance(value, Mapping):
            return {
                key: mended(child, f"{path}.{key}" if path else str(key))
                for key, child in value.items()
            }
        if isinstance(value, list | tuple):
            return [mended(child, f"{path}[]") for child in value]
        if value is None and path in needed:
            return text("labels.unknown")
        return _line(value, characters) if isinstance(value, str) else value

    made: dict[str, Any] = mended(context, "")
    return made


def _line(value: str, characters: frozenset[str]) -> str:
    line = " ".join(unicodedata.normalize("NFC", value).split())
    if len(line) > MOST_CHARACTERS:
        line = line[:MOST_CHARACTERS].rstrip() + CUT
    if not characters.issuperset(line):
        line = "".join(each if each in characters else MARK for each in line)
    return line or text("labels.unknown")
