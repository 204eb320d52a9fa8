"""What a person typed for the open places of a file, for the same file after she changed it in
Word: the places are found again by their sentences."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from service.documents.own.findings import Finding

LIKE_ENOUGH = 0.6
"""Of a place with the same words and heading this is 1.5; of the same sentence elsewhere 1."""

SAME_PLACE = 0.25  # for the same heading, and for the same words in the place
_WORDS = re.compile(r"\w+")


@dataclass(frozen=True)
class Typed:
    """Words for the place of a finding. ``written``: they stand in a file already, and count only
    for one in which the same place is open again. ``sure``: they may be written unseen."""

    finding: Finding
    words: str
    written: bool = False
    sure: bool = True

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Typed:
        """Of ``as_json``."""
        return cls(Finding.from_json(kept["finding"]), kept["words"], kept["written"])

    def as_json(self) -> dict[str, Any]:
        return {"finding": self.finding.as_json(), "words": self.words, "written": self.written}


@dataclass(frozen=True)
class Found:
    """Where the words belong now, by the key of an open place: ``same`` places, and ``alike`` ones
    of which a person should look whether the words still fit. ``gone`` have no place."""

    same: dict[str, Typed]
    alike: dict[str, Typed]
    gone: tuple[Typed, ...]


def find_again(typed: Iterable[Typed], findings: Iterable[Finding]) -> Found:
    """Look for the place of each among what was found in the file as it is now."""
    left = {each.key: each for each in findings if each.answerable}
    waiting = list(typed)
    same: dict[str, Typed] = {}
    for look in (_key, _sentence):
        known, wanted = _once(left.values(), look), _once((e.finding for e in waiting), look)
        for each in list(waiting):
            place = known.get(look(each.finding))
            if place and look(each.finding) in wanted:
                same[place.key] = each
                waiting.remove(each)
                del left[place.key]
    alike = {key: each for key, each in same.items() if not each.sure}
    waiting = [each for each in waiting if not each.written]
    pairs = (
        (_likeness(e.finding, p), i, key) for i, e in enumerate(waiting) for key, p in left.items()
    )
    given: set[int] = set()
    for likeness, number, key in sorted(pairs, key=lambda pair: -pair[0]):
        if likeness >= LIKE_ENOUGH and number not in given and key not in alike:
            alike[key] = waiting[number]
            given.add(number)
    gone = tuple(each for number, each in enumerate(waiting) if number not in given)
    return Found({key: each for key, each in same.items() if key not in alike}, alike, gone)


def after_writing(found: Found, findings: Sequence[Finding]) -> tuple[Found, tuple[Typed, ...]]:
    """What is left once the words for the ``same`` places were written, of which ``findings`` came;
    and those that were written."""
    open_still = {each.key for each in findings}
    done = tuple(each for key, each in found.same.items() if key not in open_still)
    rest = [each for key, each in found.same.items() if key in open_still]
    asked = [replace(each, sure=False) for each in (*rest, *found.alike.values(), *found.gone)]
    return find_again(asked, findings), tuple(replace(each, written=True) for each in done)


def _once(findings: Iterable[Finding], look: Callable[[Finding], object]) -> dict[object, Finding]:
    """Those that look like no other one."""
    known = {each.key: each for each in findings}.values()
    times = Counter(map(look, known))
    return {look(each): each for each in known if times[look(each)] == 1}


def _key(finding: Finding) -> object:
    return finding.key


def _sentence(finding: Finding) -> object:
    values = finding.values
    return (finding.code, finding.part, finding.paragraph, values["written"], values.get("at"))


def _likeness(one: Finding, other: Finding) -> float:
    """How much the words around two places are the same; 0 for another kind of place."""
    if one.code is not other.code:
        return 0
    first, second = (set(_WORDS.findall(each.paragraph.casefold())) for each in (one, other))
    shared = 2 * len(first & second) / max(1, len(first) + len(second))
    same_words = one.values["written"] == other.values["written"]
    return shared + SAME_PLACE * (one.heading == other.heading) + SAME_PLACE * same_words
