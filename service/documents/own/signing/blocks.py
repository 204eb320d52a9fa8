"""What a place to sign is made of, and how tables and lines show it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from service.documents.own.open_characters import opened
from service.documents.own.paragraphs import GAPS
from service.documents.own.signing.lines import (
    COMPANY,
    DATE,
    FUNCTION,
    LINE,
    NAME,
    SIGNATURE,
    kinds,
    names_company,
)
from service.documents.own.signing.parties import Parties, of_tokens
from service.documents.own.source import value
from service.documents.template import W
from service.texts import OURS, table

LONGEST_HEAD = 70
LONGEST_HEAD_LINES = 3
_SPACES = re.compile(r"\t+|[^\S\n]{4,}")
ASKED = {COMPANY, NAME, FUNCTION, DATE, SIGNATURE}


class Block(NamedTuple):
    """What one party signs. ``party`` is '' if nothing says which; ``head`` are the words above,
    or those that name it; ``anchor`` and ``at`` tell it from the others."""

    party: str
    head: tuple[str, ...]
    kinds: frozenset[str]
    anchor: Any
    at: int = 0

    @property
    def words(self) -> str:
        return " ".join(self.head)


class Column(NamedTuple):
    """The lines of one party, of which the first are its head: as many as ``heads``, or all before
    the first that asks for something."""

    lines: Sequence[str]
    anchor: Any
    heads: int | None = None


def blocks_of(columns: Sequence[Column], parties: Parties) -> list[Block]:
    """The blocks of these; [] if a line is not known, or nothing asks for a signature."""
    found = [_read(each, parties) for each in columns]
    read = [each for each in found if each]
    asked: set[str] = set().union(*(each.kinds for each in read))
    if len(read) < len(columns) or not asked & {LINE, SIGNATURE}:
        return []
    return [
        each._replace(kinds=frozenset((each.kinds | {SIGNATURE}) & ASKED), at=number)
        for number, each in enumerate(read)
    ]


def _read(column: Column, parties: Parties) -> Block | None:
    lines, anchor, heads = column
    if heads is None:
        asking = (n for n, each in enumerate(lines) if kinds(each) and not names_company(each))
        heads = next(asking, len(lines))
    head = tuple(each for each in lines[:heads] if each.strip())
    if len(head) > LONGEST_HEAD_LINES or any(len(each) > LONGEST_HEAD for each in head):
        return None
    named = set(of_tokens(" ".join(lines[heads:])))
    party = parties.of(" ".join(head))
    if len(named) > 1 or (named and party not in ("", *named)):
        return None  # data of the other party
    asked: set[str] = set()
    for each in lines[heads:]:
        found = kinds(each)
        if found is None:
            return None
        asked |= found
    return Block(party or "".join(named), head, frozenset(asked), anchor)


def for_party(words: str, parties: Parties) -> tuple[str, bool] | None:
    """The head of a line such as `Voor de klant: ______`, and whether something is left open in it;
    None for another line."""
    begins = table("template_open", OURS)["signing"]["for_party"]
    head = opened().sub("", words).strip(" :,\t")
    if not re.match(begins, head, re.IGNORECASE) or len(head) > LONGEST_HEAD:
        return None
    left = opened().search(words)
    if left and words[left.end() :].strip(" ."):
        return None
    return (head, bool(left)) if parties.of(head) and not re.search(r"[.;]", head) else None


def segments(paragraph: Any) -> list[str]:
    """The pieces of a line that stand side by side, with tabs or many spaces between."""
    return [" ".join(each.split()) for each in _SPACES.split(_as_typed(paragraph)) if each.strip()]


def lines_of_paragraph(paragraph: Any) -> list[str]:
    """The words between the ends of lines that somebody typed in a paragraph."""
    return [words for each in _as_typed(paragraph).split("\n") if (words := " ".join(each.split()))]


def _as_typed(paragraph: Any) -> str:
    """The words with their tabs and ends of lines."""
    gaps = {f"{W}tab": "\t", f"{W}br": "\n", f"{W}cr": "\n"}
    return "".join(
        (each.text or "") if each.tag == f"{W}t" else gaps.get(each.tag, " ")
        for each in paragraph.iter(f"{W}t", *GAPS)
        if each.getparent().tag == f"{W}r"
    )


def cells_of(row: Any) -> Iterator[tuple[int, int, Any]]:
    """Each cell of a row with the columns of the grid that it takes, the last one excluded."""
    at = 0
    for cell in row.findall(f"{W}tc"):
        span = value(cell.find(f"{W}tcPr/{W}gridSpan")) or "1"
        width = int(span) if span.isdecimal() else 1
        yield at, at + width, cell
        at += width


def lines_of(cell: Any) -> list[str]:
    """The words of a cell, line by line."""
    return [line for each in cell.iter(f"{W}p") for line in lines_of_paragraph(each)]


def merged(rows: Iterable[Any]) -> bool:
    """Whether a cell goes on in the row below."""
    return any(next(row.iter(f"{W}vMerge"), None) is not None for row in rows)
