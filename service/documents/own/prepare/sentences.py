"""Fills in the places of a sentence or cell whose value is known."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from lxml import etree

from service.documents.admission import MAIN_PART
from service.documents.own.findings import Found
from service.documents.own.open_characters import opened
from service.documents.own.open_places import OpenPlace
from service.documents.own.paragraphs import TOKEN, XML_SPACE, text_of, write
from service.documents.own.prepare.changes import Change, What
from service.documents.own.sure import said_in
from service.documents.template import W
from service.texts import OURS, text

FEWEST_WORDS = 6
"""Before a place at the end: fewer are a label rather than a sentence."""

VALUE, LIST = "field", "list"
GUARDED = ("guarded", "guarded_clause", "guarded_sentence")
_PIECES = re.compile(f"({TOKEN.pattern})", re.DOTALL)
_MASK = "\0"


class Edit(NamedTuple):
    """What is to be written instead of which characters; ``opens`` if it begins with a condition,
    which looks like the words in it."""

    start: int
    end: int
    words: str
    opens: bool = False


def write_answers(places: Iterable[OpenPlace], answers: Mapping[str, str]) -> Iterator[Change]:
    """Write what a person typed for a place, by the key of its finding."""
    for place in reversed(list(places)):
        if words := answers.get(place.finding.key):
            before = str(place.finding.values["written"])
            if _ends_without_stop(place) and not words.endswith((".", "%}")):
                words += "."
            start, end = place.alone
            write_at(place._replace(start=start, end=end), words)
            yield Change.at(What.ANSWER, place.spot.above, before, words)


def fill_in(places: Iterable[OpenPlace]) -> Iterator[Change]:
    """Write the values of these places, each with the words that go with it in its condition."""
    in_paragraph: dict[Any, list[OpenPlace]] = defaultdict(list)
    for place in places:
        if place.sure and place.finding.values.get("advice") in (VALUE, LIST, *GUARDED):
            in_paragraph[place.spot.paragraph].append(place)
    for found in in_paragraph.values():
        found.sort(key=lambda each: each.start)
        told = [_fill(place) for place in reversed(found)]
        yield from reversed(told)


def _fill(place: OpenPlace) -> Change:
    written = _written(place)
    what = What.VALUE if place.finding.values["advice"] in (VALUE, LIST) else What.CONDITION
    before = text_of(place.spot.paragraph)[place.start : place.end].strip()
    before = before or str(place.finding.values["written"])
    write_at(place, written)
    return Change.at(what, place.spot.above, before, written)


def write_at(place: OpenPlace, written: str) -> None:
    """Write words where this place is, or after the label or line that it is."""
    if place.drawn is not None:
        _instead_of_line(place.drawn, written)
    elif place.finding.code is Found.OPEN_LABEL:
        _beside(place, written)
    else:
        paragraph = place.spot.paragraph
        for edit in reversed(_edits(text_of(paragraph), place.start, place.end, written)):
            write(paragraph, *edit[:3], like_next=edit.opens)


def _ends_without_stop(place: OpenPlace) -> bool:
    """Whether dots were the end of a sentence of an article: with words in their place it needs a
    full stop. What names the parties goes on in the next paragraph."""
    paragraph = place.spot.paragraph
    words = text_of(paragraph)
    before = words[: place.start].split()
    in_list = paragraph.find(f"{W}pPr/{W}numPr") is not None
    in_table = next(paragraph.iterancestors(f"{W}tc"), None) is not None
    return (
        place.finding.code is Found.OPEN_PLACE
        and place.spot.part == MAIN_PART
        and bool(place.spot.heading)
        and place.drawn is None
        and not words[place.end :].strip()
        and len(before) >= FEWEST_WORDS
        and not before[-1].endswith(":")
        and not (in_list or in_table)
    )


def _written(place: OpenPlace) -> str:
    values = place.finding.values
    if values["advice"] == LIST:
        return f"{{{{ {values['field']} }}}}"
    whole = str(values["whole"])
    if values["advice"] == VALUE:
        return whole
    within = "template_findings.advice.within"
    return text(within, OURS, guard=values["guard"], whole=whole)


def _edits(original: str, start: int, end: int, whole: str) -> Sequence[Edit]:
    """What is to be written where, so that every word between keeps its looks."""
    masked = opened().sub(_masked, original)
    edits, at, pending = [], start, ""
    for number, piece in enumerate(_PIECES.split(whole)):
        if number % 2:
            pending += piece
        elif piece:
            found = masked.find(piece, at, end)
            if found < 0:
                return [Edit(start, end, whole)]
            if pending or found > at:
                edits.append(Edit(at, found, pending, opens=found == at))
            at, pending = found + len(piece), ""
    if pending or at < end:
        edits.append(Edit(at, end, pending))
    return edits


def _masked(found: re.Match[str]) -> str:
    """Hide a place, so that a search for the words around it finds none in it. The spaces after it
    belong to those words."""
    place = found[0].rstrip()
    return _MASK * len(place) + found[0][len(place) :]


def _instead_of_line(run: Any, written: str) -> None:
    """Replace the line that this run draws."""
    for line in run.findall(f"{W}rPr/{W}u"):
        line.getparent().remove(line)
    for each in reversed(run.findall("*")):
        if each.tag not in (f"{W}tab", f"{W}t") or (each.text or "").strip():
            break
        run.remove(each)
    text = etree.SubElement(run, f"{W}t")
    text.text = f" {written}"
    text.set(XML_SPACE, "preserve")


def _beside(place: OpenPlace, written: str) -> None:
    """Write in the empty cell beside a label, or after the label."""
    paragraph = place.spot.paragraph
    cell = next(paragraph.iterancestors(f"{W}tc"), None)
    after = None if cell is None else next(cell.itersiblings(f"{W}tc"), None)
    if after is not None and not said_in(after):
        write(next(after.iter(f"{W}p")), 0, 0, written)
    else:
        write(paragraph, place.end, place.end, f" {written}")
