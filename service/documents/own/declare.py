"""The declaration of an own template: what a file that was made ready prints, and its places."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from service.documents.builder.styles import LANGUAGE
from service.documents.own import names

REFERENCE = "{{ reference }}"


def declaration(version: str, title: str, printed: Iterable[str], places: Sequence[str]) -> str:
    """The TOML that ``service.documents.template`` reads; ``printed`` are paths with a value."""
    named = title if REFERENCE in title else f"{title} {REFERENCE}"
    lines = [
        f"version = {_quoted(version)}",
        f"language = {_quoted(LANGUAGE)}",
        f"title = {_quoted(named)}",
        f"subject = {_quoted(names.written('subject'))}",
        "placeholders = [",
        *(f"    {_quoted(each)}," for each in _declared(printed)),
        "]",
        "",
        "[attachment]",
        'name = "overeenkomst.json"',
        f"description = {_quoted(names.written('attachment'))}",
    ]
    for place in places:
        lines += ["", "[[signature]]", f"place = {_quoted(place)}"]
        lines.append(f"tooltip = {_quoted(names.tooltip(place))}")
    return "\n".join(lines) + "\n"


def _declared(printed: Iterable[str]) -> list[str]:
    """The values that are printed, and what they are parts of, in the order of ``VALUES``."""
    used = {"preview", "reference", "template.version", *printed}
    kept = {path for path in names.DECLARED if path in used}
    kept |= {
        path
        for path in names.DECLARED
        if any(each.startswith((f"{path}.", f"{path}[]")) for each in used)
    }
    return [entry for entry in names.VALUES if entry.rstrip("?").removesuffix("[]") in kept]


def _quoted(words: str) -> str:
    """A basic string of TOML; JSON writes the same."""
    return json.dumps(words, ensure_ascii=False).replace("\x7f", "\\u007f")
