"""Makes every value of the evidence sheet printable, so that none can prevent the sheet.

An empty value becomes *onbekend*; a character that is invisible or that our fonts lack becomes
``?``; an overlong text is cut. The evidence JSON has every value as recorded.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from service.documents.placeholders import Placeholder
from service.texts import OURS, text

MOST_CHARACTERS = 4000  # per value; the longest statement with the longest names is about 800
MARK = "?"
CUT = " …"


def always_printable(
    context: Mapping[str, Any],
    *,
    placeholders: Iterable[Placeholder],
    characters: frozenset[str],
) -> dict[str, Any]:
    """The context with every value printable; a missing key stays missing.

    ``characters`` are the visible ones of the document's fonts. None stays where the template
    handles null.
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
            return text("labels.unknown", OURS)
        return _line(value, characters) if isinstance(value, str) else value

    made: dict[str, Any] = mended(context, "")
    return made


def _line(value: str, characters: frozenset[str]) -> str:
    line = " ".join(unicodedata.normalize("NFC", value).split())
    if len(line) > MOST_CHARACTERS:
        line = line[:MOST_CHARACTERS].rstrip() + CUT
    if not characters.issuperset(line):
        line = "".join(each if each in characters else MARK for each in line)
    return line or text("labels.unknown", OURS)
