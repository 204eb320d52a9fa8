"""All places to sign of a contract, in the order of the text."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from service.documents.own.more import holds_more
from service.documents.own.signing.blocks import (
    ASKED,
    Block,
    Column,
    blocks_of,
    cells_of,
    for_party,
    lines_of,
    lines_of_paragraph,
    merged,
    segments,
)
from service.documents.own.signing.lines import (
    LINE,
    SIGNATURE,
    is_label,
    kinds,
    names_company,
    says_more,
)
from service.documents.own.signing.parties import CONTROLLER, PROCESSOR, Parties, of_tokens
from service.documents.own.source import Source, said
from service.documents.own.styles import Styles
from service.documents.own.sure import said_in
from service.documents.own.where import Spot, spots
from service.documents.template import W
from service.texts import OURS, table

LONGEST_PIECE = 300  # characters
MOST_LINES = 40
"""Lines that one block may have, with empty ones."""


class Signing(NamedTuple):
    """The elements that are to be replaced, which follow each other, and the blocks in them.
    ``annex``: under an annex. ``unsure``: the blocks of which nothing says whose they are."""

    elements: tuple[Any, ...]
    blocks: tuple[Block, ...]
    spot: Spot
    annex: bool

    @property
    def unsure(self) -> tuple[Block, ...]:
        return tuple(each for each in self.blocks if not each.party)


def find_signings(source: Source) -> Iterator[Signing]:
    """Each that is wholly understood, but perhaps for whose a block is."""
    parties, above = Parties(source), {each.paragraph: each for each in spots(source)}
    styles = Styles(source)
    body = source.document.find(f"{W}body")
    gone: set[Any] = set()
    for each in [] if body is None else list(body):
        if each in gone:
            continue
        if each.tag == f"{W}tbl":
            elements, blocks = [each], _in_table(each, parties)
        elif each.tag == f"{W}p":
            elements, blocks = _in_lines(each, parties, styles, gone)
        else:
            continue
        if not blocks or any(map(holds_more, elements)):
            continue
        gone.update(elements)
        first = each if each.tag == f"{W}p" else next(each.iter(f"{W}p"))
        spot = above[first]
        annex = re.search(table("template_open", OURS)["annex"]["heading"], spot.chapter, re.I)
        yield Signing(tuple(elements), tuple(blocks), spot, bool(annex))


def _in_table(found: Any, parties: Parties) -> list[Block]:
    rows = found.findall(f"{W}tr")
    if not rows or merged(rows) or len(list(found.iter(f"{W}tbl"))) > 1:
        return []
    return _party_in_each_row(rows, parties) or _party_in_each_column(rows, parties)


def _party_in_each_row(rows: list[Any], parties: Parties) -> list[Block]:
    """`Partij | Naam | Datum | Handtekening`, and a row for each party."""
    first, *others = [[cell for _, _, cell in cells_of(row)] for row in rows]
    asked = [kinds(said_in(cell)) for cell in first[1:]]
    if not others or not all(asked) or not any(SIGNATURE in (each or ()) for each in asked):
        return []
    all_kinds = frozenset().union(*(each for each in asked if each)) & ASKED
    found = []
    for cells in others:
        head = lines_of(cells[0])
        if len(cells) != len(first) or not head or is_label(head[0]):
            return []
        if any(_other(said_in(cell), each) for cell, each in zip(cells[1:], asked, strict=True)):
            return []
        named = set(of_tokens(" ".join(map(said_in, cells[1:]))))
        party = parties.of(" ".join(head))
        if len(named) > 1 or (named and party not in ("", *named)):
            return []
        found.append(Block(party or "".join(named), tuple(head), all_kinds, cells[0]))
    return found


def _other(words: str, asked: set[str] | None) -> bool:
    """Whether a cell says something else than its column asks for."""
    found = kinds(words)
    return found is None or not found - {LINE} <= (asked or set())


def _party_in_each_column(rows: list[Any], parties: Parties) -> list[Block]:
    """The parties in the first row, with lines below each, perhaps with a column of labels; or all
    in cells beside each other."""
    heads = list(cells_of(rows[0]))
    beside = len(heads) > 1 and _labels_beside(rows, parties)
    columns = heads[1:] if beside else heads
    found = []
    for start, end, head in columns:
        lines = lines_of(head)
        heading = len(lines) if len(rows) > 1 else None
        for row in rows[1:]:
            cells = list(cells_of(row))
            inside = [cell for first, last, cell in cells if first >= start and last <= end]
            if not inside or sum(last - first for first, last, _ in cells) != heads[-1][1]:
                return []
            lines += _lines_of_row(inside, said_in(cells[0][2]) if beside else "")
        if lines:
            found.append(Column(lines, head, heading))
    blocks = blocks_of(found, parties)
    return blocks if all(each.head for each in blocks) else []


def _labels_beside(rows: list[Any], parties: Parties) -> bool:
    """Whether the first column has only the labels of the others."""
    head, *labels = (said_in(next(cells_of(row))[2]) for row in rows)
    if not labels or is_label(head) or parties.of(head):
        return False
    return all(not each or is_label(each) for each in labels) and _only_labels(rows)


def _only_labels(rows: list[Any]) -> bool:
    """Whether the cells beside those of the first column have no labels themselves."""
    head = said_in(next(cells_of(rows[0]))[2])
    others = [cell for row in rows[1:] for _, _, cell in list(cells_of(row))[1:]]
    return not head or not any(is_label(said_in(cell)) for cell in others)


def _lines_of_row(cells: list[Any], label: str) -> list[str]:
    """The lines of one party in one row: a label and its cell are one."""
    if len(cells) == 2 and is_label(said_in(cells[0])):
        label, cells = said_in(cells[0]), cells[1:]
    lines = [line for cell in cells for line in lines_of(cell)]
    if label:
        return [f"{label.rstrip(': ')}: {' '.join(lines)}"]
    return lines


def _in_lines(
    first: Any, parties: Parties, styles: Styles, known: Collection[Any]
) -> tuple[list[Any], list[Block]]:
    """The paragraphs from this one that are places to sign, with their blocks. ``known``: those of
    places before."""
    elements: list[Any] = []
    blocks: list[Block] = []
    at: Any = first
    while at is not None:
        begins = bool(elements) or _begins(at, known, styles)
        taken, found = _one_block(at, parties, styles, begins=begins)
        had = {each.party for each in blocks}
        again = had & {each.party for each in found if each.party}
        if not found or again or had >= {CONTROLLER, PROCESSOR}:
            break
        elements += taken
        blocks += found
        at = _next_line(taken[-1])
    return _with_empty(elements), blocks


def _one_block(
    first: Any, parties: Parties, styles: Styles, *, begins: bool
) -> tuple[list[Any], list[Block]]:
    """The lines of one party, or of those side by side, that begin here."""
    pieces = segments(first)
    heading = styles.outline(styles.of(first)) is not None
    if not pieces or heading or max(map(len, pieces)) > LONGEST_PIECE:
        return [], []
    if len(within := lines_of_paragraph(first)) > 1:
        one = blocks_of([Column(within, first)], parties)
        return ([first], one) if all(map(_plain, one)) else ([], [])
    whole = [for_party(each, parties) for each in pieces]
    taken, after = [first], _next_line(first)
    if all(whole):
        opens = all(each is not None and each[1] for each in whole)
        below = [] if after is None else segments(after)
        if not opens and len(below) == len(pieces) and all(kinds(each) == {LINE} for each in below):
            opens, taken = True, [first, after]
        if opens:
            found = enumerate(each[0] for each in whole if each)
            signed = frozenset({SIGNATURE})
            return taken, [
                Block(parties.of(head), (head,), signed, first, at) for at, head in found
            ]
    labelled = all(is_label(each) for each in pieces)
    if not labelled and any(kinds(each) and not names_company(each) for each in pieces):
        return [], []
    heads = 0 if labelled else 1
    if heads and any(each.endswith((".", ";")) or says_more(each) for each in pieces):
        return [], []
    if not heads and not begins:
        return [], []
    columns = [[each] for each in pieces]
    while after is not None and len(taken) < MOST_LINES:
        beside = segments(after)
        if len(beside) != len(pieces) or not all(kinds(each) for each in beside):
            break
        if _begins_again(columns, beside):
            break
        for column, each in zip(columns, beside, strict=True):
            column.append(each)
        taken.append(after)
        after = _next_line(after)
    blocks = blocks_of([Column(each, first, heads) for each in columns], parties)
    return (taken, blocks) if all(map(_plain, blocks)) and len(taken) > 1 else ([], [])


def _plain(block: Block) -> bool:
    """Whether it is plainly somebody's: a line for a signature alone may be anything."""
    return bool(block.party) or len(block.kinds) > 1


def _begins_again(columns: list[list[str]], beside: list[str]) -> bool:
    """Whether a line asks for what was asked already: the next signatory's."""
    asked = [set().union(*(kinds(line) or set() for line in column)) for column in columns]
    return all(
        bool((kinds(line) or set()) & had - {LINE}) for line, had in zip(beside, asked, strict=True)
    )


def _next_line(paragraph: Any) -> Any:
    """The next paragraph with words, if only empty ones stand between."""
    for each in paragraph.itersiblings():
        if each.tag != f"{W}p" or next(each.iter(f"{W}sectPr", f"{W}drawing"), None) is not None:
            return None
        if said(each):
            return each
    return None


def _begins(paragraph: Any, known: Collection[Any], styles: Styles) -> bool:
    """Whether the line before is not one of the same signatory, of whom something is not known."""
    before = (each for each in paragraph.itersiblings(f"{W}p", preceding=True) if said(each))
    line = next(before, None)
    if line is None or line in known or styles.outline(styles.of(line)) is not None:
        return True
    return not any(kinds(each) or says_more(each) for each in segments(line))


def _with_empty(lines: list[Any]) -> list[Any]:
    """These paragraphs and the empty ones between them."""
    if not lines:
        return []
    found = [lines[0]]
    while found[-1] is not lines[-1]:
        found.append(found[-1].getnext())
    return found
