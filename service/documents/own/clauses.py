"""Which words go with a value that is not always there: without it they would say nothing, or say
it wrongly."""

from __future__ import annotations

import re
from typing import NamedTuple

LONGEST = 160
"""Characters of a clause that a remedy repeats; of a longer one it says what to do."""

_NUMBER = r"^\s*(?:\d{1,2}(?:\.\d{1,2})*\.?|[A-Za-z]\))\s+"
_BEGINS = re.compile(rf"{_NUMBER}|[,;]|[:(–]\s*|\.\s+|[}}%]\}}")
_WHOLE_SENTENCE = re.compile(rf"{_NUMBER}$|\.\s+$|^$")
_IN_BRACKETS = re.compile(r"\s?\([^(){}]*$")
_BRACKETS_AFTER = re.compile(r"\s?\((?![^()]*(?:hierna|[“”\"«‘]))[^()]*\)", re.IGNORECASE)
"""Not those that define a name for a party: they are needed without the value too."""
_SENTENCE_ENDS = re.compile(r"\.(?=\s|$)")
OWN_WORDS = {
    "controller.number": re.compile(
        r",?\s(?:en\s+)?(?:met|onder)\s+(?:als\s+|het\s+)*(?:ondernemingsnummer|kbo-?nummer|kvk-?nummer)"
        r"\s*$",
        re.I,
    ),
    "main_agreement.reference": re.compile(
        r",?\s(?:met|onder)\s+(?:als\s+|het\s+)*(?:nummer|nr\.?|kenmerk|referentie)\s*$", re.I
    ),
    "main_agreement.date": re.compile(r"\s(?:gesloten op|gedateerd op|op|van|d\.?d\.?)\s*$", re.I),
}
"""Words that say nothing but this value; the sentence is whole without them, and may define a term
that the rest of the text uses."""


class Clause(NamedTuple):
    """``start`` and ``end`` of the words in their text, and whether they are a whole sentence."""

    start: int
    end: int
    sentence: bool = False


def clause(text: str, start: int, end: int, path: str = "") -> Clause:
    """The words that go with the value at these characters: back to the last punctuation or the
    placeholder before, with brackets that stand around it or follow it, and with the full stop if
    they are a sentence. `, telefoon {{ functionaris.telefoon }}`"""
    before = text[:start]
    own = OWN_WORDS[path].search(before) if path in OWN_WORDS else None
    if own:
        return Clause(own.start(), end)
    around = _IN_BRACKETS.search(before)
    if around and text.startswith(")", end) and "," not in around[0]:
        return Clause(around.start(), end + 1)
    first, opened = 0, ""
    for found in _BEGINS.finditer(before):
        comma = found[0] in (",", ";")
        first, opened = found.start() if comma else found.end(), found[0]
    after = _BRACKETS_AFTER.match(text, end)
    last = after.end() if after else end
    stop = _SENTENCE_ENDS.match(text, last)
    if stop and _WHOLE_SENTENCE.search(opened):
        return Clause(first, stop.end(), sentence=True)
    return Clause(first, last)
