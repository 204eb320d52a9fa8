"""What a line of somebody who signs is for."""

from __future__ import annotations

import re

from service.documents.own import names
from service.documents.own.open_characters import opened
from service.documents.own.paragraphs import TOKEN
from service.texts import OURS, table

COMPANY, NAME, FUNCTION, NOTHING = "company", "name", "function", "nothing"
DATE, SIGNATURE = "date", "signature"
LINE = "line"
"""Dots alone: a signature, if nothing else is."""

TOLD_ANYWAY = {FUNCTION, NOTHING}
"""Lines that may have their words already: a function is that of the signatory."""

OF_VALUES = {
    "controller.name": COMPANY,
    "processor.name": COMPANY,
    "controller.representative.name": NAME,
    "processor.representative.name": NAME,
    "controller.representative.function": FUNCTION,
    "processor.representative.function": FUNCTION,
}
_AND = re.compile(r"\s+en\s+|\s*[,/&+]\s*")
_DATE = re.compile(r"[\s/.-]*(?:20)?[\s/.-]*")  # what a date to fill in has besides dots
_AROUND = " \t()[]<>«»“”\"'‘’.,;:*-"


def kinds(words: str) -> set[str] | None:
    """The kinds of a line; None if it says something that is not known. An empty line has none."""
    rest = opened().sub(" ", TOKEN.sub(" ", words))
    label, colon, more = rest.partition(":")
    found: list[frozenset[str] | None] = [_of_value(each[0]) for each in TOKEN.finditer(words)]
    found += [_label(each["bracket"]) for each in opened().finditer(words) if each["bracket"]]
    if label.strip(_AROUND):
        found.append(_label(label))
    known = {kind for each in found if each for kind in each}
    if DATE in known and _DATE.fullmatch(more):
        more = ""
    if None in found or (re.search(r"\w", more) and not known <= TOLD_ANYWAY):
        return None
    if not known and not colon and opened().search(words):
        return {LINE}
    return known


def is_label(words: str) -> bool:
    """Whether these words alone ask for something that a signatory fills in."""
    return bool(kinds(words)) and not TOKEN.search(words)


def names_company(words: str) -> bool:
    """Whether a line is only the name of a party, as in a head."""
    return bool(TOKEN.search(words)) and kinds(words) == {COMPANY}


def says_more(words: str) -> bool:
    """Whether a line has a known label and words that are not known, such as somebody's name."""
    label, colon, _ = words.partition(":")
    return bool(colon and _label(label) and kinds(words) is None)


def _of_value(token: str) -> frozenset[str] | None:
    """What a placeholder is; None if it is not of a signatory."""
    path = names.value_path(token[2:-2].strip()) if token.startswith("{{") else None
    kind = OF_VALUES.get(path or "")
    return frozenset({kind}) if kind else None


def _label(words: str) -> frozenset[str] | None:
    """What a label asks for; None if that is not known."""
    read: str = table("template_open", OURS)["signing"]["read"]
    words = re.split(read, words, maxsplit=1, flags=re.IGNORECASE)[0].strip(_AROUND) or words
    plain = " ".join(words.casefold().strip(_AROUND).split())
    plain = re.sub(r"[“”\"'‘’()]", "", plain)
    if kind := _kind(plain):
        return frozenset({kind})
    parts = [_kind(each.strip(_AROUND)) for each in _AND.split(plain) if each.strip(_AROUND)]
    return frozenset(parts) if parts and all(parts) else None


def _kind(label: str) -> str:
    known: dict[str, list[str]] = table("template_open", OURS)["rows"]
    return next((kind for kind, labels in known.items() if label in labels), "")
