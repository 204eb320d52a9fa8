"""The characters that stand for something to fill in by hand.

Dots and brackets always do, and words to choose from with an asterisk (`ja/nee*`). One `…`, `XX` or
`●` does where a unit follows (`XX maanden`) or a word that cannot end there precedes (`gevestigd
te …`): elsewhere it may be `enz. …`, `(…)` or Boek XX.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from service.texts import OURS, table

DOTS = (
    r"[.…_]+\s?(?P<between>[/-])\s?[.…_]+\s?(?P=between)\s?(?:20)?[.…_]+|…\.{2,}|"
    r"(?:\.\s?){5,}|(?:…[\s.]*){2,}|_(?:\s?_)+|(?:·\s?){4,}|-{5,}|–{3,}|\?{2,}"
    r"|(?<=:)\s*(?:…|\.{3,})\s*$|^\s*(?:…|\.{3,})\s*$"
)
LONGEST_BRACKET, LONGEST_SQUARE = 120, 500
BRACKETS = (
    rf"(?<!\w)\[[^\[\]{{}}]{{0,{LONGEST_SQUARE}}}\](?!\w)"
    rf"|<\s?[^\W\d][^<>{{}}:/@]{{1,{LONGEST_BRACKET}}}>|«(?=[^»]{{0,60}}_)\w{{1,60}}»"
    r"|(?<!\{)\{[^\W\d][^{}%#]{0,60}\}(?!\})"
)
_WORD = r"[^\W\d_]+\.?"
CHOICE = rf"(?<![\w/]){_WORD}\*?(?:\s?/\s?{_WORD}(?:\s{_WORD})?(?:\s?\*+)?)+(?<=\*)"
_NOTE = re.compile(r"\[\s?\d{1,2}(?:\s?[,-]\s?\d{1,2})*\s?\]")
_NO_QUESTION = re.compile(r"\[\s?[☐□]?\s?\]|(?=.*#{5})[^\w…●•*?]*")
"""Brackets to tick, which are told as such, and brackets around placeholders alone."""

_ONE = r"(?:…|\.{2,4}|●)"
_FIRST = r"(?:(?<=^)|(?<=^\w[.)]\s))"


@cache
def opened() -> re.Pattern[str]:
    """Any of the characters that stand for something to fill in."""
    prompts = "|".join(table("template_open", OURS)["prompts"])
    dots = "|".join((DOTS, *_single()))
    kinds = (f"(?P<dots>{dots})", f"(?P<bracket>{BRACKETS})", f"(?P<prompt>{prompts})")
    return re.compile("|".join((*kinds, f"(?P<choice>{CHOICE})")))


def asks(found: re.Match[str]) -> bool:
    """Whether one of ``opened`` in a text without placeholders asks for something. `[1]` is a note,
    unless a unit follows or a word precedes that cannot end there (`binnen [24]`)."""
    if not found["bracket"]:
        return True
    if _NOTE.fullmatch(found[0]):
        before = table("template_open", OURS)["characters"]["before"]
        words = found.string[: found.start()].split()
        return bool(unit_after(found.string[found.end() :])) or (
            bool(words) and words[-1].casefold() in before
        )
    return not _NO_QUESTION.fullmatch(found[0])


def _single() -> Iterable[str]:
    words = table("template_open", OURS)["characters"]
    unit = rf"(?=\)?\s?(?:\([^()]{{1,30}}\)\s?)?(?i:{words['terms']}|{words['amounts']}))"
    before = "|".join(rf"(?<=(?<!\w){re.escape(each)}\s)" for each in words["before"])
    roman = "".join(rf"(?<!(?i:{re.escape(each)})\s)" for each in words["roman"])
    yield rf"(?<![.…]){_ONE}(?![.…]){unit}"
    yield rf"(?=[….●])(?i:{before})(?:…|\.{{3,4}}|●)(?![.…)\w])"
    yield rf"(?<=€){_ONE}(?![.…)\w])"
    yield rf"{_FIRST}(?:…|\.{{3,4}}|●)(?=\s?,)"
    yield r"\b[Xx]{2}(?P<apart>[/.-])[Xx]{2}(?P=apart)(?:\d{0,2}[Xx]{2,4}|\d{2,4})\b"
    yield r"(?<![\w@./-])x{2,}(?:[.,]x{2,})*(?![\w@/-])"
    not_roman = rf"(?=[\dX])(?<![\w.-]){roman}(?<![IVX]\sen\s)"
    yield rf"{not_roman}\d{{0,2}}X{{2,}}(?:\sX{{2,}})?(?!\.\d|[\w-])"
    yield rf"(?<!\w)(?<!\d\s)[XxN]{unit}"


class Unit(NamedTuple):
    """``kind`` is `term` or `amount`, ``word`` what stands there."""

    kind: str
    word: str


def unit_after(text: str) -> Unit | None:
    """The unit right after a place, if this text is what follows it."""
    words = table("template_open", OURS)["characters"]
    for kind in ("term", "amount"):
        pattern = rf"\)?\s?(?:\([^()]{{1,30}}\)\s?)?({words[kind + 's']})"
        if found := re.match(pattern, text, re.IGNORECASE):
            return Unit(kind, found[1])
    return None


def unit_before(text: str) -> Unit | None:
    """The currency right before a place, if this text is what precedes it."""
    found = re.search(r"(?:€|\beuro?)\s?$", text, re.IGNORECASE)
    return Unit("amount", found[0].strip()) if found else None


def ends_in_number(words: str) -> bool:
    """Whether a unit can follow what somebody typed: figures, or a number in words."""
    number = table("template_open", OURS)["number"]
    written = rf"(?<!\w)(?:\d[\d.,/ ]*(?:,-)?|(?:(?:{number})(?:en|ën)?)*(?:{number}))"
    return bool(re.search(rf"{written}(?:\s?\({written}\))?\s*$", words, re.IGNORECASE))
