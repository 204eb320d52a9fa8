"""A new SVG that has only known shapes, with known attributes and values. Pure.

Nothing of the file is passed on as it is. What would change the picture if left out is refused, by
its name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from service.documents.drawings.refused import DrawingRefused
from service.documents.drawings.values import by_class, declared, good, inside

SVG = "http://www.w3.org/2000/svg"
LINK = "{http://www.w3.org/1999/xlink}href"
MOST_BYTES = 500_000
MOST_ELEMENTS = 3_000
DEEPEST = 40
MOST_UNEVEN = 40  # times as wide as high, or the reverse

_SHAPES = {"path", "rect", "circle", "ellipse", "line", "polyline", "polygon"}
_GRADIENTS = {"linearGradient", "radialGradient"}
_KNOWN = _SHAPES | _GRADIENTS | {"g", "defs", "stop", "clipPath"}
_NOT_DRAWN = {"title", "desc", "metadata", "style"}
_TEXT = {"text", "tspan", "textPath", "font", "font-face"}


@dataclass(frozen=True)
class Drawing:
    """A cleaned SVG and its size, of which only the ratio matters."""

    svg: bytes
    width: float
    height: float


def clean(data: bytes) -> Drawing:
    """The drawing in a file. Raises DrawingRefused."""
    root = _root(data)
    left, top, width, height = _box(root)
    styles = by_class("".join(each.text or "" for each in root.iter(f"{{{SVG}}}style")))
    made = etree.Element(f"{{{SVG}}}svg", nsmap={None: SVG})
    made.set("viewBox", f"{left:g} {top:g} {width:g} {height:g}")
    made.set("width", f"{width:g}")
    made.set("height", f"{height:g}")
    _attributes(root, made, styles)
    for each in ("x", "y", "transform"):
        made.attrib.pop(each, None)
    _children(root, made, styles, 1)
    return Drawing(etree.tostring(made, encoding="utf-8"), width, height)


def _root(data: bytes) -> etree._Element:
    if len(data) > MOST_BYTES:
        raise DrawingRefused("too_much")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise DrawingRefused("unreadable") from error
    declared_type = root.getroottree().docinfo.internalDTD
    if root.tag != f"{{{SVG}}}svg":
        raise DrawingRefused("unreadable")
    # Attributes have their entities filled in whatever the parser is told.
    if declared_type is not None and any(True for _ in declared_type.iterentities()):
        raise DrawingRefused("unreadable")
    if sum(1 for _ in root.iter()) > MOST_ELEMENTS:
        raise DrawingRefused("too_much")
    return root


def _box(root: etree._Element) -> tuple[float, float, float, float]:
    """What the drawing shows: its viewBox, else its size."""
    given = (root.get("viewBox") or "").replace(",", " ").split()
    if not given:
        given = ["0", "0", *(str(root.get(each) or "").removesuffix("px") for each in _SIZES)]
    try:
        left, top, width, height = (float(each) for each in given)
    except ValueError as error:
        raise DrawingRefused("unreadable") from error
    even = 1 / MOST_UNEVEN <= width / height <= MOST_UNEVEN if width > 0 < height else False
    if not even or not all(abs(each) < 1e6 for each in (left, top, width, height)):
        raise DrawingRefused("unreadable")
    return left, top, width, height


_SIZES = ("width", "height")


def _children(
    source: etree._Element,
    made: etree._Element,
    styles: Mapping[str, Mapping[str, str]],
    depth: int,
) -> None:
    if depth > DEEPEST:
        raise DrawingRefused("too_much")
    for child in source:
        if not isinstance(child.tag, str):  # an entity
            raise DrawingRefused("unreadable")
        name = etree.QName(child)
        if name.namespace != SVG or name.localname in _NOT_DRAWN:
            continue  # notes of a drawing program, and what is read apart
        if name.localname in _TEXT:
            raise DrawingRefused("text")
        if name.localname not in _KNOWN:
            raise DrawingRefused("element", name.localname[:40])
        copy = etree.SubElement(made, f"{{{SVG}}}{name.localname}")
        _attributes(child, copy, styles)
        _children(child, copy, styles, depth + 1)


def _attributes(
    source: etree._Element, made: etree._Element, styles: Mapping[str, Mapping[str, str]]
) -> None:
    """Its attributes, those of its classes, those of its style: the last wins."""
    for name, value in source.attrib.items():
        if good(str(name), str(value)):
            made.set(name, value)
    for each in (source.get("class") or "").split():
        for name, value in styles.get(each, {}).items():
            made.set(name, value)
    for name, value in declared(source.get("style") or ""):
        made.set(name, value)
    if etree.QName(source).localname in _GRADIENTS:
        other = source.get("href") or source.get(LINK) or ""
        if inside(other):
            made.set("href", other)
