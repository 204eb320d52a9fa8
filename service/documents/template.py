"""A document template: a Word file, and beside it what the code may know of it."""

from __future__ import annotations

import hashlib
import io
import tomllib
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree

from service.documents.builder.package import docx_path
from service.documents.placeholders import Placeholder
from service.errors import GenerationFailed

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
POINTS_PER_TWIP = 1 / 20


@dataclass(frozen=True)
class Caption:
    """A signature place as the template marks it: a caption under room of a known size."""

    text: str
    place: str
    tooltip: str
    width: float
    height: float
    """Points."""


@dataclass(frozen=True)
class DocumentTemplate:
    """One version of a template, read once; ``sha256`` is that of the Word file."""

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
    captions: tuple[Caption, ...]


def load_template(folder: Path) -> DocumentTemplate:
    """Read ``<folder>/template.toml`` and the Word file beside it.

    Raises GenerationFailed ``template_invalid`` when a declared caption is not in it exactly once.
    """
    declaration = (folder / "template.toml").read_bytes()
    declared = tomllib.loads(declaration.decode("utf-8"))
    docx = docx_path(folder).read_bytes()
    return DocumentTemplate(
        docx=docx,
        sha256=hashlib.sha256(docx).hexdigest(),
        declaration_sha256=hashlib.sha256(declaration).hexdigest(),
        version=declared["version"],
        language=declared["language"],
        title=declared["title"],
        subject=declared["subject"],
        placeholders=tuple(Placeholder.parse(entry) for entry in declared["placeholders"]),
        attachment_name=declared["attachment"]["name"],
        attachment_description=declared["attachment"]["description"],
        captions=_captions(docx, declared["signature"]),
    )


def read_part(docx: bytes, name: str) -> bytes:
    """One part of a Word file."""
    with zipfile.ZipFile(io.BytesIO(docx)) as package:
        return package.read(name)


def _captions(docx: bytes, signatures: list[dict[str, str]]) -> tuple[Caption, ...]:
    document = etree.fromstring(read_part(docx, "word/document.xml"))
    cells: dict[str, list[Any]] = {}
    for cell in document.iter(f"{W}tc"):
        text = "".join(run.text or "" for run in cell.iter(f"{W}t")).strip()
        cells.setdefault(text, []).append(cell)
    captions = []
    for signature in signatures:
        found = cells.get(signature["caption"], [])
        if len(found) != 1:
            raise GenerationFailed(
                "template_invalid", f"caption {signature['caption']} occurs {len(found)} times"
            )
        width, height = _room_above(found[0], signature["caption"])
        captions.append(
            Caption(signature["caption"], signature["place"], signature["tooltip"], width, height)
        )
    return tuple(captions)


def _room_above(cell: Any, caption: str) -> tuple[float, float]:
    """Width of the caption's column and height of the row kept free above it, in points."""
    row = cell.getparent()
    above = row.getprevious()
    height = None if above is None else above.find(f"{W}trPr/{W}trHeight")
    width = cell.find(f"{W}tcPr/{W}tcW")
    if height is None or width is None or height.get(f"{W}hRule") != "exact":
        raise GenerationFailed("template_invalid", f"no row of exact height above {caption}")
    return (
        int(width.get(f"{W}w")) * POINTS_PER_TWIP,
        int(height.get(f"{W}val")) * POINTS_PER_TWIP,
    )
