"""Builds a template's .docx as bytes that depend only on the source."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from docx import Document
from docx.document import Document as Docx

from service.documents.builder.body import write_body
from service.documents.builder.numbering import apply_numbering
from service.documents.builder.styles import apply_styles
from service.documents.source import parse

ZIP_DATE = (1980, 1, 1, 0, 0, 0)
"""The earliest date in a ZIP: the same source must give the same bytes."""

LEFT_OUT = ("docProps/thumbnail.jpeg", "customXml/", "word/stylesWithEffects.xml")
"""Useless parts of python-docx's stock document."""


def build(source: str, footer: str) -> bytes:
    """The .docx of a text source. Raises SourceError."""
    docx = Document()
    _drop_stock_parts(docx)
    apply_styles(docx)
    apply_numbering(docx)
    write_body(docx, parse(source), footer)
    properties = docx.core_properties
    properties.title = properties.author = properties.comments = ""
    properties.last_modified_by = properties.keywords = properties.subject = ""
    buffer = io.BytesIO()
    docx.save(buffer)
    return repack(buffer.getvalue())


def repack(package: bytes) -> bytes:
    """The same zip entries with fixed dates and order."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(package)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in sorted(old.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            new.writestr(_entry(name), old.read(name))
    return buffer.getvalue()


def source_path(folder: Path) -> Path:
    return folder / f"{folder.name}.md"


def docx_path(folder: Path) -> Path:
    return folder / f"{folder.name}.docx"


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, ZIP_DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    entry.create_system = 3
    return entry


def _drop_stock_parts(docx: Docx) -> None:
    for owner in (docx.part, docx.part.package):
        for key, relationship in list(owner.rels.items()):
            name = str(relationship.target_part.partname).lstrip("/")
            if name.startswith(LEFT_OUT):
                del owner.rels[key]
