"""Replaces what a customer had to choose from, or to add, by the list that Zegel asks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from service.documents.own import names
from service.documents.own.findings import Found
from service.documents.own.more import holds_more
from service.documents.own.open_places import OpenPlace
from service.documents.own.paragraphs import text_of, write
from service.documents.own.prepare.changes import Change, What
from service.documents.own.prepare.new import paragraph as new_paragraph
from service.documents.own.prepare.new import set_words
from service.documents.own.source import Source, said, value
from service.documents.own.styles import Styles
from service.documents.own.sure import announced, list_named
from service.documents.template import W
from service.texts import OURS, table

SPECIAL = "special"
FEW = 2  # words before a choice that say nothing themselves, so that its heading does
_BOX = re.compile(r"^\s*[☐□]\s*")
_BEFORE_PHRASE = re.compile(r"\s*\(?\s*$")
_AFTER_PHRASE = re.compile(r"\s*\)?")


def write_lists(source: Source, places: Sequence[OpenPlace]) -> Iterator[Change]:
    """Lists in a sentence and of items, and paragraphs that are only for special categories."""
    styles = Styles(source)
    gone: set[Any] = set()
    for place in places:
        spot, advice = place.spot, place.finding.values.get("advice")
        if spot.paragraph in gone:
            continue
        if items := _items(spot.paragraph, styles):
            field = _field_of_items(items, places, place)
            if field and _to_choose_from(items, spot.heading):
                gone.update(items)
                yield _one_item(place, items, field, What.ITEMS)
            elif field and _is_the_rest(place) and gone.isdisjoint(items):
                gone.add(spot.paragraph)
                yield _one_item(place, [spot.paragraph], field, What.REST)
            continue
        same = [each for each in places if each.spot.paragraph is spot.paragraph]
        if len({each.finding.values.get("field") for each in same if each.sure}) > 1:
            continue  # it asks for something else too
        change = None
        if advice == SPECIAL and len(same) == 1:
            change = _only_with_special(place, styles)
        else:
            change = _in_sentence(place, same)
        if change:
            gone.add(spot.paragraph)
            yield change


def _items(paragraph: Any, styles: Styles) -> list[Any]:
    """The paragraphs of the list with this one, if it is an item of one; in order."""
    kind = _kind(paragraph, styles)
    if not kind or paragraph.getparent().tag not in (f"{W}body", f"{W}tc"):
        return []
    before: list[Any] = []
    after: list[Any] = []
    for found, preceding in ((before, True), (after, False)):
        for each in paragraph.itersiblings(preceding=preceding):
            if each.tag != f"{W}p" or _kind(each, styles) != kind:
                break
            found.append(each)
    return [*reversed(before), paragraph, *after]


def _kind(paragraph: Any, styles: Styles) -> tuple[str, str] | None:
    """What makes items the items of one list: a box before the words, or their number's list."""
    if _BOX.match(text_of(paragraph)):
        return "box", ""
    number = paragraph.find(f"{W}pPr/{W}numPr")
    if number is None:
        number = styles.inherited(styles.of(paragraph), "pPr/numPr")
    listed = None if number is None else value(number.find(f"{W}numId"))
    if styles.outline(styles.of(paragraph)) is not None or listed in (None, "0"):
        return None
    return str(listed), value(number.find(f"{W}ilvl")) or "0"


def _field_of_items(items: list[Any], places: Sequence[OpenPlace], place: OpenPlace) -> str | None:
    """The list that the line above these items or else their heading names, if they ask nothing
    else and nothing would be lost with them."""
    above = items[0].getprevious()
    line = said(above) if above is not None and above.tag == f"{W}p" else ""
    field, of_heading = list_named(line), list_named(place.spot.heading)
    if not line.endswith(":") or (announced(line) == of_heading and not field):
        field = of_heading
    others = any(
        each.sure and each.finding.values.get("field") != field
        for each in places
        if each.spot.paragraph in items
    )
    return None if others or any(map(holds_more, items)) else field


def _to_choose_from(items: list[Any], heading: str) -> bool:
    """Whether the items are choices: with a box each, or to be struck out. Others hold for every
    customer."""
    above = items[0].getprevious()
    said_above = "" if above is None else said(above)
    choose = re.compile(table("template_prepared", OURS)["choose"])
    boxes = map(_BOX.match, map(text_of, items))
    return any(boxes) or any(map(choose.search, (heading, said_above)))


def _is_the_rest(place: OpenPlace) -> bool:
    """Whether an item is only room for more, such as *andere: …*."""
    words = text_of(place.spot.paragraph)
    rest = (words[: place.start] + words[place.end :]).strip(" \t.;,:…")
    return re.fullmatch(table("template_prepared", OURS)["rest"], rest) is not None


def _one_item(place: OpenPlace, items: list[Any], field: str, what: What) -> Change:
    """Replace these items by one that is repeated for each value."""
    written = table("template_prepared", OURS)["written"]
    before = " / ".join(map(said, items))
    first, *others = items
    for each in others:
        each.getparent().remove(each)
    set_words(first, written["item"])
    first.addprevious(new_paragraph(written["loop"].format(field=field)))
    first.addnext(new_paragraph(written["end_loop"]))
    after = f"{written['loop'].format(field=field)} {written['item']} {written['end_loop']}"
    return Change.at(what, place.spot.above, before, after)


def _in_sentence(place: OpenPlace, same: Sequence[OpenPlace]) -> Change | None:
    """Replace the choices after a colon by the list, with commas."""
    paragraph, written = place.spot.paragraph, text_of(place.spot.paragraph)
    phrase = next((each for each in same if each.finding.code is Found.STRIKE_OUT), None)
    if phrase is None or holds_more(paragraph):
        return None
    opened = [each for each in same if each.finding.code is Found.OPEN_PLACE]
    colon = written.find(":")
    before = written[: min(colon, phrase.start)]
    field = announced(before)
    if len(before.split()) <= FEW:
        field = field or list_named(place.spot.heading)
    if colon < 0 or not field or any(each.end < colon for each in opened):
        return None
    last = max([each.end for each in (*opened, phrase)])
    if phrase.end <= colon and not opened:
        last = len(written.rstrip())
    rest = written[last:].strip().lstrip(")")
    if rest not in ("", ".", ";") or not re.search(r"[/,]", written[colon:last]):
        return None
    placeholder = f"{{{{ {field} }}}}"
    write(paragraph, colon + 1, len(written), f" {placeholder}{rest or '.'}")
    if phrase.end <= colon:
        start = _BEFORE_PHRASE.search(written, 0, phrase.start)
        closed = _AFTER_PHRASE.match(written, phrase.end)
        first = start.start() if start else phrase.start
        write(paragraph, first, closed.end() if closed else phrase.end, "")
    return Change.at(What.CHOICE, place.spot.above, written, text_of(paragraph))


def _only_with_special(place: OpenPlace, styles: Styles) -> Change | None:
    """Print the paragraph only for customers with such data. If nothing else stands under its
    heading, others get a short sentence instead."""
    if place.finding.code is not Found.OPEN_PLACE or place.drawn is not None or not place.sure:
        return None
    paragraph = place.spot.paragraph
    before = text_of(paragraph)
    field = names.shown("annex.sensitive")
    written = table("template_prepared", OURS)["written"]
    if paragraph.getparent().tag == f"{W}tc" and before.strip() == before[place.start : place.end]:
        pieces = (written["if"].format(field=field), f"{{{{ {field} }}}}", written["else"])
        words = "".join((*pieces, written["none"], written["end_if"]))
        write(paragraph, place.start, place.end, words)
        return Change.at(What.SENSITIVE, place.spot.above, before, words)
    if paragraph.getparent().tag != f"{W}body":
        return None
    write(paragraph, place.start, place.end, f"{{{{ {field} }}}}")
    if needless := re.match(written["if_applicable"], before):
        first = before[needless.end() : needless.end() + 1].upper()
        write(paragraph, 0, needless.end() + 1, first)
    paragraph.addprevious(new_paragraph(written["if"].format(field=field)))
    ends = [new_paragraph(written["end_if"])]
    if _alone(paragraph, styles):
        ends = [new_paragraph(written["else"]), new_paragraph(written["none"]), *ends]
    for each in reversed(ends):
        paragraph.addnext(each)
    now = " ".join(map(text_of, (paragraph.getprevious(), paragraph, *ends)))
    return Change.at(What.SENSITIVE, place.spot.above, before, now)


def _alone(paragraph: Any, styles: Styles) -> bool:
    """Whether nothing else stands between the heading above (and the statement) and the next."""
    above = [each for each in paragraph.itersiblings(preceding=True) if each.tag == f"{W}p"]
    below = next(paragraph.itersiblings(), None)
    heading = len(above) > 1 and styles.outline(styles.of(above[1])) is not None
    ended = below is None or below.tag == f"{W}sectPr" or (
        below.tag == f"{W}p" and styles.outline(styles.of(below)) is not None
    )  # fmt: skip
    return heading and ended
