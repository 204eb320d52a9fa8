"""Reads a filled .docx back as headings, clauses, bullets, paragraphs and tables.

It counts numbers as Word does, for any template without text boxes or footnotes; the check of the
finished PDF detects those.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lxml import etree

from service.documents.template import W, part_names, read_parts

LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Run:
    text: str
    bold: bool = False


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; ``label`` is its number or bullet, ``outline`` its heading level."""

    runs: tuple[Run, ...]
    style: str
    label: str = ""
    level: int = 0
    outline: int | None = None

    @property
    def text(self) -> str:
        """Without the label."""
        return "".join(run.text for run in self.runs)

    @property
    def bullet(self) -> bool:
        """Whether the label has no letters or digits."""
        return bool(self.label) and not re.search(r"\w", self.label)


@dataclass(frozen=True)
class Cell:
    """A table cell; ``column`` counts from 0, ``rows`` is how many it spans."""

    paragraphs: tuple[Paragraph, ...]
    column: int
    rows: int = 1


@dataclass(frozen=True)
class TableBlock:
    """A table; the first ``headers`` rows are header rows."""

    rows: tuple[tuple[Cell, ...], ...]
    headers: int


@dataclass(frozen=True)
class _Style:
    list_id: str | None
    level: int
    outline: int | None


@dataclass
class _Lists:
    levels: Mapping[tuple[str, int], tuple[str, str]]
    counts: dict[str, list[int]] = field(default_factory=dict)

    def label(self, list_id: str, level: int) -> str:
        kind, text = self.levels.get((list_id, level), ("none", ""))
        if kind in ("bullet", "none"):
            return text if kind == "bullet" else ""
        counts = self.counts.setdefault(list_id, [0] * 9)
        counts[level] += 1
        counts[level + 1 :] = [0] * (8 - level)
        for number in range(level + 1):
            shown = self.levels.get((list_id, number), ("decimal", ""))[0]
            text = text.replace(f"%{number + 1}", _numeral(counts[number], shown))
        return text


def read_blocks(docx: bytes) -> list[Paragraph | TableBlock]:
    lists = part_names(docx, "word/numbering.xml")  # none for a document without lists
    parts = read_parts(docx, "word/styles.xml", "word/document.xml", *lists)
    in_styles, document, *in_numbering = map(etree.fromstring, parts)
    styles, counted = _styles(in_styles), _Lists(_levels(in_numbering[0]) if lists else {})
    body = document.find(f"{W}body")
    blocks: list[Paragraph | TableBlock] = []
    for element in body if body is not None else ():
        if element.tag == f"{W}p":
            blocks.append(_paragraph(element, styles, counted))
        elif element.tag == f"{W}tbl":
            blocks.append(_table(element, styles, counted))
    return blocks


def printed_paragraphs(blocks: list[Paragraph | TableBlock]) -> Iterator[Paragraph]:
    """Every paragraph, also of table cells, row by row."""
    for block in blocks:
        if isinstance(block, Paragraph):
            yield block
        else:
            for row in block.rows:
                for cell in row:
                    yield from cell.paragraphs


def _paragraph(element: Any, styles: Mapping[str, _Style], lists: _Lists) -> Paragraph:
    name = _value(element.find(f"{W}pPr/{W}pStyle")) or "Normal"
    style = styles.get(name, _Style(None, 0, None))
    own = element.find(f"{W}pPr/{W}numPr")
    list_id, level = _list_of(own) if own is not None else (style.list_id, style.level)
    label = lists.label(list_id, level) if list_id else ""
    return Paragraph(tuple(_runs(element)), name, label, level, style.outline)


def _runs(paragraph: Any) -> Iterator[Run]:
    for run in paragraph.iter(f"{W}r"):
        text = "".join(
            (part.text or "") if part.tag == f"{W}t" else " "
            for part in run
            if part.tag in (f"{W}t", f"{W}tab", f"{W}br")
        )
        if text:
            yield Run(text, run.find(f"{W}rPr/{W}b") is not None)


def _table(element: Any, styles: Mapping[str, _Style], lists: _Lists) -> TableBlock:
    rows: list[list[Cell]] = []
    open_cells: dict[int, tuple[int, int]] = {}
    headers = 0
    for row_element in element.findall(f"{W}tr"):
        if row_element.find(f"{W}trPr/{W}tblHeader") is not None:
            headers += 1
        row: list[Cell] = []
        for column, cell in enumerate(row_element.findall(f"{W}tc")):
            merge = cell.find(f"{W}tcPr/{W}vMerge")
            if merge is not None and _value(merge) != "restart":
                above, position = open_cells[column]
                spanning = rows[above][position]
                rows[above][position] = replace(spanning, rows=spanning.rows + 1)
                continue
            if merge is not None:
                open_cells[column] = (len(rows), len(row))
            paragraphs = (_paragraph(child, styles, lists) for child in cell.findall(f"{W}p"))
            row.append(Cell(tuple(paragraphs), column))
        rows.append(row)
    return TableBlock(tuple(tuple(row) for row in rows), headers)


def _styles(root: Any) -> dict[str, _Style]:
    styles = {}
    for style in root.findall(f"{W}style"):
        properties = style.find(f"{W}pPr")
        numbering = None if properties is None else properties.find(f"{W}numPr")
        outline = None if properties is None else _value(properties.find(f"{W}outlineLvl"))
        list_id, level = _list_of(numbering) if numbering is not None else (None, 0)
        styles[style.get(f"{W}styleId")] = _Style(
            list_id, level, None if outline is None else int(outline)
        )
    return styles


def _levels(root: Any) -> dict[tuple[str, int], tuple[str, str]]:
    abstract = {
        entry.get(f"{W}abstractNumId"): {
            int(level.get(f"{W}ilvl")): (
                _value(level.find(f"{W}numFmt")) or "decimal",
                _value(level.find(f"{W}lvlText")) or "",
            )
            for level in entry.findall(f"{W}lvl")
        }
        for entry in root.findall(f"{W}abstractNum")
    }
    return {
        (entry.get(f"{W}numId"), level): shown
        for entry in root.findall(f"{W}num")
        for level, shown in abstract[_value(entry.find(f"{W}abstractNumId"))].items()
    }


def _list_of(numbering: Any) -> tuple[str | None, int]:
    list_id = _value(numbering.find(f"{W}numId"))
    level = _value(numbering.find(f"{W}ilvl"))
    return (None if list_id in (None, "0") else list_id), int(level or 0)


def _value(element: Any) -> str | None:
    return None if element is None else element.get(f"{W}val")


def _numeral(number: int, kind: str) -> str:
    if kind in ("lowerLetter", "upperLetter"):
        letter = LETTERS[(number - 1) % 26]
        return letter.upper() if kind == "upperLetter" else letter
    return str(number)
