"""Parses the light markup of a document's text source into blocks.

The agreement's Word template (``builder``) and the evidence sheet (``sheet``) have such a source.

    # Title                       the document's title
    ## 3 Heading                  article 3; the number must be the next one
    ## Heading                    a heading without a number; a large one when it starts a page
    ### Heading                   a heading under it
    3.1 text                      a clause; the number must be the next one
    - text                        a bullet
    [keep] text                   a paragraph kept on one page with what follows
    [closing] text                the same, with space above it
    [statements] text             what was stated, kept with the bullets that follow
    [small] text                  a small paragraph
    [seal] text                   the place of the service's seal, with its caption (sheet only)
    {% for ... %}                 alone on a line: a Jinja statement around whole blocks
    ::page                        the next block starts a new page
    ::table 28 66 66              a table with its column widths in mm, up to ``::end``. ``!`` is a
                                  header row, ``|`` separates cells, ``//`` paragraphs in a cell,
                                  ``~`` makes a cell small, ``#`` sets a digest, ``@place`` reserves
                                  room for a signature and ``@place.date``, in the row above, for
                                  its date. It stays on one page, unless ``flowing`` follows the
                                  widths. A line that starts with a space continues the one before.

Other lines are paragraphs; a blank line ends a block. ``**bold**`` works everywhere. Numbers are
written for reviewers, and checked because Word numbers by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

ARTICLE = re.compile(r"(\d+) (.+)", re.DOTALL)
CLAUSE = re.compile(r"(\d+)\.(\d+) (.+)", re.DOTALL)
NEW_BLOCK = re.compile(r"(#{1,3} |- |\[\w+\] |::|\d+\.\d+ )")
MARKED = re.compile(r"\[(\w+)\] (.+)", re.DOTALL)
MARKS = {
    "keep": ("paragraph", True),
    "closing": ("closing", True),
    "statements": ("statements", True),
    "small": ("small", False),
    "seal": ("seal", False),
}
CONTROL = re.compile(r"\{%[^%]*%\}")


class SourceError(ValueError):
    """The text source breaks its own rules; the message says where."""


@dataclass(frozen=True)
class Block:
    """One block; ``kind`` is its style in the builder or the sheet."""

    kind: str
    text: str
    page_before: bool = False
    keep_next: bool = False
    number: str | None = None


@dataclass(frozen=True)
class Table:
    """A table of cell sources; a row with one Jinja statement is a control row."""

    widths_mm: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]
    flowing: bool = False


@dataclass
class _Numbering:
    article: int = 0
    clause: int = 0
    in_clause: bool = field(default=False)

    def next_article(self, written: str) -> None:
        self.article, self.clause = self.article + 1, 0
        if int(written) != self.article:
            raise SourceError(f"article {written} is written where Word counts {self.article}")

    def next_clause(self, article: str, clause: str) -> None:
        self.clause += 1
        if (int(article), int(clause)) != (self.article, self.clause):
            raise SourceError(
                f"clause {article}.{clause} is written where Word counts "
                f"{self.article}.{self.clause}"
            )


def parse(source: str) -> list[Block | Table]:
    """The blocks of a text source, in order. Raises SourceError."""
    numbering = _Numbering()
    blocks: list[Block | Table] = []
    page_before = False
    for chunk in _chunks(source):
        if chunk == "::page":
            page_before = True
            continue
        if chunk.startswith("::table"):
            blocks.append(_table(chunk))
            numbering.in_clause = False
            continue
        blocks.append(_block(chunk, numbering, page_before))
        page_before = False
    return blocks


def _chunks(source: str) -> Iterator[str]:
    """Blocks as text: wrapped lines joined, tables complete."""
    lines: list[str] = []
    in_table = False
    for line in source.splitlines():
        if in_table:
            if line.strip() == "::end":
                yield "\n".join(lines)
                lines, in_table = [], False
            else:
                lines.append(line)
            continue
        alone = line.strip() == "::page" or bool(CONTROL.fullmatch(line.strip()))
        if lines and (not line.strip() or alone or NEW_BLOCK.match(line)):
            yield " ".join(part.strip() for part in lines)
            lines = []
        if alone:
            yield line.strip()
        elif line.startswith("::table"):
            lines, in_table = [line], True
        elif line.strip():
            lines.append(line)
    if in_table:
        raise SourceError("a table has no ::end")
    if lines:
        yield " ".join(part.strip() for part in lines)


def _block(chunk: str, numbering: _Numbering, page_before: bool) -> Block:
    if CONTROL.fullmatch(chunk):
        return Block("control", chunk)
    if chunk.startswith("### "):
        numbering.in_clause = False
        return Block("subheading", chunk[4:])
    if chunk.startswith("## "):
        return _heading(chunk[3:], numbering, page_before)
    if chunk.startswith("# "):
        return Block("title", chunk[2:], page_before)
    if chunk.startswith("- "):
        return Block("clause_bullet" if numbering.in_clause else "bullet", chunk[2:])
    if match := CLAUSE.fullmatch(chunk):
        numbering.next_clause(match[1], match[2])
        numbering.in_clause = True
        return Block("clause", match[3], number=f"{match[1]}.{match[2]}")
    numbering.in_clause = False
    if match := MARKED.fullmatch(chunk):
        kind, keep_next = MARKS[match[1]]
        return Block(kind, match[2], page_before, keep_next)
    return Block("paragraph", chunk, page_before)


def _heading(text: str, numbering: _Numbering, page_before: bool) -> Block:
    numbering.in_clause = False
    if match := ARTICLE.fullmatch(text):
        numbering.next_article(match[1])
        return Block("article", match[2], page_before, number=match[1])
    return Block("heading" if page_before else "section", text, page_before)


def _table(chunk: str) -> Table:
    head, *lines = chunk.split("\n")
    words = head.split()[1:]
    widths = tuple(int(word) for word in words if word.isdigit())
    rows: list[str] = []
    for line in lines:
        if line.startswith(" ") and rows:
            rows[-1] += " " + line.strip()
        elif line.strip():
            rows.append(line.strip())
    return Table(widths, tuple(_cells(row, len(widths)) for row in rows), "flowing" in words)


def _cells(row: str, columns: int) -> tuple[str, ...]:
    if CONTROL.fullmatch(row):
        return (row,)
    cells = tuple(cell.strip() for cell in row.split("|"))
    if len(cells) != columns:
        raise SourceError(f"a row has {len(cells)} cells where {columns} are declared: {row}")
    return cells
