"""The difference between an agreement and the common text of its template.

Both are reading views: HTML with one heading, clause, line or table per line. Lines outside the
difference are in the common text, letter for letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

# Marks a value to fill in in the common text, as the reading view writes it.
BLANK = "[…]"
_BLANK_IN_VIEW = BLANK.encode("ascii", "xmlcharrefreplace").decode()

_CLAUSE = re.compile(r'<li id="[^"]*">(<p>.*</p>)')
_HEADING = re.compile(r"<h\d[^>]*>(.*)</h\d>")
_TEXT = re.compile(r"<(?:p|li|table)>.*")


def lines(view: str) -> list[str]:
    """The lines of a reading view that contain words, without anchors and surrounding tags."""
    return [line for line in map(_words, view.split("\n")) if line]


def difference(common: str, view: str) -> str:
    """The lines of ``view`` that are not in ``common``, as HTML, each under its heading.

    Lines only in ``common`` follow as deleted text, except those with a blank.
    """
    before, now = lines(common), lines(view)
    parts: list[str] = []
    heading = shown = ""
    for kind, left, left_end, start, end in SequenceMatcher(
        None, before, now, autojunk=False
    ).get_opcodes():
        own = now[start:end]
        if kind == "equal":
            heading = _last_heading(own) or heading
            continue
        gone = [line for line in before[left:left_end] if _BLANK_IN_VIEW not in line]
        for line in [*own, *map(_deleted, gone)]:
            if line in own and _HEADING.fullmatch(line):
                heading = shown = line
            elif heading != shown:
                parts.append(heading)
                shown = heading
            parts.append(line)
    return "\n".join(_listed(parts))


def _words(line: str) -> str:
    if clause := _CLAUSE.match(line):
        return clause[1]
    if title := _HEADING.fullmatch(line):
        return f"<h3>{title[1]}</h3>"
    return line if _TEXT.match(line) else ""


def _last_heading(found: list[str]) -> str:
    return next((line for line in reversed(found) if _HEADING.fullmatch(line)), "")


def _deleted(line: str) -> str:
    if line.startswith("<table>"):
        return f"<del>{line}</del>"
    inner = re.sub(r"^<(p|li|h3)>(.*)</\1>$", r"\2", line)
    return f"<p><del>{inner}</del></p>"


def _listed(parts: list[str]) -> Iterator[str]:
    inside = False
    for part in parts:
        if part.startswith("<li>") != inside:
            inside = not inside
            yield "<ul>" if inside else "</ul>"
        yield part
    if inside:
        yield "</ul>"
