"""The characters that stand for something to fill in by hand.

Dots and brackets always do. One `…`, `XX` or `●` does where a unit follows (`XX maanden`) or a word
that cannot end there precedes (`gevestigd te …`): elsewhere it may be `enz. …`, `(…)` or Boek XX.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from service.texts import OURS, table

DOTS = (
    r"[.…_]+\s?(?P<between>[/-])\s?[.…_]+\s?(?P=between)\s?(?:20)?[.…_]+|…\.{2,}|"
    r"(?:\.\s?){5,}|(?:…[\s.]*){2,}|_(?:\s?_)+|(?:·\s?){4,}|-{5,}|–{3,}|\?{2,}"
    r"|(?<=:)\s*(?:…|\.{3,})\s*$|^\s*(?:…|\.{3,})\s*$"
)
LONGEST_BRACKET = 120
BRACKETS = (
    rf"(?<!\w)\[[^\[\]{{}}]{{0,{LONGEST_BRACKET}}}\](?!\w)"
    rf"|<\s?[^\W\d][^<>{{}}:/@]{{1,{LONGEST_BRACKET}}}>|«(?=[^»]{{0,60}}_)\w{{1,60}}»"
    r"|(?<!\{)\{[^\W\d][^{}%#]{0,60}\}(?!\})"
)
ASKS = re.compile(r"[^\W\d]|…|\.\.|[_●•*?-]|^\[\s{2,}\]$")
"""What brackets hold if they ask for something; `[1]` is a note and `[ ]` is to be ticked."""

_ONE = r"(?:…|\.{2,4}|●)"
_FIRST = r"(?:(?<=^)|(?<=^\w[.)]\s))"


@cache
def opened() -> re.Pattern[str]:
    """Any of the characters that stand for something to fill in."""
    prompts = "|".join(table("template_open", OURS)["prompts"])
    dots = "|".join((DOTS, *_single()))
    return re.compile(f"(?P<dots>{dots})|(?P<bracket>{BRACKETS})|(?P<prompt>{prompts})")


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


def unit_after(text: str) -> str:
    """`term` or `amount` by the unit right after a place; '' without one."""
    words = table("template_open", OURS)["characters"]
    for kind in ("term", "amount"):
        if re.match(
            rf"\)?\s?(?:\([^()]{{1,30}}\)\s?)?(?:{words[kind + 's']})", text, re.IGNORECASE
        ):
            return kind
    return ""
