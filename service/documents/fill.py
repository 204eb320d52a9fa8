"""Fills a Word template: compiled once, rendered in a sandbox, thread-safe.

docxtpl only compiles, joining placeholders that Word split over runs: its ``DocxTemplate`` mixes
data when shared, and does not escape or sandbox. The same context gives the same bytes.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from datetime import datetime
from html import unescape
from typing import Any
from xml.sax.saxutils import escape

import jinja2
from docxtpl import DocxTemplate
from lxml import etree

from service.documents.builder.package import ZIP_DATE
from service.documents.bullets import keep_together
from service.documents.environment import TemplateEnvironment, render
from service.documents.placeholders import check_context, undeclared, used_paths
from service.documents.template import DocumentTemplate
from service.errors import GenerationFailed

CORE_PROPERTIES = "docProps/core.xml"
FILLED_PARTS = ("word/document.xml", "word/header", "word/footer")


class CompiledTemplate:
    """A template that any thread can fill any number of times."""

    def __init__(self, template: DocumentTemplate) -> None:
        """Compile. Raises GenerationFailed ``template_invalid``."""
        self.template = template
        environment = TemplateEnvironment()
        self._static: list[tuple[str, bytes]] = []
        self._filled: list[tuple[str, jinja2.Template]] = []
        used: set[str] = set()
        try:
            for name, source in _parts(template.docx):
                if name.startswith(FILLED_PARTS):
                    text = patched(template.docx, source)
                    used |= used_paths(environment, text)
                    self._filled.append((name, environment.from_string(text)))
                elif name != CORE_PROPERTIES:
                    self._static.append((name, source))
            self._title = environment.from_string(template.title)
        except jinja2.TemplateError as error:
            raise GenerationFailed("template_invalid", str(error)) from error
        if unknown := undeclared(used, template.placeholders):
            raise GenerationFailed("template_invalid", f"undeclared: {', '.join(sorted(unknown))}")
        self.used = frozenset(used)

    def fill(self, context: Mapping[str, Any], *, dated: datetime) -> bytes:
        """The filled .docx, created at ``dated`` (aware).

        Raises GenerationFailed: ``missing_value`` with the name, ``unprintable_value``, or
        ``template_refused`` for what the sandbox forbids.
        """
        check_context(self.template.placeholders, context)
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as package:
            for name, content in self._static:
                package.writestr(zipfile.ZipInfo(name, ZIP_DATE), content)
            for name, part in self._filled:
                filled = keep_together(render(part, context))
                package.writestr(zipfile.ZipInfo(name, ZIP_DATE), filled)
            properties = self._properties(context, dated)
            package.writestr(zipfile.ZipInfo(CORE_PROPERTIES, ZIP_DATE), properties)
        return buffer.getvalue()

    def title(self, context: Mapping[str, Any]) -> str:
        """The document's title as plain text."""
        return unescape(render(self._title, context))

    def _properties(self, context: Mapping[str, Any], dated: datetime) -> str:
        # inserted after rendering, or Jinja would treat the data as template
        stamp = dated.strftime("%Y-%m-%dT%H:%M:%SZ")
        dates = "".join(
            f'<dcterms:{kind} xsi:type="dcterms:W3CDTF">{stamp}</dcterms:{kind}>'
            for kind in ("created", "modified")
        )
        return (
            '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><cp:coreProperties '
            'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/" '
            'xmlns:dcterms="http://purl.org/dc/terms/" '
            'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
            f"<dc:title>{escape(self.title(context))}</dc:title>"
            f"<dc:subject>{escape(self.template.subject)}</dc:subject>"
            f"<dc:language>{escape(self.template.language)}</dc:language>"
            f"{dates}</cp:coreProperties>"
        )


def _parts(docx: bytes) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(docx)) as package:
        return [(name, package.read(name)) for name in package.namelist()]


def filled_sources(docx: bytes) -> list[str]:
    """Every filled part as Jinja reads it."""
    return [patched(docx, part) for name, part in _parts(docx) if name.startswith(FILLED_PARTS)]


def patched(docx: bytes, part: bytes) -> str:
    """The part's XML, prepared for Jinja by docxtpl."""
    xml = etree.tostring(etree.fromstring(part), encoding="unicode")
    return str(DocxTemplate(io.BytesIO(docx)).patch_xml(xml))
