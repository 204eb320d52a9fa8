"""Keeps lists together at page ends: no bullet alone, and none without its introduction.

This needs the filled document, which has the lists' lengths.
"""

from __future__ import annotations

import re

BULLET_STYLES = ("ListBullet", "ClauseBullet")
KEPT = "<w:keepNext/>"
_PARAGRAPH = re.compile(r"<w:p[ >].*?</w:p>", re.DOTALL)
_STYLE = re.compile(r'<w:pStyle w:val="(\w+)"/>')


def keep_together(xml: str) -> str:
    """The same document with its lists kept together."""
    paragraphs = list(_PARAGRAPH.finditer(xml))
    kept: set[int] = set()
    for items in _lists(paragraphs):
        kept.add(items[0] - 1)
        kept.update((items[0], items[-2]) if len(items) > 1 else ())
    written, end = [], 0
    for number in sorted(kept):
        paragraph = paragraphs[number]
        style = _STYLE.search(paragraph.group())
        if style and KEPT not in paragraph.group():
            place = paragraph.start() + style.end()
            written += [xml[end:place], KEPT]
            end = place
    return "".join([*written, xml[end:]])


def _lists(paragraphs: list[re.Match[str]]) -> list[list[int]]:
    """The numbers of each list's paragraphs; something precedes every list."""
    found: list[list[int]] = []
    for number, paragraph in enumerate(paragraphs[1:], start=1):
        style = _STYLE.search(paragraph.group())
        if style and style[1] in BULLET_STYLES:
            if found and found[-1][-1] == number - 1:
                found[-1].append(number)
            else:
                found.append([number])
    return found
