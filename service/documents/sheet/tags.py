"""Writes the structure tree, with the seal's field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from service.documents.sheet.objects import PdfFile
from service.documents.sheet.page import Page
from service.documents.sheet.structure import ATTRIBUTES, Element, Marked


class TagWriter:
    """Writes the elements under ``document``, and the parent tree."""

    def __init__(self, file: PdfFile, document: Element, pages: Sequence[int]) -> None:
        """``pages`` are the object numbers of the pages."""
        self._file = file
        self._document = document
        self._pages = pages
        self._root = file.reserve()
        self._numbers: dict[Element, int] = {}
        self._reserve(document)
        self._attributes = {name: file.add(said) for name, said in ATTRIBUTES.items()}

    def number(self, element: Element) -> int:
        return self._numbers[element]

    def write(self, pages: Sequence[Page], fields: Mapping[int, Element]) -> int:
        """Write the tree, ``fields`` by parent key; returns its root's number."""
        for element in self._numbers:
            if element not in fields.values():
                self._file.put(self._numbers[element], self._element(element))
        owned = [
            f"{number} [{' '.join(map(self._reference, page.owners))}]"
            for number, page in enumerate(pages)
        ]
        owned += [f"{key} {self._reference(element)}" for key, element in fields.items()]
        tree = self._file.add(f"<</Nums [{' '.join(owned)}]>>")
        self._file.put(
            self._root,
            f"<</Type/StructTreeRoot/K [{self._reference(self._document)}]/ParentTree {tree} 0 R"
            f"/ParentTreeNextKey {len(pages) + len(fields)}>>",
        )
        return self._root

    def head(self, element: Element, page: int) -> str:
        """Every element's entries: its kind, parent, and page (from 0)."""
        holder = self._numbers[element.parent] if element.parent else self._root
        at = f"/Pg {self._pages[page]} 0 R" if page >= 0 else ""
        return f"/Type/StructElem/S/{element.role}/P {holder} 0 R{at}"

    def _reserve(self, element: Element) -> None:
        self._numbers[element] = self._file.reserve()
        for kid in element.kids:
            if isinstance(kid, Element):
                self._reserve(kid)

    def _reference(self, element: Element) -> str:
        return f"{self._numbers[element]} 0 R"

    def _element(self, element: Element) -> str:
        first = element.kids[0]
        page = first.page if isinstance(first, Marked) else -1
        kids = [self._kid(kid, page) for kid in element.kids]
        held = kids[0] if len(kids) == 1 else f"[{' '.join(kids)}]"
        attributes = self._attributes.get(element.attributes)
        shared = f"/A {attributes} 0 R" if attributes else ""
        return f"<<{self.head(element, page)}{shared}/K {held}>>"

    def _kid(self, kid: Element | Marked, page: int) -> str:
        if isinstance(kid, Element):
            return self._reference(kid)
        if kid.page == page:
            return str(kid.number)
        return f"<</Type/MCR/Pg {self._pages[kid.page]} 0 R/MCID {kid.number}>>"
