"""What a place left open is for, if the contract itself says so: its own words, the label of its
cell, or the words right before it, and whose data these are.

``service.documents.own.open_places`` also suggests what is only probable; that is for a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice
from typing import Any, NamedTuple

from service.documents.own import names
from service.documents.own.source import said
from service.documents.own.where import Spot
from service.documents.template import W
from service.texts import OURS, table

BEFORE, AFTER = 120, 200
LONGEST_NAME = 4  # words of a line that only says whose data follow
NEIGHBOURS = 8
"""Paragraphs on each side that are read to learn what a label is about."""

_SENTENCE = re.compile(r"(?<=[^\W\d]{3})[.;]\s+(?=[^\W\d_])")
_TRIMMED = " \t[]<>«»{}:.…_()?!"
PROCESSOR, CONTROLLER = "processor", "controller"


OF_PARTY = ("controller.", "annex.dpo.")


class Sure(NamedTuple):
    path: str
    ours: bool


class Place(NamedTuple):
    """``inside`` is what stands in the brackets of a place, ``cell`` its cell."""

    spot: Spot
    text: str
    start: int
    end: int
    inside: str = ""
    cell: Any = None


def certain(place: Place) -> Sure | None:
    """The value that belongs there and whether it is the processor's; None if that is a guess."""
    inside = _plain(place.inside)
    party = _party(place, inside)
    inside = inside or _label_after(place)
    path = _named(inside) if inside else None
    if path is None and (not inside or _allowed(inside) is not None):
        path = _by_words(place, inside) or _by_label(place, inside, party)
    if path is None or _contradicted(place, path):
        return None
    if party != PROCESSOR or not path.startswith(OF_PARTY):
        return Sure(path, ours=False)
    if path == "controller.email" and not inside and place.cell is None:
        return None  # who writes is not whom it is sent to
    theirs = path.replace("controller.", "processor.")
    return Sure(path, ours=True) if theirs != path and theirs in names.DECLARED else None


def list_named(words: str) -> str | None:
    """The field of the list that these words, of a heading or a label, are the name of."""
    path = _named(_plain(words))
    return names.shown(path) if path in names.LISTS and path not in names.OF_SPECIAL else None


def announced(words: str) -> str | None:
    """The field of the list that the words before a choice announce: `deze diensten (…):`."""
    for path, nouns in _rules()["nouns"].items():
        if re.search(_rules()["chosen"].format(names=nouns), words, re.IGNORECASE):
            return names.shown(path)
    return None


def says_nothing(words: str) -> bool:
    """Whether words in brackets only say that something is to be filled in."""
    return _allowed(_plain(words)) == set()


def is_general(words: str) -> bool:
    """Whether words in brackets do not say themselves whose data are meant."""
    return bool(_allowed(_plain(words)))


def _plain(words: str) -> str:
    plain = " ".join(words.casefold().replace("_", " ").strip(_TRIMMED).split())
    return re.sub(_rules()["prefix"], "", plain).strip(_TRIMMED)


def _named(words: str) -> str | None:
    return next((path for path, each in _patterns("named") if each.fullmatch(words)), None)


def _allowed(words: str) -> set[str] | None:
    """The paths that a general word may stand for; an empty set for a word that says nothing."""
    if re.fullmatch(_rules()["filler"], words):
        return set()
    generic = _rules()["generic"]
    found = next((paths for each, paths in generic.items() if re.fullmatch(each, words)), None)
    return None if found is None else set(found)


def _fits(path: str, inside: str) -> bool:
    allowed = _allowed(inside) if inside else set()
    return not allowed or path in allowed


def _sentence(place: Place) -> str:
    before = place.text[max(0, place.start - BEFORE) : place.start]
    ends = [each.end() for each in _SENTENCE.finditer(before)]
    return before[ends[-1] if ends else 0 :].casefold()


def _by_words(place: Place, inside: str) -> str | None:
    """By what stands right before it; a name also by what follows it at the beginning."""
    before = _sentence(place)
    officer, other = (re.search(_rules()[each], before) for each in ("officer", "other"))
    for path, pattern in _patterns("before"):
        of_officer = path in ("annex.dpo.email", "annex.dpo.phone")
        if (of_officer or path == "controller.email") and (other or of_officer != bool(officer)):
            continue
        if path.startswith("main_agreement.") and re.search(_rules()["this"], before):
            continue
        if _fits(path, inside) and pattern.search(before):
            return path
    after = place.text[place.end : place.end + AFTER].casefold()
    if re.search(r"\bop\s*$", before) and re.match(_rules()["contract_after"], after):
        return "main_agreement.date" if _fits("main_agreement.date", inside) else None
    begins = re.fullmatch(r"\W*(?:\w{1,2}[.)]\s*)?|.*\bpartijen:\s*", before)
    if begins and "#" not in before and re.match(_rules()["afterwards"], after):
        return "controller.name" if _fits("controller.name", inside) else None
    return None


def _by_label(place: Place, inside: str, party: str) -> str | None:
    """By the words before a cell, or a paragraph's own that end in a colon."""
    own = place.text[: place.start].strip()
    after = _label_after(place)
    for label in [after] if after else _labels(place.cell, own):
        if path := _named(label):
            return path if _fits(path, inside) else None
        allowed = _allowed(label)
        if not allowed or not party:
            continue
        fitting = [path for path in allowed if path.startswith("controller.")]
        if len(fitting) > 1:  # a name: of a person or of a company
            around = " ".join(_around(place)).casefold()
            signed = bool(re.search(_rules()["person"], around))
            if not signed and not re.search(_rules()["company"], around):
                return None
            fitting = [each for each in fitting if ("representative" in each) == signed]
        return next((each for each in fitting if _fits(each, inside)), None)
    return None


def _labels(cell: Any, own: str) -> Iterator[str]:
    if own:
        if own.endswith(":") or cell is not None:
            yield _plain(own)
        return
    if cell is None:
        return
    row = cell.getparent()
    cells = row.findall(f"{W}tc")
    first = said_in(cells[0])
    if cells[0] is not cell:
        yield _label(first)
    if cells[0] is cell or _party_in(first):
        yield _label(column_head(cell))


def _label(words: str) -> str:
    """The words of a cell as a label; '' if they are to be filled in themselves."""
    return "" if re.search(r"[\[<«{#]", words) else _plain(words)


def _around(place: Place) -> Iterable[str]:
    """The words of the same table, or of the paragraphs around."""
    if place.cell is not None:
        rows = next(place.cell.iterancestors(f"{W}tbl"))
        return [said(each) for each in islice(rows.iter(f"{W}p"), 60)]
    paragraph = place.spot.paragraph
    before = islice(paragraph.itersiblings(f"{W}p", preceding=True), NEIGHBOURS)
    after = islice(paragraph.itersiblings(f"{W}p"), NEIGHBOURS)
    return [said(each)[:80] for each in (*before, *after)]


def _party(place: Place, inside: str) -> str:
    """Whose data belong there; '' if nothing says so."""
    if found := _party_in(inside):
        return found
    if place.cell is not None:
        row = place.cell.getparent()
        first = row.getparent().find(f"{W}tr")
        for words in (column_head(place.cell), said_in(row.find(f"{W}tc")), said_in(first)):
            if found := _party_in(words):
                return found
        return _party_in(place.spot.heading)
    if found := _defined(place.text[place.end :]):
        return found
    if found := _last_party(_sentence(place)):
        return found
    labelled = place.text[: place.start].strip().endswith(":")
    siblings = place.spot.paragraph.itersiblings
    for each in islice(siblings(f"{W}p"), NEIGHBOURS if labelled else 1):
        if found := _defined(said(each)[:AFTER], begins=True):
            return found
    for each in islice(siblings(f"{W}p", preceding=True), NEIGHBOURS if labelled else 0):
        words = said(each)
        if len(words.split()) <= LONGEST_NAME and (found := _party_in(words)):
            return found
    return ""


def _defined(after: str, *, begins: bool = False) -> str:
    """The party that the words after a place define: `(hierna “de Klant”)`."""
    definition = re.compile(_rules()["definition"], re.IGNORECASE)
    found = definition.match(after.lstrip(" (")) if begins else definition.search(after)
    return _party_in(after[found.start() : found.end() + 60]) if found else ""


def _party_in(words: str) -> str:
    """The first party that these words name."""
    found = [
        (match.start(), party)
        for party in (PROCESSOR, CONTROLLER)
        if (match := _parties()[party].search(words))
    ]
    return min(found)[1] if found else ""


def _last_party(words: str) -> str:
    found = [
        (match.end(), party)
        for party in (PROCESSOR, CONTROLLER)
        for match in _parties()[party].finditer(words)
    ]
    return max(found)[1] if found else ""


def _label_after(place: Place) -> str:
    """What brackets right after a place say of it: `……… (adres)`."""
    found = re.match(r"\s*\(([^()…._\[<]{2,40})\)", place.text[place.end :])
    words = _plain(found[1]) if found else ""
    return words if words and (_named(words) or _allowed(words)) else ""


def _contradicted(place: Place, path: str) -> bool:
    """Whether brackets right after it say something else, or the same address stands before it."""
    if words := _label_after(place):
        named, allowed = _named(words), _allowed(words)
        if (named and named != path) or (allowed and path not in allowed):
            return True
    if path != "controller.seat" or place.cell is not None:
        return False
    beside = re.match(_rules()["address_goes_on"], place.text[place.end : place.end + 20])
    seats = re.findall(_rules()["seats"], _sentence(place))
    goes_on = beside and not _label_after(place)
    return bool(goes_on) or len(seats) > 1


def column_head(cell: Any) -> str:
    """The first row's words above a cell."""
    row = cell.getparent()
    cells = row.getparent().find(f"{W}tr").findall(f"{W}tc")
    at = row.findall(f"{W}tc").index(cell)
    return said_in(cells[at]) if at < len(cells) else ""


def said_in(cell: Any) -> str:
    """All words of a cell."""
    return " ".join(filter(None, map(said, cell.iter(f"{W}p"))))


def _rules() -> dict[str, Any]:
    rules: dict[str, Any] = table("template_open", OURS)["sure"]
    return rules


@cache
def _parties() -> dict[str, re.Pattern[str]]:
    words = table("template_open", OURS)["party"]
    return {each: re.compile(words[each], re.IGNORECASE) for each in (PROCESSOR, CONTROLLER)}


@cache
def _patterns(kind: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    words = table("template_open", OURS)["party"]
    party = "|".join(words[each].replace("\\b", "") for each in (PROCESSOR, CONTROLLER))
    end = _rules()["connector"] if kind == "before" else ""
    return tuple(
        (path, re.compile(f"(?:{each.format(party=party)}){end}", re.IGNORECASE))
        for path, each in _rules()[kind].items()
    )
