"""Why something failed: stored as a code with values, printed in the reader's language.

Codes of errors (``error_words.kept``), of ``labels.reason`` and of the verdict; other words are
printed as they are.
"""

from __future__ import annotations

import json
import re

from service.agreement.sentences import filled
from service.error_words import kept_in_words, kept_line
from service.texts import Language, catalogue
from signatures.verdict.report import Answer

_STORED = re.compile(r"(?P<kind>reason|verdict)\.(?P<code>[a-z_.]+) (?P<values>\{[^{}]*\})")
_BETWEEN = "; "  # several reasons


def because(code: str, **values: str) -> str:
    """A reason of ``labels.reason`` to be stored; a day is given as ``2026-03-02``."""
    return kept_line(f"reason.{code}", values)


def refused_by(answer: Answer) -> str:
    """The verdict's answer to one rule, to be stored."""
    more = {"reason": answer.reason, "place": answer.place}
    key = f"verdict.{answer.rule}.{answer.state}"
    return kept_line(key, {name: said for name, said in more.items() if said})


def within(stored: str, most: int) -> str:
    """At most so many characters, ending between two reasons if it can."""
    if len(stored) <= most:
        return stored
    end = stored.rfind(_BETWEEN, 0, most)
    return stored[: end if end > 0 else most]


def in_words(stored: str, language: Language) -> str:
    return kept_in_words(_STORED.sub(lambda found: _said(found, language), stored), language)


def _said(found: re.Match[str], language: Language) -> str:
    try:
        values = json.loads(found["values"])
        if found["kind"] == "reason":
            sentence = catalogue("labels", language)[f"reason.{found['code']}"]
            return filled(sentence, values, language)
        return Answer(*found["code"].split("."), **values).sentence(language)
    except (ValueError, KeyError, TypeError):  # of another version
        return found[0]
