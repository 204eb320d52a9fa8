"""Reads a filled .docx back as headings, clauses, bullets, paragraphs and tables.

It counts numbers as Word does, for any template without text boxes or footnotes; the check of the
finished PDF detects those.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from lxml import etree

from service.documents.template import W

LETTERS = "abcdefghijklmnopqrstuvwxyz"
NUMBERING = "word/numbering.xml"
CACHED_TEMPLATES = 4
"""Whose styles and lists are kept: their parts are the same in every document of a template."""

PROPERTIES, STYLE, IN_LIST = f"{W}pPr", f"{W}pStyle", f"{W}numPr"
RUN, RUN_PROPERTIES, BOLD = f"{W}r", f"{W}rPr", f"{W}b"
TEXT, SPACES = f"{W}t", (f"{W}tab", f"{W}br")


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
    styles, document, numbering = _sources(docx)
    named, counted = _styles(styles), _Lists(_levels(numbering))
    body = etree.fromstring(document).find(f"{W}body")
    blocks: list[Paragraph | TableBlock] = []
    for element in body if body is not None else ():
        if element.tag == f"{W}p":
            blocks.append(_paragraph(element, named, counted))
        elif element.tag == f"{W}tbl":
            blocks.append(_table(element, named, counted))
    return blocks


def _sources(docx: bytes) -> tuple[bytes, bytes, bytes]:
    """Styles, text and numbering; the last is empty in a document without lists."""
    with zipfile.ZipFile(io.BytesIO(docx)) as package:
        has_lists = NUMBERING in package.NameToInfo
        numbering = package.read(NUMBERING) if has_lists else b""
        return package.read("word/styles.xml"), package.read("word/document.xml"), numbering


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
    properties = _child(element, PROPERTIES)
    named = own = None
    if properties is not None:
        named, own = _child(properties, STYLE), _child(properties, IN_LIST)
    name = _value(named) or "Normal"
    style = styles.get(name, _Style(None, 0, None))
    list_id, level = _list_of(own) if own is not None else (style.list_id, style.level)
    label = lists.label(list_id, level) if list_id else ""
    return Paragraph(tuple(_runs(element)), name, label, level, style.outline)


def _child(element: Any, tag: str) -> Any:
    """The first child of that name, or None; ``find`` takes three times as long."""
    return next(element.iterchildren(tag), None)


def _runs(paragraph: Any) -> Iterator[Run]:
    for run in paragraph.iter(RUN):
        text, bold = "", False
        for part in run:
            if part.tag == TEXT:
                text += part.text or ""
            elif part.tag in SPACES:
                text += " "
            elif part.tag == RUN_PROPERTIES:
                bold = bold or _child(part, BOLD) is not None
        if text:
            yield Run(text, bold)


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


@lru_cache(maxsize=CACHED_TEMPLATES)
def _styles(part: bytes) -> Mapping[str, _Style]:
    styles = {}
    for style in etree.fromstring(part).findall(f"{W}style"):
        properties = style.find(f"{W}pPr")
        numbering = None if properties is None else properties.find(f"{W}numPr")
        outline = None if properties is None else _value(properties.find(f"{W}outlineLvl"))
        list_id, level = _list_of(numbering) if numbering is not None else (None, 0)
        styles[style.get(f"{W}styleId")] = _Style(
            list_id, level, None if outline is None else int(outline)
        )
    return styles


@lru_cache(maxsize=CACHED_TEMPLATES)
def _levels(part: bytes) -> Mapping[tuple[str, int], tuple[str, str]]:
    if not part:
        return {}
    root = etree.fromstring(part)
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
