"""The sheet's template: read and compiled once, filled into blocks.

The source is parsed before it is filled, so that no value becomes a heading, a bold word or a
column; markup passes through Jinja as control characters.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2

from service.documents import source
from service.documents.environment import TemplateEnvironment, render
from service.documents.placeholders import Placeholder, check_context, undeclared, used_paths
from service.documents.sheet.blocks import Block, Paragraph, Row, Run, SealPlace, Table
from service.documents.sheet.styles import STYLES
from service.errors import GenerationFailed

BLOCK, ROW, CELL, BOLD = "\x1d", "\x1e", "\x1f", "\x02"
_BOLD_IN_SOURCE = re.compile(r"\*\*(.+?)\*\*")
_DIGEST = "#"
KINDS = STYLES.keys() | {"control"}


@dataclass(frozen=True)
class Declaration:
    """What ``template.toml`` declares besides the text."""

    language: str
    subject: str
    page_number: str
    attachment_name: str
    attachment_description: str
    seal_place: str
    seal_tooltip: str


class SheetTemplate:
    """The sheet's text and declaration; thread-safe."""

    def __init__(self, folder: Path) -> None:
        """Read and compile. Raises GenerationFailed ``template_invalid``."""
        declared = tomllib.loads((folder / "template.toml").read_text("utf-8"))
        self.placeholders = tuple(Placeholder.parse(entry) for entry in declared["placeholders"])
        self.declared = Declaration(
            language=declared["language"],
            subject=declared["subject"],
            page_number=declared["page_number"],
            attachment_name=declared["attachment"]["name"],
            attachment_description=declared["attachment"]["description"],
            seal_place=declared["seal"]["place"],
            seal_tooltip=declared["seal"]["tooltip"],
        )
        environment = TemplateEnvironment(escaped=False)
        try:
            self._blocks = source.parse((folder / "evidence.md").read_text("utf-8"))
            jinja = "".join(_marked(self._blocks))
            self._text = environment.from_string(jinja)
            self._title = environment.from_string(declared["title"])
            self.used = frozenset(used_paths(environment, jinja))
        except (jinja2.TemplateError, source.SourceError) as error:
            raise GenerationFailed("template_invalid", str(error)) from error
        self._row_styles = {
            number: [_styles(cells) for cells in block.rows]
            for number, block in enumerate(self._blocks)
            if isinstance(block, source.Table)
        }
        if (
            strange := {each.kind for each in self._blocks if isinstance(each, source.Block)}
            - KINDS
        ):
            raise GenerationFailed("template_invalid", f"no style for {', '.join(sorted(strange))}")
        seals = sum(isinstance(each, source.Block) and each.kind == "seal" for each in self._blocks)
        if seals != 1:
            raise GenerationFailed("template_invalid", f"{seals} places for the seal")
        if unknown := undeclared(set(self.used), self.placeholders):
            raise GenerationFailed("template_invalid", f"undeclared: {', '.join(sorted(unknown))}")

    def title(self, context: Mapping[str, Any]) -> str:
        """The document's title, also used as its footer."""
        return render(self._title, context)

    def blocks(self, context: Mapping[str, Any]) -> list[Block]:
        """The filled text. Raises GenerationFailed ``missing_value``, naming the value."""
        check_context(self.placeholders, context)
        filled = render(self._text, context)
        return [self._block(piece) for piece in filled.split(BLOCK)[1:]]

    def _block(self, piece: str) -> Block:
        head, *rows = piece.split(ROW)
        number, _, text = head.partition(CELL)
        block = self._blocks[int(number)]
        if isinstance(block, source.Table):
            styles = self._row_styles[int(number)]
            return Table(block.widths_mm, tuple(_row(styles, row) for row in rows), block.flowing)
        paragraph = Paragraph(block.kind, _runs(text), block.keep_next)
        return SealPlace(paragraph) if block.kind == "seal" else paragraph


def _marked(blocks: Sequence[source.Block | source.Table]) -> Iterator[str]:
    """The source for Jinja: each block and row after its number."""
    for number, block in enumerate(blocks):
        if isinstance(block, source.Table):
            yield f"{BLOCK}{number}"
            yield from _marked_rows(block)
        elif block.kind == "control":
            yield block.text
        else:
            yield f"{BLOCK}{number}{CELL}{_bold(block.text)}"


def _marked_rows(table: source.Table) -> Iterator[str]:
    for number, cells in enumerate(table.rows):
        if source.CONTROL.fullmatch(cells[0]):
            yield cells[0]
            continue
        said = (_bold(cell.lstrip("!#").strip()) for cell in cells)
        yield f"{ROW}{number}{CELL}{CELL.join(said)}"


def _bold(text: str) -> str:
    return _BOLD_IN_SOURCE.sub(rf"{BOLD}\1{BOLD}", text)


def _row(row_styles: Sequence[Sequence[str]], filled: str) -> Row:
    number, *texts = filled.split(CELL)
    styles = row_styles[int(number)]
    cells = zip(styles, texts, strict=True)
    return Row(tuple([Paragraph(style, _runs(text)) for style, text in cells]))


def _styles(cells: Sequence[str]) -> list[str]:
    if cells[0].startswith("!"):
        return ["cell_head"] * len(cells)
    plain = ["cell_label", *["cell"] * (len(cells) - 1)]
    return [
        "cell_digest" if cell.startswith(_DIGEST) else style
        for cell, style in zip(cells, plain, strict=True)
    ]


def _runs(text: str) -> tuple[Run, ...]:
    if BOLD not in text:
        return (Run(text.strip()),)
    parts = enumerate(text.strip().split(BOLD))
    return tuple(Run(part, bold=number % 2 == 1) for number, part in parts if part)
