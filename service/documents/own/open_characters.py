"""The characters that stand for something to fill in by hand."""

from __future__ import annotations

import re
from functools import cache

from service.texts import OURS, table

DOTS = (
    r"(?:\.\s?){5,}|(?:…[\s.]*){2,}|_(?:\s?_){2,}|(?:·\s?){4,}|-{5,}|–{3,}"
    r"|(?<=:)\s*(?:…|\.{3,})\s*$|^\s*(?:…|\.{3,})\s*$"
)
LONGEST_BRACKET = 120
BRACKETS = (
    rf"(?<!\w)\[[^\[\]{{}}]{{0,{LONGEST_BRACKET}}}\](?!\w)"
    rf"|<[^\W\d][^<>{{}}:/@]{{1,{LONGEST_BRACKET}}}>|«(?=[^»]{{0,60}}_)\w{{1,60}}»"
)


@cache
def opened() -> re.Pattern[str]:
    """Any of the characters that stand for something to fill in."""
    prompts = "|".join(table("template_open", OURS)["prompts"])
    return re.compile(f"(?P<dots>{DOTS})|(?P<bracket>{BRACKETS})|(?P<prompt>{prompts})")
