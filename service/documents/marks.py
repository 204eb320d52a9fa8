"""Replaces the links that mark the signature places in a converted PDF by the places.

An office keeps a link without words, and no party's data can imitate one. The element that held the
link, a table cell, becomes the field's parent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pikepdf
from pikepdf import Array, Dictionary, Name, Object

from service.documents.builder.body import DATE, MARK_SCHEME
from service.documents.tags import children
from service.documents.template import Mark
from service.errors import GenerationFailed
from signatures.acts.prepare_fields import PlaceOnPage

CLEARANCE = 2.5
"""Points between a field and the rule below it."""

ABOVE_LINE = 2.0
"""Points between the top of a row and its first line (the style of a cell)."""

BASELINE = 0.205
"""The height of the baseline in the box of a line, as a fraction."""

CELL_PADDING = 10.8
"""Points of horizontal padding in a column's cells, left and right together (Word's default)."""


@dataclass(frozen=True)
class Places:
    """The places, with their structure elements."""

    found: tuple[PlaceOnPage, ...]
    parents: dict[str, Object]


@dataclass(frozen=True)
class _Link:
    page: int
    rect: tuple[float, float, float, float]
    parent: Object


def take_places(pdf: pikepdf.Pdf, marks: Iterable[Mark]) -> Places:
    """One rectangle per mark, from the foot of its row to the date's row; removes the links.

    Raises GenerationFailed ``place_missing`` or ``place_repeated``.
    """
    links: dict[str, list[_Link]] = {}
    for name, link in _taken(pdf):
        links.setdefault(name, []).append(link)
    places, parents = [], {}
    for mark in marks:
        signature, date = (_only(links, name) for name in (mark.place, mark.place + DATE))
        left, _, _, top = signature.rect
        _, date_foot, _, date_top = date.rect
        if date.page != signature.page or date_foot < top:
            raise GenerationFailed("place_missing", f"the date above {mark.place}")
        rect = (
            round(left, 2),
            round(top + ABOVE_LINE - mark.height + CLEARANCE, 2),
            round(left + mark.width - CELL_PADDING, 2),
            round(date_top, 2),
        )
        baseline = round(date_foot + BASELINE * (date_top - date_foot), 2)
        places.append(PlaceOnPage(mark.place, signature.page, rect, mark.tooltip, baseline))
        parents[mark.place] = signature.parent
    return Places(tuple(places), parents)


def _only(links: dict[str, list[_Link]], name: str) -> _Link:
    found = links.get(name, [])
    if len(found) != 1:
        raise GenerationFailed("place_repeated" if found else "place_missing", name)
    return found[0]


def _taken(pdf: pikepdf.Pdf) -> Iterator[tuple[str, _Link]]:
    """Remove every link to one of our marks, and return it."""
    for number, page in enumerate(pdf.pages):
        annotations = page.obj.get(Name.Annots, Array())
        kept = []
        for annotation in annotations:
            address = str(annotation.get(Name.A, Dictionary()).get(Name.URI, ""))
            if not address.startswith(MARK_SCHEME):
                kept.append(annotation)
                continue
            left, bottom, right, top = (float(edge) for edge in annotation.Rect)
            parent = _untagged(pdf, annotation)
            link = _Link(number, (left, bottom, right, top), parent)
            yield address.removeprefix(MARK_SCHEME), link
        if not kept and Name.Annots in page.obj:
            del page.obj.Annots
        elif len(kept) != len(annotations):
            page.obj.Annots = Array(kept)


def _untagged(pdf: pikepdf.Pdf, annotation: Object) -> Object:
    """Remove a link's element; its text moves to the parent, which is returned.

    Raises GenerationFailed ``place_missing`` for an untagged link.
    """
    tree = pikepdf.NumberTree(pdf.Root.StructTreeRoot.ParentTree)
    key = annotation.get(Name.StructParent)
    if key is None or int(key) not in tree:
        raise GenerationFailed("place_missing", "a link without a tag")
    element = tree[int(key)]
    del tree[int(key)]
    parent, page = element.P, element.Pg
    texts = [int(each) for each in children(element) if not isinstance(each, Dictionary)]
    for number in texts:
        tree[int(page.StructParents)][number] = parent
    shown = [Dictionary(Type=Name.MCR, Pg=page, MCID=number) for number in texts]
    kids: list[Object] = []
    for each in children(parent):
        same = isinstance(each, Dictionary) and each.objgen == element.objgen
        kids.extend(shown if same else [each])
    parent.K = Array(kids)
    return parent
