"""Writes a signature table as the check wants it: a column of labels, one for each party, the date
above the signature."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from service.documents.own import names
from service.documents.own.open_characters import opened
from service.documents.own.open_places import OpenPlace
from service.documents.own.paragraphs import TOKEN
from service.documents.own.prepare.changes import Change, What
from service.documents.own.prepare.new import element, holds_more
from service.documents.own.prepare.new import paragraph as new_paragraph
from service.documents.own.source import said, value
from service.documents.own.sure import said_in
from service.documents.template import W
from service.texts import OURS, table

PLACE = "place"
CONTROLLER, PROCESSOR = "controller", "processor"
NAME, FUNCTION, DATE, SIGNATURE, NOTHING = "name", "function", "date", "signature", "nothing"
USUAL_WIDTH = 9072  # twentieths of a point: A4 with margins of 2.5 cm
LABELS_SHARE = 0.2


class Column(NamedTuple):
    """``party`` and the cell of the first row."""

    party: str
    at: int
    head: Any


def write_tables(places: Sequence[OpenPlace]) -> Iterator[Change]:
    """Write each signature table that has only what is known of one."""
    found: dict[Any, list[OpenPlace]] = {}
    for place in places:
        if place.finding.values.get("advice") == PLACE:
            around = next(place.spot.paragraph.iterancestors(f"{W}tbl"), None)
            if around is not None and around.getparent().tag == f"{W}body":
                found.setdefault(around, []).append(place)
    for old, inside in found.items():
        columns = _columns(old)
        rows = _rows(old, columns) if columns else None
        if not columns or rows is None or SIGNATURE not in rows or holds_more(old):
            continue
        keys = [_key(place) for place in inside]
        annex = any(key.endswith("_annex") for key in keys)
        new = _table(old, columns, rows, annex=annex)
        before = " / ".join(filter(None, map(said, old.iter(f"{W}p"))))
        after = " / ".join(filter(None, map(said, new.iter(f"{W}p"))))
        change = Change.at(What.SIGNATURES, inside[0].spot.above, before, after)
        old.addnext(new)
        old.getparent().remove(old)
        yield change


def _key(place: OpenPlace) -> str:
    field = str(place.finding.values["field"])
    return names.place_key(field.partition(".")[2]) or ""


def _columns(old: Any) -> list[Column]:
    """The column of each party; [] if the first row does not say so plainly."""
    rows = old.findall(f"{W}tr")
    cells = rows[0].findall(f"{W}tc")
    if len(rows) < 2 or any(len(row.findall(f"{W}tc")) != len(cells) for row in rows):
        return []
    patterns = table("template_open", OURS)["party"]
    parties = []
    for cell in cells:
        words = said_in(cell)
        own = re.search(patterns[PROCESSOR], words, re.IGNORECASE)
        theirs = re.search(patterns[CONTROLLER], words, re.IGNORECASE)
        parties.append(PROCESSOR if own else CONTROLLER if theirs else "")
    named = [at for at, cell in enumerate(cells) if said_in(cell)]
    ours = f"{{{{ {names.shown('processor.name')} }}}}"
    own_name = [at for at in named if not parties[at] and ours in said_in(cells[at])]
    if PROCESSOR not in parties and len(own_name) == 1:
        parties[own_name[0]] = PROCESSOR
    found = [Column(party, at, cells[at]) for at, party in enumerate(parties) if party]
    free = len(cells) - len(found)
    first_is_labels = free == 1 and not parties[0]
    if not found or len({each.party for each in found}) < len(found):
        return []
    return found if free == 0 or first_is_labels else []


def _rows(old: Any, columns: list[Column]) -> set[str] | None:
    """The kinds of rows that the table has; None if something in it is not known."""
    kinds = set()
    for row in old.findall(f"{W}tr")[1:]:
        cells = row.findall(f"{W}tc")
        beside = "" if columns[0].at == 0 else said_in(cells[0])
        if beside and not _kind(beside):
            return None
        if beside:
            kinds.add(_kind(beside))
            texts = [said_in(cells[each.at]) for each in columns]
            if any(_says_more(f"{beside}: {words}", _kind(beside)) for words in texts):
                return None
            continue
        for column in columns:
            for paragraph in cells[column.at].iter(f"{W}p"):
                words = said(paragraph)
                kind = _kind(words)
                if words and (not kind or _says_more(words, kind)):
                    return None
                kinds.add(kind)
    return kinds - {"", NOTHING}


def _says_more(words: str, kind: str) -> bool:
    """Whether a name or date stands there already: it may be another person's."""
    if kind not in (NAME, DATE, SIGNATURE):
        return False
    rest = opened().sub("", TOKEN.sub("", words))
    return _kind(rest) != kind or bool(re.search(r":.*\w", rest))


def _kind(words: str) -> str:
    """What the label at the beginning of these words asks for; '' if that is not known."""
    label = re.split(r":|…|\.{2,}|_{2,}|\{", words, maxsplit=1)[0].strip().casefold()
    known: dict[str, list[str]] = table("template_open", OURS)["rows"]
    return next((kind for kind, labels in known.items() if label in labels), "")


def _table(old: Any, columns: list[Column], rows: set[str], *, annex: bool) -> Any:
    words = table("template_prepared", OURS)["table"]
    grid = [int(value(each, "w") or 0) for each in old.findall(f"{W}tblGrid/{W}gridCol")]
    width = sum(grid) or USUAL_WIDTH
    first = int(width * LABELS_SHARE)
    widths = [first, *[(width - first) // len(columns)] * len(columns)]
    new = element("tbl")
    new.extend(copy.deepcopy(each) for each in old.findall(f"{W}tblPr"))
    new.append(element("tblGrid"))
    new[-1].extend(element("gridCol", w=str(each)) for each in widths)
    head = [copy.deepcopy(list(each.head.iter(f"{W}p"))) for each in columns]
    new.append(_row([[_line(words["party"])], *head], widths, header=True))
    for kind in (NAME, FUNCTION, DATE, SIGNATURE):
        if kind in rows or kind == DATE:
            cells = [
                _line(f"{{{{ {_field(kind, each.party, annex=annex)} }}}}") for each in columns
            ]
            new.append(_row([[_line(words[kind])], *[[cell] for cell in cells]], widths))
    return new


def _field(kind: str, party: str, *, annex: bool) -> str:
    if kind in (DATE, SIGNATURE):
        return names.shown_place(f"{party}_{'annex' if annex else 'agreement'}", kind)
    return names.shown(f"{party}.representative.{kind}")


def _row(cells: list[list[Any]], widths: list[int], *, header: bool = False) -> Any:
    row, properties = element("tr"), element("trPr")
    properties.append(element("cantSplit"))
    if header:
        properties.append(element("tblHeader"))
    row.append(properties)
    for paragraphs, width in zip(cells, widths, strict=True):
        cell, shape = element("tc"), element("tcPr")
        shape.append(element("tcW", w=str(width), type="dxa"))
        cell.append(shape)
        cell.extend(paragraphs)
        row.append(cell)
    return row


def _line(words: str) -> Any:
    return new_paragraph(words, element("spacing", before="40", after="40"))
