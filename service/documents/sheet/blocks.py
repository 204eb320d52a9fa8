"""The content of a filled sheet before layout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Run(NamedTuple):
    text: str
    bold: bool = False


class Paragraph(NamedTuple):
    """One paragraph or cell; ``style`` is a key of ``styles.STYLES``."""

    style: str
    runs: tuple[Run, ...]
    keep_next: bool = False


class Row(NamedTuple):
    cells: tuple[Paragraph, ...]


@dataclass(frozen=True)
class Table:
    """A table; its first row names the columns. If ``flowing``, it may break even if it fits on one
    page."""

    widths_mm: tuple[int, ...]
    rows: tuple[Row, ...]
    flowing: bool


@dataclass(frozen=True)
class SealPlace:
    """The space for the service's seal, with a caption below."""

    caption: Paragraph


Block = Paragraph | Table | SealPlace
