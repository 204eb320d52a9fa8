"""Which party some words are about: by a word such as *klant*, by its placeholder, or by the name
that the contract gives it: `hierna “Wolkenhuis”`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from service.documents.admission import MAIN_PART
from service.documents.own import names
from service.documents.own.open_characters import opened
from service.documents.own.paragraphs import TOKEN, text_of
from service.documents.own.source import Source
from service.texts import OURS, table

CONTROLLER, PROCESSOR = "controller", "processor"
SHORTEST = 3  # characters of a name
MOST_NAMES = 20
BEFORE = 8
"""Paragraphs before a definition that may describe its party."""


class Parties:
    """The parties of a contract, with the names that it defines for them."""

    def __init__(self, source: Source) -> None:
        words = table("template_open", OURS)["party"]
        self._words = {
            each: re.compile(words[each], re.IGNORECASE) for each in (PROCESSOR, CONTROLLER)
        }
        known: dict[str, set[str]] = {}
        for name, party in self._defined(source):
            known.setdefault(name.casefold(), set()).add(party)
        certain = ((name, party) for name, (party, *more) in known.items() if not more)
        self._names = dict(islice(certain, MOST_NAMES))

    def of(self, words: str) -> str:
        """The party of a head; '' if none is named, or both."""
        found = {party for party, each in self._words.items() if each.search(words)}
        found |= set(of_tokens(words))
        plain = " ".join(words.casefold().split())
        for name, party in self._names.items():
            if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", plain):
                found.add(party)
        return found.pop() if len(found) == 1 else ""

    def _defined(self, source: Source) -> Iterator[tuple[str, str]]:
        """Each name with the party that the words before it are about."""
        rule = re.compile(table("template_open", OURS)["signing"]["defined"], re.IGNORECASE)
        before: list[str] = []
        for part, paragraph in source.paragraphs():
            if part != MAIN_PART:
                continue
            words, at = text_of(paragraph), 0
            for found in rule.finditer(words):
                own = words[at : found.start()]
                at = found.end()
                described = own if re.search(r"\w", TOKEN.sub("x", own)) else " ".join(before)
                before = []
                name = next(each for each in found.groups() if each).strip()
                if len(name) >= SHORTEST and (party := self._described(described)):
                    yield name, party
            before = [*before[-BEFORE:], words[at:]] if words.strip() else before

    def _described(self, words: str) -> str:
        """Ours, if only our data are named; theirs, if their address or number is left open."""
        found = set(of_tokens(words))
        company = table("template_open", OURS)["signing"]["company"]
        if not found and opened().search(words) and re.search(company, words, re.IGNORECASE):
            found = {CONTROLLER}
        return found.pop() if len(found) == 1 else ""


def of_tokens(words: str) -> Iterator[str]:
    for each in TOKEN.finditer(words):
        path = names.value_path(each[0][2:-2].strip()) or ""
        party = path.partition(".")[0]
        if party in (CONTROLLER, PROCESSOR):
            yield party
