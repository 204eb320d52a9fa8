"""The text of paragraphs as people see it, and changes in it, whatever Word made of it.

Word splits a word over runs as it likes, so a placeholder is found in the text of a paragraph and
then written into the first run that had a part of it, with that run's looks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from service.documents.template import W

TOKEN = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
BRACES = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|#\}")
GAPS = {f"{W}tab": " ", f"{W}br": " ", f"{W}cr": " ", f"{W}noBreakHyphen": "-"}
XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


@dataclass(frozen=True)
class Token:
    """A placeholder or statement in a paragraph, with its position in the paragraph's text."""

    text: str
    start: int
    end: int

    @property
    def inner(self) -> str:
        return self.text[2:-2].strip()


def text_of(paragraph: Any) -> str:
    return "".join(text for _, text in _pieces(paragraph))


def tokens(paragraph: Any) -> list[Token]:
    return [Token(each[0], *each.span()) for each in TOKEN.finditer(text_of(paragraph))]


def unclosed(paragraph: Any) -> bool:
    """Whether a brace of a placeholder has no other end in this paragraph."""
    return bool(BRACES.search(TOKEN.sub("", text_of(paragraph))))


def replace(paragraph: Any, token: Token, words: str) -> None:
    """Write other words in the place of a token. Replace the last token of a paragraph first."""
    write(paragraph, token.start, token.end, words)


def write(paragraph: Any, start: int, end: int, words: str, *, like_next: bool = False) -> None:
    """Write words in the place of these characters of the text; insert them if there are none,
    with the looks of the character before or (``like_next``) after them.

    Begin with the last change of a paragraph: the characters after one get other positions.
    """
    at, to_write = 0, words
    for element, text in list(_pieces(paragraph)):
        first, last = max(start - at, 0), min(end - at, len(text))
        at += len(text)
        there = first < len(text) if like_next else first > 0 or not start
        touched = first < last or (start == end and first == last and there)
        if not touched or element.tag != f"{W}t":
            continue
        element.text = text[:first] + to_write + text[last:]
        element.set(XML_SPACE, "preserve")
        to_write = ""
    if to_write:  # the paragraph has no words there
        run = etree.SubElement(paragraph, f"{W}r")
        added = etree.SubElement(run, f"{W}t")
        added.text = to_write
        added.set(XML_SPACE, "preserve")


def _pieces(paragraph: Any) -> Iterator[tuple[Any, str]]:
    """The elements with text, without those of a paragraph in a text box inside this one."""
    for element in paragraph.iter(f"{W}t", *GAPS):
        if next(element.iterancestors(f"{W}p"), None) is not paragraph:
            continue
        if element.tag != f"{W}t" and element.getparent().tag != f"{W}r":
            continue  # a tab stop of the paragraph's properties
        yield element, (element.text or "") if element.tag == f"{W}t" else GAPS[element.tag]
