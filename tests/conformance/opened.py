"""A PDF as the rules need it: bytes, objects, content streams, structure."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

OBJECT = re.compile(rb"(?<!\d)(\d+) (\d+) obj\b")
END_OF_HEAD = re.compile(rb"endobj\b|stream(?=\r?\n|\r)")
LENGTH = re.compile(rb"/Length (\d+)(?: (\d+) R)?")


@dataclass(frozen=True)
class RawObject:
    """An object in the raw bytes; its stream ends where /Length says."""

    number: int
    start: int
    head: bytes
    end: int
    stream_end: int | None


@dataclass(frozen=True)
class Content:
    """A content stream with its resources; ``page`` is None for an annotation's appearance."""

    where: str
    owner: Any
    resources: Any
    instructions: list[Any]
    page: Any | None


class Opened:
    """One revision of a file; everything is parsed once."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.pdf = pikepdf.open(io.BytesIO(data))
        self.root = self.pdf.Root

    @cached_property
    def raw_objects(self) -> list[RawObject]:
        """Every object of every revision, in the order of the bytes."""
        found, at = [], 0
        while begin := OBJECT.search(self.data, at):
            close = END_OF_HEAD.search(self.data, begin.end())
            if close is None:
                raise ValueError(f"object {begin[1]!r} does not end")
            head, stream_end, at = self.data[begin.end() : close.start()], None, close.end()
            if close[0] == b"stream":
                first = at + (2 if self.data[at : at + 2] == b"\r\n" else 1)
                stream_end = first + self._length(head)
                at = self.data.index(b"endobj", stream_end) + len(b"endobj")
            found.append(RawObject(int(begin[1]), begin.start(), head, at, stream_end))
        return found

    def _length(self, head: bytes) -> int:
        said = LENGTH.search(head)
        if said is None:
            raise ValueError("a stream without /Length")
        if said[2] is None:
            return int(said[1])
        return int(self.pdf.get_object(int(said[1]), int(said[2])))

    @cached_property
    def values(self) -> list[Any]:
        """Every value in every object, containers included."""
        found = []
        waiting: list[Any] = [*self.pdf.objects, self.pdf.trailer]
        for each in waiting:
            found.append(each)
            if isinstance(each, Array):
                waiting.extend(item for item in each if not _indirect(item))
            elif isinstance(each, Dictionary | Stream):
                waiting.extend(item for _, item in each.items() if not _indirect(item))
        return found

    @property
    def dictionaries(self) -> Iterator[Any]:
        """Every dictionary, those of streams included."""
        return (each for each in self.values if isinstance(each, Dictionary | Stream))

    @cached_property
    def annotations(self) -> list[tuple[Any, Any]]:
        """Every annotation with its page."""
        return [
            (page.obj, annotation)
            for page in self.pdf.pages
            for annotation in page.obj.get(Name.Annots, [])
        ]

    @property
    def widgets(self) -> list[tuple[Any, Any]]:
        """The visible widgets, with their pages."""
        return [
            (page, each)
            for page, each in self.annotations
            if each.Subtype == Name.Widget and is_on(page, each)
        ]

    @cached_property
    def signatures(self) -> list[Any]:
        """The values of filled signature fields, in the order of their byte ranges."""
        fields = self.root.get(Name.AcroForm, {}).get(Name.Fields, [])
        values = [field.V for field in fields if Name.V in field]
        return sorted(values, key=lambda value: int(value.ByteRange[2]))

    @cached_property
    def contents(self) -> list[Content]:
        """Every content stream that is shown, including nested forms."""
        found: list[Content] = []
        for number, page in enumerate(self.pdf.pages, 1):
            self._content(found, f"page {number}", page.obj, page.obj)
            for annotation in page.obj.get(Name.Annots, []):
                shown = annotation.get(Name.AP, {}).get(Name.N)
                if isinstance(shown, Stream):
                    self._content(found, str(annotation.get(Name.T)), shown, None)
        return found

    def _content(self, found: list[Content], where: str, owner: Any, page: Any) -> None:
        resources = owner.get(Name.Resources, Dictionary())
        instructions = list(pikepdf.parse_content_stream(owner))
        found.append(Content(where, owner, resources, instructions, page))
        for name, form in resources.get(Name.XObject, {}).items():
            if form.get(Name.Subtype) == Name.Form:
                self._content(found, f"{where} {name}", form, page)

    @cached_property
    def elements(self) -> list[Any]:
        """The structure elements, parents first, in reading order."""
        found: list[Any] = []
        if Name.StructTreeRoot in self.root:
            self._below(self.root.StructTreeRoot, found)
        return found

    def _below(self, parent: Any, found: list[Any]) -> None:
        for kid in kids(parent):
            if is_element(kid):
                found.append(kid)
                self._below(kid, found)

    def kind(self, element: Any) -> str:
        """The standard structure type that the element's own type is mapped to."""
        roles = self.root.StructTreeRoot.get(Name.RoleMap, {})
        kind, seen = str(element.S), set()
        while kind not in STANDARD_TYPES and kind in roles and kind not in seen:
            seen.add(kind)
            kind = str(roles[kind])
        return kind.lstrip("/")


STANDARD_TYPES = frozenset(
    f"/{name}"
    for name in (
        *("Document", "Part", "Art", "Sect", "Div", "BlockQuote", "Caption", "TOC", "TOCI"),
        *("Index", "NonStruct", "Private", "P", "H", "H1", "H2", "H3", "H4", "H5", "H6", "L"),
        *("LI", "Lbl", "LBody", "Table", "TR", "TH", "TD", "THead", "TBody", "TFoot", "Span"),
        *("Quote", "Note", "Reference", "BibEntry", "Code", "Link", "Annot", "Ruby", "RB", "RT"),
        *("RP", "Warichu", "WT", "WP", "Figure", "Formula", "Form"),
    )
)
"""ISO 32000-1, 14.8.4."""


def kids(element: Any) -> list[Any]:
    """The children of an element: elements, object references, marked content."""
    held = element.get(Name.K)
    if held is None:
        return []
    return list(held) if isinstance(held, Array) else [held]


def is_element(kid: Any) -> bool:
    return isinstance(kid, Dictionary) and Name.S in kid


def is_on(page: Any, annotation: Any) -> bool:
    """Whether any part of an annotation is within its page."""
    left, bottom, right, top = (float(edge) for edge in annotation.Rect)
    box = [float(edge) for edge in page.get(Name.CropBox, page.MediaBox)]
    return left < box[2] and right > box[0] and bottom < box[3] and top > box[1]


def _indirect(item: Any) -> bool:
    return isinstance(item, pikepdf.Object) and item.is_indirect
