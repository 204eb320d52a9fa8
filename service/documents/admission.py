"""Checks a .docx before an office opens it.

An office converts an empty file or a picture as readily as an agreement, fetches what a document
refers to, and runs macros and fields, so such files are refused here. Every part is parsed: the
same thing can be spelt in many ways, and an office understands them all.
"""

from __future__ import annotations

import io
import zipfile
import zlib

from lxml import etree

from service.documents.fields import unknown_fields
from service.errors import GenerationFailed

LARGEST_FILE = 5 << 20
LARGEST_CONTENT = 50 << 20
MOST_ENTRIES = 500
ENCRYPTED = 1  # a flag of a ZIP entry
CONTENT_TYPES = "[Content_Types].xml"
MAIN_PART = "word/document.xml"
PARSED = (".xml", ".rels")
# Pictures and fonts are not parsed, so they may only be used as pictures and fonts.
UNPARSED = (".png", ".jpg", ".jpeg", ".gif", ".odttf")
MAY_BE_THERE = (*PARSED, *UNPARSED, "/")
MAY_BE_UNPARSED = ("/image", "/font", "/thumbnail")
ENCODINGS = ("UTF-8", "UTF-16", "UTF-16LE", "UTF-16BE", "US-ASCII", "ASCII")
RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
MAY_BE_EXTERNAL = "/hyperlink"
FORBIDDEN_NAMES = ("vbaproject", "vbadata", "oleobject", "activex", "embeddings/")
FORBIDDEN_TYPES = ("macroenabled", "vbaproject", "oleobject", "activex", "ms-office.")
FORBIDDEN_RELATIONSHIPS = ("/aFChunk", "/oleObject", "/attachedTemplate", "/frame", "/subDocument")
# In any namespace: two exist for the same names.
FORBIDDEN_ELEMENTS = (
    "{*}altChunk",
    "{*}object",
    "{*}OLEObject",
    "{*}control",
    "{*}subDoc",
    "{*}mailMerge",
    "{*}externalData",
    "{*}script",
)
VML = ("{urn:schemas-microsoft-com:vml}*", "{urn:schemas-microsoft-com:office:office}*")


def admit(docx: bytes) -> None:
    """Refuse anything but a plain Word file. Raises GenerationFailed ``document_refused``."""
    if len(docx) > LARGEST_FILE:
        raise _refusal("larger than allowed")
    try:
        with zipfile.ZipFile(io.BytesIO(docx)) as package:
            _check_size(package)
            for entry in package.infolist():
                _check_part(entry.filename, package.read(entry))
    except (
        zipfile.BadZipFile,
        zlib.error,
        etree.XMLSyntaxError,
        EOFError,
        NotImplementedError,
    ) as error:
        raise _refusal(str(error)) from error


def _check_size(package: zipfile.ZipFile) -> None:
    entries = package.infolist()
    names = [entry.filename for entry in entries]
    if len(names) > MOST_ENTRIES or len({name.lower() for name in names}) != len(names):
        raise _refusal("too many or repeated entries")
    if sum(entry.file_size for entry in entries) > LARGEST_CONTENT:
        raise _refusal("content larger than allowed")
    if any(entry.flag_bits & ENCRYPTED for entry in entries):
        raise _refusal("encrypted")
    if CONTENT_TYPES not in names or MAIN_PART not in names:
        raise _refusal("no Word document")


def _check_part(name: str, content: bytes) -> None:
    plain = name.lower()
    if any(word in plain for word in FORBIDDEN_NAMES) or not plain.endswith(MAY_BE_THERE):
        raise _refusal(f"forbidden part {name}")
    if not plain.endswith(PARSED):
        return
    part = _parsed(name, content)
    if name == CONTENT_TYPES:
        _check_types(part)
    elif plain.endswith(".rels"):
        _check_relationships(name, part)
    else:
        _check_markup(name, part)


def _parsed(name: str, content: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    part = etree.fromstring(content, parser)
    said = part.getroottree().docinfo
    if said.internalDTD is not None or said.doctype:
        raise _refusal(f"forbidden markup DOCTYPE in {name}")
    if (said.encoding or ENCODINGS[0]).upper() not in ENCODINGS:
        raise _refusal(f"forbidden encoding {said.encoding} in {name}")
    return part


def _check_types(part: etree._Element) -> None:
    for element in part.iter(etree.Element):
        if any(word in str(element.get("ContentType", "")).lower() for word in FORBIDDEN_TYPES):
            raise _refusal("forbidden content type")


def _check_relationships(name: str, part: etree._Element) -> None:
    for relationship in part.iter(RELATIONSHIP):
        kind, target = str(relationship.get("Type", "")), str(relationship.get("Target", ""))
        if kind.endswith(FORBIDDEN_RELATIONSHIPS):
            raise _refusal(f"forbidden relationship {kind} in {name}")
        if relationship.get("TargetMode") == "External":
            if not kind.endswith(MAY_BE_EXTERNAL):
                raise _refusal(f"external relationship {kind} in {name}")
        elif not target.lower().endswith(".xml") and not kind.endswith(MAY_BE_UNPARSED):
            raise _refusal(f"forbidden relationship {kind} to {target} in {name}")


def _check_markup(name: str, part: etree._Element) -> None:
    for element in part.iter(*FORBIDDEN_ELEMENTS):
        raise _refusal(f"forbidden markup {etree.QName(element).localname} in {name}")
    for element in part.iter(*VML):
        if element.get("src") or element.get("href"):
            raise _refusal(f"forbidden markup: an address in {name}")
    for wrong in unknown_fields(part):
        raise _refusal(f"forbidden markup: {wrong} in {name}")


def _refusal(detail: str) -> GenerationFailed:
    return GenerationFailed("document_refused", detail)
