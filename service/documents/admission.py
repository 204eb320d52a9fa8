"""What a .docx must be before an office sees it.

An office converts an empty file or a picture as happily as an agreement, fetches what a document
names, and knows macros, so these are refused here and not by it.
"""

from __future__ import annotations

import io
import zipfile

from lxml import etree

from service.errors import GenerationFailed

LARGEST_FILE = 5 << 20
LARGEST_CONTENT = 50 << 20
MOST_ENTRIES = 500
CONTENT_TYPES = "[Content_Types].xml"
MAIN_PART = "word/document.xml"
RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
MAY_BE_EXTERNAL = "/hyperlink"
FORBIDDEN_NAMES = ("vbaproject", "vbadata", "oleobject", "activex", "embeddings/")
FORBIDDEN_TYPES = (b"macroEnabled", b"vbaProject", b"oleObject", b"activeX", b"ms-office.")
FORBIDDEN_RELATIONSHIPS = ("/aFChunk", "/oleObject", "/attachedTemplate", "/frame", "/subDocument")
FORBIDDEN_MARKUP = (
    b"altChunk",
    b"w:object",
    b"INCLUDETEXT",
    b"INCLUDEPICTURE",
    b"DDEAUTO",
    b"<!DOC",
)


def admit(docx: bytes) -> None:
    """Refuse what is no plain Word file. Raises GenerationFailed ``document_refused``."""
    if len(docx) > LARGEST_FILE:
        raise _refusal("larger than allowed")
    try:
        with zipfile.ZipFile(io.BytesIO(docx)) as package:
            _check_size(package)
            for name in package.namelist():
                _check_part(name, package.read(name))
    except (zipfile.BadZipFile, etree.XMLSyntaxError, EOFError, NotImplementedError) as error:
        raise _refusal(str(error)) from error


def _check_size(package: zipfile.ZipFile) -> None:
    names = package.namelist()
    if len(names) > MOST_ENTRIES or len(set(names)) != len(names):
        raise _refusal("too many or repeated entries")
    if sum(entry.file_size for entry in package.infolist()) > LARGEST_CONTENT:
        raise _refusal("content larger than allowed")
    if CONTENT_TYPES not in names or MAIN_PART not in names:
        raise _refusal("no Word document")


def _check_part(name: str, content: bytes) -> None:
    if any(word in name.lower() for word in FORBIDDEN_NAMES):
        raise _refusal(f"forbidden part {name}")
    if name == CONTENT_TYPES and any(word in content for word in FORBIDDEN_TYPES):
        raise _refusal("forbidden content type")
    if name.endswith(".rels"):
        _check_relationships(name, content)
    elif name.startswith("word/") and name.endswith(".xml"):
        for word in FORBIDDEN_MARKUP:
            if word in content:
                raise _refusal(f"forbidden markup {word.decode()} in {name}")


def _check_relationships(name: str, content: bytes) -> None:
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    for relationship in etree.fromstring(content, parser).iter(RELATIONSHIP):
        kind = relationship.get("Type", "")
        if kind.endswith(FORBIDDEN_RELATIONSHIPS):
            raise _refusal(f"forbidden relationship {kind} in {name}")
        if relationship.get("TargetMode") == "External" and not kind.endswith(MAY_BE_EXTERNAL):
            raise _refusal(f"external relationship {kind} in {name}")


def _refusal(detail: str) -> GenerationFailed:
    return GenerationFailed("document_refused", detail)
