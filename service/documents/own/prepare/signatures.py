"""Writes where a contract is to be signed as the check wants it: a table with a column of labels
and one for each party, the date above the signature."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from service.documents.own import names
from service.documents.own.paragraphs import TOKEN, text_of
from service.documents.own.prepare.changes import LONGEST, Change, What
from service.documents.own.prepare.new import element
from service.documents.own.prepare.new import paragraph as new_paragraph
from service.documents.own.signing.blocks import Block, lines_of_paragraph
from service.documents.own.signing.find import Signing, find_signings
from service.documents.own.signing.lines import COMPANY, DATE, FUNCTION, NAME, SIGNATURE
from service.documents.own.signing.parties import CONTROLLER, PROCESSOR
from service.documents.own.signing.questions import questions
from service.documents.own.source import Source, is_on, said, value
from service.documents.template import W
from service.texts import OURS, table

PLACE = "place"
USUAL_WIDTH = 9072  # twentieths of a point: A4 with margins of 2.5 cm
LABELS_SHARE = 0.2
Answered = Mapping[tuple[Any, int], str]
"""The party of each block of which a person said it, by its anchor and number there."""


def answered(source: Source, answers: Mapping[str, str]) -> dict[tuple[Any, int], str]:
    """What was answered, by the key of its finding. Before the text changes."""
    found: dict[tuple[Any, int], str] = {}
    for finding, block in questions(find_signings(source)) if answers else ():
        if (party := answers.get(finding.key)) in (CONTROLLER, PROCESSOR):
            found[block.anchor, block.at] = str(party)
    return found


def write_signatures(source: Source, known: Answered) -> Iterator[Change]:
    """Write each of which every party is known; every place once."""
    used = set(_places(source))
    found = list(find_signings(source))
    for signing in [_of_agreement(each, found, used) for each in found]:
        parties = [each.party or known.get((each.anchor, each.at), "") for each in signing.blocks]
        keys = [f"{each}_{'annex' if signing.annex else 'agreement'}" for each in parties]
        if not all(parties) or len(set(keys)) < len(keys) or used & set(keys):
            continue
        lines = (said(each) for one in signing.elements for each in one.iter(f"{W}p"))
        before = " / ".join(filter(None, lines))
        if len(before) > LONGEST:
            continue  # the change could not tell all words that go
        used |= set(keys)
        new = _table(source, signing, parties)
        after = " / ".join(filter(None, map(said, new.iter(f"{W}p"))))
        _put(new, signing.elements)
        yield Change.at(What.SIGNATURES, signing.spot.above, before, after)


def _of_agreement(signing: Signing, found: Sequence[Signing], used: set[str]) -> Signing:
    """The only place where more than one party signs is that of the agreement, also after its
    annexes."""
    others = [each for each in found if each is not signing]
    alone = all(each.annex and len(each.blocks) == 1 for each in others) and not used
    return signing._replace(annex=signing.annex and not (alone and len(signing.blocks) > 1))


def _places(source: Source) -> Iterator[str]:
    """The keys of the places that the text has."""
    for _, paragraph in source.paragraphs():
        for each in TOKEN.finditer(text_of(paragraph)):
            mark, _, place = each[0][2:-2].strip().partition(".")
            if key := names.place_key(place) if names.keyed("marks", mark) else None:
                yield key


def _put(new: Any, old: Sequence[Any]) -> None:
    """The table instead of these elements; tables beside each other would be one."""
    old[0].addprevious(new)
    for each in old:
        each.getparent().remove(each)
    before, after = new.getprevious(), new.getnext()
    if before is not None and before.tag == f"{W}tbl":
        new.addprevious(element("p"))
    if after is not None and after.tag == f"{W}tbl":
        new.addnext(element("p"))


def _table(source: Source, signing: Signing, parties: Sequence[str]) -> Any:
    words = table("template_prepared", OURS)["table"]
    first_old = signing.elements[0]
    grid = [int(value(each, "w") or 0) for each in first_old.findall(f"{W}tblGrid/{W}gridCol")]
    width = sum(grid) or _width(source)
    first = int(width * LABELS_SHARE)
    widths = [first, *[(width - first) // len(parties)] * len(parties)]
    new = element("tbl")
    new.extend(copy.deepcopy(each) for each in first_old.findall(f"{W}tblPr"))
    if new.find(f"{W}tblPr") is None:
        new.append(_properties(width))
    new.append(element("tblGrid"))
    new[-1].extend(element("gridCol", w=str(each)) for each in widths)
    head = [_head(each) for each in signing.blocks]
    new.append(_row([[_line(words["party"])], *head], widths, header=True))
    kinds = {DATE, SIGNATURE}.union(*(each.kinds for each in signing.blocks))
    if kinds == {DATE, SIGNATURE} and first_old.tag == f"{W}p":
        kinds.add(NAME)
    for kind in (COMPANY, NAME, FUNCTION, DATE, SIGNATURE):
        if kind in kinds:
            fields = [_field(kind, each, annex=signing.annex) for each in parties]
            cells = [[_line(f"{{{{ {each} }}}}")] for each in fields]
            new.append(_row([[_line(words[kind])], *cells], widths))
    return new


def _head(block: Block) -> list[Any]:
    """The words above a block; those of a cell with their looks, or at least as bold as they were
    where one paragraph has several lines."""
    if block.anchor.tag == f"{W}tc":
        old = [each for each in block.anchor.iter(f"{W}p") if said(each)]
        if all(len(lines_of_paragraph(each)) == 1 for each in old):
            return [copy.deepcopy(each) for each in old[: len(block.head)]]
    lines = [each.rstrip(" :,") for each in block.head]
    bold = _bold_lines(block.anchor)
    return [
        _line(each, bold=bool(each) and any(each in line for line in bold))
        for each in lines or [""]
    ]


def _bold_lines(anchor: Any) -> list[str]:
    """The lines that begin in bold, in a paragraph or cell."""
    lines: list[tuple[bool, str]] = []
    ended = True
    for each in anchor.iter(f"{W}p", f"{W}br", f"{W}cr", f"{W}t"):
        if each.tag != f"{W}t":
            ended = True
        elif not ended:
            lines[-1] = (lines[-1][0], lines[-1][1] + (each.text or ""))
        elif (each.text or "").strip():
            lines.append((is_on(each.getparent().find(f"{W}rPr/{W}b")), each.text))
            ended = False
    return [" ".join(words.split()) for bold, words in lines if bold]


def _width(source: Source) -> int:
    """Between the margins of the last section."""
    sections = list(source.document.iter(f"{W}sectPr"))
    if not sections:
        return USUAL_WIDTH
    page, margins = sections[-1].find(f"{W}pgSz"), sections[-1].find(f"{W}pgMar")
    sizes = [value(page, "w"), value(margins, "left"), value(margins, "right")]
    if not all(each and each.isdecimal() for each in sizes):
        return USUAL_WIDTH
    whole, *sides = (int(each or 0) for each in sizes)
    return whole - sum(sides) if whole > sum(sides) + USUAL_WIDTH // 2 else USUAL_WIDTH


def _properties(width: int) -> Any:
    properties = element("tblPr")
    properties.append(element("tblW", w=str(width), type="dxa"))
    borders = element("tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        borders.append(element(side, val="single", sz="4", space="0", color="A6A6A6"))
    properties.append(borders)
    properties.append(element("tblLayout", type="fixed"))
    return properties


def _field(kind: str, party: str, *, annex: bool) -> str:
    if kind in (DATE, SIGNATURE):
        return names.shown_place(f"{party}_{'annex' if annex else 'agreement'}", kind)
    return names.shown(f"{party}.name" if kind == COMPANY else f"{party}.representative.{kind}")


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


def _line(words: str, *, bold: bool = False) -> Any:
    spacing = element("spacing", before="40", after="40")
    made = new_paragraph(words, element("keepNext"), spacing)
    if bold:
        made.find(f"{W}r").insert(0, element("rPr"))
        made.find(f"{W}r/{W}rPr").append(element("b"))
    return made
