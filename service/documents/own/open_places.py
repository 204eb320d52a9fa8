"""Places that somebody was to fill in by hand: a row of dots, `[naam klant]`, an empty line.

Nobody can write by hand on an agreement that is signed here, so each is a fault: it would reach a
customer as it stands. The words around tell which value is probably meant
(``templates/nl/texts/template_open.toml``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any, NamedTuple

from service.documents.admission import MAIN_PART
from service.documents.own.advice import advised, row_label
from service.documents.own.clauses import LONGEST, OWN_WORDS, clause
from service.documents.own.findings import Finding, Found, shortened
from service.documents.own.open_characters import asks, opened
from service.documents.own.paragraphs import TOKEN, text_of
from service.documents.own.source import Source, said, value
from service.documents.own.sure import column_head, said_in, says_nothing
from service.documents.own.where import Spot, spots
from service.documents.template import W
from service.texts import OURS, table
from service.texts import text as words_of

LEADERS = ("dot", "underscore", "hyphen", "middleDot", "heavy")
LONGEST_LABEL = 40
MOST_IN_PARAGRAPH = 30  # nobody reads more of one
_CHOICE = re.compile(r"\[\s?\w+(?:\s?/\s?\w+)+\s?\]")
# What may follow words that are not always there, so that the rest is a sentence without them.
_CLAUSE_ENDS = re.compile(r"\s*(?:[,;.:)]|$)|\s+\(")


class OpenPlace(NamedTuple):
    """``start`` and ``end`` in the text of its paragraph: the characters of the place, or, if the
    finding has ``whole``, the words that it replaces; ``alone`` are always those of the place.
    ``drawn`` is the run with a drawn line. ``sure``: the value is not a guess."""

    finding: Finding
    spot: Spot
    start: int
    end: int
    drawn: Any = None
    sure: bool = False
    alone: tuple[int, int] = (0, 0)


def find_open_places(source: Source) -> Iterator[OpenPlace]:
    """Every place left open in the text, each where it is."""
    for spot in spots(source):
        text = TOKEN.sub(lambda token: "#" * len(token[0]), text_of(spot.paragraph))
        yield from _told_once(list(_in_text(spot, text)))
        yield from _drawn(spot, text)
        yield from _phrases(spot, text)
    yield from _labels(source)


def _told_once(places: list[OpenPlace]) -> Iterator[OpenPlace]:
    """These of one paragraph, without a guess that it prints already or that two of them share."""
    guessed = [each.finding.values["path"] for each in places if _guessed(each)]
    for each in places:
        values = each.finding.values
        if _guessed(each) and (
            guessed.count(values["path"]) > 1
            or any(
                other.sure and other.finding.values.get("path") == values["path"]
                for other in places
            )
            or str(values["whole"]) in text_of(each.spot.paragraph)
        ):
            kept = {key: values[key] for key in ("written", "at", "row") if key in values}
            each = each._replace(finding=replace(each.finding, values=kept))
        yield each


def _guessed(place: OpenPlace) -> bool:
    return not place.sure and place.finding.values.get("advice") == "field"


def _in_text(spot: Spot, text: str) -> Iterator[OpenPlace]:
    told = 0
    for found in islice(opened().finditer(text), MOST_IN_PARAGRAPH):
        if found.start() < told:
            continue  # the remedy of the place before says what becomes of this one
        if not asks(found):
            continue
        written = " ".join(found[0].split())
        shown = written[:12] if found["dots"] else written
        place = _open(spot, shown, *_span(found), _advice(spot, text, found))
        if place.finding.values.get("advice") == "guarded":
            place, until = _with_clause(place, text, found)
            place = place._replace(sure=place.sure and place.start >= told)
            told = until
        else:
            told = _span(found)[1]
        yield place


def _with_clause(open_place: OpenPlace, text: str, found: re.Match[str]) -> tuple[OpenPlace, int]:
    """The place with the words to replace and what by, and where these end. They are those that
    go with the value; other open places among them are filled in too."""
    place, spot = open_place.finding, open_place.spot
    original, path = text_of(spot.paragraph), str(place.values["path"])
    begin, stop = _span(found)
    start, end, sentence = clause(original, begin, stop, path)
    if end - start > LONGEST:
        long = replace(place, values={**place.values, "advice": "guarded_long"})
        return open_place._replace(finding=long), stop
    written = original[start:begin] + str(place.values["whole"])
    whole, at, sure = written, stop, open_place.sure
    for each in opened().finditer(text, stop, end):
        values, known = _advice(spot, text, each)
        sure = sure and (known or "whole" not in values)
        if "whole" not in values:  # another remedy says what it is to be
            whole, at, end, sentence = written, stop, stop, False
            break
        begin, stop_here = _span(each)
        first, last, _ = clause(original, begin, stop_here, values["path"])
        first, last = max(first, at), min(last, end)
        inner = original[first:begin] + values["whole"] + original[stop_here:last]
        if guard := values.get("guard"):
            inner = words_of("template_findings.advice.within", OURS, guard=guard, whole=inner)
        whole, at = whole + original[at:first] + inner, last
    gone = opened().sub(_shortly, original[start:end])
    advice = "guarded_sentence" if sentence else "guarded_clause"
    values = {"advice": advice, "gone": gone, "whole": whole + original[at:end]}
    place = replace(place, values={**place.values, **values})
    sure = sure and (sentence or _stands_apart(original, start, begin, end, path))
    return open_place._replace(finding=place, start=start, end=end, sure=sure), end


def _stands_apart(text: str, start: int, begin: int, end: int, path: str) -> bool:
    """Whether the words around these are a sentence without them; a label says nothing less."""
    own = path in OWN_WORDS and OWN_WORDS[path].fullmatch(text, start, begin)
    if own or re.fullmatch(r"\s?\(.*\)", text[start:end]):
        return True
    opens = text[start] in ",;( " or start == begin or text[:start].rstrip().endswith(":")
    return opens and bool(_CLAUSE_ENDS.match(text, end))


def _advice(spot: Spot, text: str, found: re.Match[str]) -> tuple[dict[str, str], bool]:
    """What ``advised`` says; of words to choose from none but these can be meant."""
    if found["choice"]:
        return {"advice": "choice"}, False
    inside = found[0] if found["bracket"] else ""
    advice, sure = advised(spot, text, *_span(found), inside)
    if not advice and _CHOICE.fullmatch(inside):
        return {"advice": "choice"}, False
    return advice, sure


def _span(found: re.Match[str]) -> tuple[int, int]:
    """Where an open place is; a row of dots may have spaces after it."""
    return found.start(), found.start() + len(found[0].rstrip())


def _shortly(found: re.Match[str]) -> str:
    if found["bracket"] or found[0][0].isalnum():
        return found[0]
    return "…" + found[0][len(found[0].rstrip()) :]


def _drawn(spot: Spot, text: str) -> Iterator[OpenPlace]:
    """A line that Word draws instead of writing it: underlined spaces, or a tab with a leader that
    nothing follows (in a list of prices something does)."""
    stops = spot.paragraph.iterfind(f"{W}pPr/{W}tabs/{W}tab")
    led = any(value(each, "leader") in LEADERS for each in stops)
    ends_in_tab, with_tab = False, None
    for run in spot.paragraph.iter(f"{W}r"):
        words = "".join(each.text or "" for each in run.findall(f"{W}t"))
        tabs = run.findall(f"{W}tab")
        underlined = value(run.find(f"{W}rPr/{W}u")) not in (None, "none")
        if underlined and not words.strip() and (len(words) >= 3 or tabs):
            at = len(text.rstrip())
            yield _open(spot, "____", at, at, advised(spot, text, at, at, ""))._replace(drawn=run)
            return
        last = [each.tag for each in run if each.tag in (f"{W}t", f"{W}tab")]
        if words.strip() or tabs:
            ends_in_tab = bool(tabs) and (not words.strip() or last[-1] == f"{W}tab")
            with_tab = run
    if led and ends_in_tab:
        at = len(text.rstrip())
        yield _open(spot, "____", at, at, advised(spot, text, at, at, ""))._replace(drawn=with_tab)


def _phrases(spot: Spot, text: str) -> Iterator[OpenPlace]:
    """`schrappen wat niet past`: nobody can strike out anything either. Brackets that only say that
    they are to be filled in are told as such."""
    told = [
        each.span()
        for each in opened().finditer(text)
        if each["bracket"] and says_nothing(each["bracket"])
    ]
    for phrase in table("template_open", OURS)["phrases"]:
        every = re.finditer(phrase, text, re.IGNORECASE)
        outside = (each for each in every if not any(a <= each.start() < b for a, b in told))
        found = next(outside, None)
        if found:
            place = spot.around(*found.span())
            values = {"written": found[0], **advised(spot, text, found.end(), found.end(), "")[0]}
            finding = Finding(Found.STRIKE_OUT, spot.part, place, values, heading=spot.heading)
            yield OpenPlace(finding, spot, *found.span())
            return


def _open(
    spot: Spot, shown: str, start: int, end: int, told: tuple[dict[str, str], bool]
) -> OpenPlace:
    """``told`` is what ``advised`` says of it."""
    advice, sure = told
    place = spot.around(start, end)
    values: dict[str, str | int] = {"written": shown, **advice}
    if (at := spot.begins(start, end)) != place.find(shown):
        values["at"] = at  # the same characters stand before it too
    if row := _row(spot):
        values["row"] = row
    finding = Finding(Found.OPEN_PLACE, spot.part, place, values, heading=spot.heading)
    return OpenPlace(finding, spot, start, end, sure=sure, alone=(start, end))


def _row(spot: Spot) -> str:
    """The words of the row's first cell, for a cell with nothing but open places; '' without."""
    cell = spot.paragraph.getparent()
    if cell.tag != f"{W}tc" or cell.getparent().tag != f"{W}tr":
        return ""
    label = row_label(cell)
    alone = not re.search(r"[^\W_]", opened().sub("", text_of(spot.paragraph)))
    return shortened(label) if alone and not opened().search(label) else ""


def _labels(source: Source) -> Iterator[OpenPlace]:
    """A label with nothing beside it, such as *Handtekening:* or *Initialen:*."""
    told = set()
    for spot in spots(source):
        if spot.part != MAIN_PART or not _is_label(said(spot.paragraph)):
            continue
        cell = next(spot.paragraph.iterancestors(f"{W}tc"), None)
        if cell is None:
            words = said(spot.paragraph)
            alone = words.endswith(":") and _known_label(words)
        else:
            alone = said_in(cell) == said(spot.paragraph) and _nothing_beside(cell)
        at = cell if cell is not None else spot.paragraph
        if cell is None and alone and next(_drawn(spot, words), None) is not None:
            continue  # the line after it is told already
        if alone and at not in told:
            told.add(at)
            yield _label(spot, cell)


def _label(spot: Spot, cell: Any) -> OpenPlace:
    words = said(spot.paragraph)
    above = "" if cell is None else column_head(cell)
    advice, sure = advised(spot, words, len(words), len(words), "")
    values = {"written": words, **advice}
    place = f"{words} ({above})" if above and above != words else words
    finding = Finding(Found.OPEN_LABEL, spot.part, place, values, heading=spot.heading)
    at = len(text_of(spot.paragraph))
    return OpenPlace(finding, spot, at, at, sure=sure, alone=(at, at))


def _is_label(words: str) -> bool:
    return 0 < len(words) <= LONGEST_LABEL and (words.endswith(":") or _known_label(words))


def _known_label(words: str) -> bool:
    known = table("template_open", OURS)["labels"]
    return words.rstrip(" :").casefold() in known


def _nothing_beside(cell: Any) -> bool:
    """Whether the next cell of the row has no value for a label; the first row names columns."""
    row = cell.getparent()
    if row.tag != f"{W}tr" or row.getprevious() is None or row.getprevious().tag != f"{W}tr":
        return False
    after = next(cell.itersiblings(f"{W}tc"), None)
    return after is None or not said_in(after) or _is_label(said_in(after))
