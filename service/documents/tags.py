"""Completes LibreOffice's structure tags to meet PDF/UA-1.

* A table's first column becomes row headers (ISO 14289-1, 7.5; ISO 32000-1, table 349).
* Empty elements, left by the space for a signature, are removed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Object

# To compare with: making such a name, as for each ``Name.X``, costs more than reading an entry.
TABLE, ROW, CELL = Name.Table, Name.TR, Name.TD
KIDS, KIND = "/K", "/S"


def finish_tags(pdf: pikepdf.Pdf) -> None:
    """Change the structure tree in place."""
    _finish(pdf.Root.StructTreeRoot)


def _finish(element: Object) -> bool:
    """Finish an element from below; returns whether it is still used."""
    kids = children(element)
    if len(kids) == 1 and isinstance(kids[0], int):
        return True  # most elements are one piece of a page's content
    kept = [child for child in kids if not _is_element(child) or _finish(child)]
    if len(kept) != len(kids):
        element.K = Array(kept)
    kind = element.get(KIND)
    if kind == TABLE:
        _head_rows(element)
    return bool(kept) or kind == CELL


def _head_rows(table: Object) -> None:
    """The first cell of every full row becomes its header; a row below a spanning cell is not
    full."""
    rows = [children(row) for row in _descendants(table, ROW)]
    columns = max((len(cells) for cells in rows), default=0)
    for cells in rows:
        if len(cells) == columns and cells[0].S == CELL:
            cells[0].S = Name.TH
            attributes = cells[0].get(Name.A, Array())
            scoped = list(attributes) if isinstance(attributes, Array) else [attributes]
            cells[0].A = Array([*scoped, Dictionary(O=Name.Table, Scope=Name.Row)])


def _descendants(element: Object, kind: Name) -> Iterator[Object]:
    for child in children(element):
        if _is_element(child):
            if kind == child.S:
                yield child
            else:
                yield from _descendants(child, kind)


def children(element: Object) -> list[Any]:
    """The elements and contents in a structure element; a piece of a page's content is a number."""
    kids = element.get(KIDS)
    if kids is None:
        return []
    return list(kids) if isinstance(kids, Array) else [kids]


def _is_element(item: Object) -> bool:
    return isinstance(item, Dictionary) and KIND in item
