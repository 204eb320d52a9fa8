"""A Word file as its parts: parsed where this package changes them, written back reproducibly."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

from lxml import etree

from service.documents.admission import MAIN_PART, parsed
from service.documents.builder.package import repack
from service.documents.own.paragraphs import text_of
from service.documents.template import W

STYLES, NUMBERING, SETTINGS = "word/styles.xml", "word/numbering.xml", "word/settings.xml"
RELATIONSHIPS = "word/_rels/document.xml.rels"
OF_TEXT = ("word/document.xml", "word/header", "word/footer")
PARSED = (*OF_TEXT, STYLES, NUMBERING, SETTINGS, "word/_rels/", "word/theme/")


class Source:
    """The parts of an admitted Word file, with the text's own ones parsed."""

    def __init__(self, docx: bytes) -> None:
        """Read all of it; the file was admitted."""
        with zipfile.ZipFile(io.BytesIO(docx)) as package:
            self.raw = {name: package.read(name) for name in package.namelist()}
        self.parts: dict[str, Any] = {
            name: parsed(name, content)
            for name, content in self.raw.items()
            if name.startswith(PARSED) and name.endswith((".xml", ".rels"))
        }

    @property
    def document(self) -> Any:
        return self.parts[MAIN_PART]

    @property
    def texts(self) -> dict[str, Any]:
        """The parts with text: the document first, then headers and footers."""
        return {
            name: self.parts[name]
            for name in sorted(self.parts, key=lambda name: (name != MAIN_PART, name))
            if name.startswith(OF_TEXT)
        }

    @property
    def footers(self) -> dict[str, Any]:
        return {name: part for name, part in self.texts.items() if "footer" in name}

    def paragraphs(self) -> Iterator[tuple[str, Any]]:
        """Each paragraph with the name of its part, in the order of the text."""
        for name, part in self.texts.items():
            for paragraph in part.iter(f"{W}p"):
                yield name, paragraph

    def written(self) -> bytes:
        """The file as it is now; the same parts give the same bytes."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as package:
            for name, content in self.raw.items():
                if name.endswith("/"):
                    continue
                part = self.parts.get(name)
                data = content if part is None else _bytes(part)
                package.writestr(name, data)
        return repack(buffer.getvalue())


def value(element: Any, name: str = "val") -> str | None:
    """An attribute of Word's namespace; None if the element is absent too."""
    return None if element is None else element.get(f"{W}{name}")


def is_on(element: Any) -> bool:
    """Whether a switch such as ``w:b`` is there and not off (ECMA-376 part 1, 17.17.4)."""
    return element is not None and value(element) not in ("0", "false", "off", "none")


def said(paragraph: Any) -> str:
    return " ".join(text_of(paragraph).split())


def _bytes(part: Any) -> bytes:
    return bytes(etree.tostring(part, xml_declaration=True, encoding="UTF-8", standalone=True))
