"""A document template: a Word file and a declaration for the code."""

from __future__ import annotations

import hashlib
import io
import tomllib
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from service.agreement.template_version import TemplateVersion
from service.documents.builder.body import DATE, MARK_SCHEME
from service.documents.placeholders import Placeholder
from service.errors import GenerationFailed

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
POINTS_PER_TWIP = 1 / 20


@dataclass(frozen=True)
class Mark:
    """A signature place in the template: a link in a space of known size, and another in the date's
    row above."""

    place: str
    tooltip: str
    width: float
    height: float
    """Points."""


@dataclass(frozen=True)
class DocumentTemplate:
    """One version of a template; ``sha256`` is the Word file's."""

    docx: bytes
    sha256: str
    declaration_sha256: str
    version: str
    language: str
    title: str
    subject: str
    placeholders: tuple[Placeholder, ...]
    attachment_name: str
    attachment_description: str
    marks: tuple[Mark, ...]


def read_template(version: TemplateVersion) -> DocumentTemplate:
    """Read the declaration, and find the places in the Word file.

    Raises GenerationFailed ``template_invalid`` when a place is not marked exactly once, or the
    places are not an agreement's.
    """
    declared = tomllib.loads(version.declaration)
    docx = version.docx
    try:
        places = version.places
    except ValueError as wrong:
        raise GenerationFailed("template_invalid", str(wrong)) from wrong
    tooltips = {each["place"]: each["tooltip"] for each in declared["signature"]}
    return DocumentTemplate(
        docx=docx,
        sha256=version.sha256,
        declaration_sha256=hashlib.sha256(version.declaration.encode()).hexdigest(),
        version=version.version,
        language=version.language,
        title=declared["title"],
        subject=declared["subject"],
        placeholders=tuple(Placeholder.parse(entry) for entry in declared["placeholders"]),
        attachment_name=declared["attachment"]["name"],
        attachment_description=declared["attachment"]["description"],
        marks=_marks(docx, {place.key: tooltips[place.key] for place in places}),
    )


def read_part(docx: bytes, name: str) -> bytes:
    """Raises KeyError for a missing part."""
    with zipfile.ZipFile(io.BytesIO(docx)) as package:
        return package.read(name)


def parts_that_begin(docx: bytes, name: str) -> list[bytes]:
    """The parts whose names begin so, in the file's order."""
    with zipfile.ZipFile(io.BytesIO(docx)) as package:
        return [package.read(each) for each in package.namelist() if each.startswith(name)]


def _marks(docx: bytes, tooltips: Mapping[str, str]) -> tuple[Mark, ...]:
    relations = etree.fromstring(read_part(docx, "word/_rels/document.xml.rels"))
    targets = {each.get("Id"): each.get("Target") for each in relations}
    cells: dict[str, list[Any]] = {}
    for link in etree.fromstring(read_part(docx, "word/document.xml")).iter(f"{W}hyperlink"):
        cells.setdefault(targets.get(link.get(R_ID), ""), []).append(
            next(link.iterancestors(f"{W}tc"))
        )
    marks = []
    for place, tooltip in tooltips.items():
        found = [cells.get(MARK_SCHEME + each, []) for each in (place, place + DATE)]
        if [len(each) for each in found] != [1, 1]:
            raise GenerationFailed("template_invalid", f"{place} is not marked exactly once")
        (cell,), (date,) = found
        row, above = cell.getparent(), date.getparent()
        if row.getprevious() is not above or row.index(cell) != above.index(date):
            raise GenerationFailed("template_invalid", f"the date of {place} is not above it")
        width, height = _room(cell, place)
        marks.append(Mark(place, tooltip, width, height))
    return tuple(marks)


def _room(cell: Any, place: str) -> tuple[float, float]:
    """The column's width and the row's height, in points."""
    height = cell.getparent().find(f"{W}trPr/{W}trHeight")
    width = cell.find(f"{W}tcPr/{W}tcW")
    if height is None or width is None or height.get(f"{W}hRule") != "exact":
        raise GenerationFailed("template_invalid", f"no row of exact height for {place}")
    return (
        int(width.get(f"{W}w")) * POINTS_PER_TWIP,
        int(height.get(f"{W}val")) * POINTS_PER_TWIP,
    )
