"""Checks a .docx before an office opens it.

An office converts an empty file, fetches what a document refers to, and runs macros and fields;
such files are refused. Every part is parsed, as the same can be spelt in many ways.
"""

from __future__ import annotations

import hashlib
import io
import threading
import zipfile
import zlib
from collections import OrderedDict
from collections.abc import Iterator
from enum import StrEnum

from lxml import etree

from service.documents.fields import unknown_fields
from service.documents.largest import LARGEST_FILE
from service.errors import GenerationFailed

LARGEST_CONTENT = 50 << 20
MOST_ENTRIES = 500
MOST_REMEMBERED = 200  # parts, ten or so of each template
ENCRYPTED = 1  # a flag of a ZIP entry
CONTENT_TYPES = "[Content_Types].xml"
MAIN_PART = "word/document.xml"
PARSED = (".xml", ".rels")
# Pictures and fonts are not parsed, so they may be used only as such.
UNPARSED = (".png", ".jpg", ".jpeg", ".gif", ".odttf")
MAY_BE_THERE = (*PARSED, *UNPARSED, "/")
MAY_BE_UNPARSED = ("/image", "/font", "/thumbnail")
ENCODINGS = ("UTF-8", "UTF-16", "UTF-16LE", "UTF-16BE", "US-ASCII", "ASCII")
RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
MAY_BE_EXTERNAL = "/hyperlink"
FORBIDDEN_NAMES = ("vbaproject", "vbadata", "oleobject", "activex", "embeddings/")
FORBIDDEN_TYPES = ("macroenabled", "vbaproject", "oleobject", "activex", "ms-office.")
FORBIDDEN_RELATIONSHIPS = ("/aFChunk", "/oleObject", "/attachedTemplate", "/frame", "/subDocument")
# In any namespace, as two exist.
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


class Unwanted(StrEnum):
    """What must not reach an office, grouped by what its reader can do about it."""

    TOO_LARGE = "too_large"
    NO_WORD_FILE = "no_word_file"
    PART = "part_refused"
    EXTERNAL = "external"
    FIELD = "field"
    MARKUP = "markup"


class NotAdmitted(GenerationFailed):
    """Why a Word file is refused; ``part`` names the part to blame, if any."""

    def __init__(self, what: Unwanted, detail: str, part: str = "") -> None:
        super().__init__("document_refused", detail)
        self.what = what
        self.part = part


def admit(docx: bytes) -> None:
    """Refuse anything but a plain Word file. Raises GenerationFailed ``document_refused``."""
    for refusal in refusals(docx):
        raise refusal


def refusals(docx: bytes) -> Iterator[NotAdmitted]:
    """Everything for which a file is refused."""
    if len(docx) > LARGEST_FILE:
        yield NotAdmitted(Unwanted.TOO_LARGE, "larger than allowed")
        return
    try:
        with zipfile.ZipFile(io.BytesIO(docx)) as package:
            _check_size(package)
            for entry in package.infolist():
                yield from _in_unknown_part(entry.filename, package.read(entry))
    except NotAdmitted as refusal:
        yield refusal
    except (
        zipfile.BadZipFile,
        zlib.error,
        etree.XMLSyntaxError,
        EOFError,
        NotImplementedError,
    ) as error:
        yield NotAdmitted(Unwanted.NO_WORD_FILE, str(error))


def _check_size(package: zipfile.ZipFile) -> None:
    entries = package.infolist()
    names = [entry.filename for entry in entries]
    if len(names) > MOST_ENTRIES or len({name.lower() for name in names}) != len(names):
        raise NotAdmitted(Unwanted.NO_WORD_FILE, "too many or repeated entries")
    if sum(entry.file_size for entry in entries) > LARGEST_CONTENT:
        raise NotAdmitted(Unwanted.TOO_LARGE, "content larger than allowed")
    if any(entry.flag_bits & ENCRYPTED for entry in entries):
        raise NotAdmitted(Unwanted.NO_WORD_FILE, "encrypted")
    if CONTENT_TYPES not in names or MAIN_PART not in names:
        raise NotAdmitted(Unwanted.NO_WORD_FILE, "no Word document")


class _Faultless:
    """The digests of the parts last found without a fault: most parts of a document are exactly
    those of its template."""

    def __init__(self) -> None:
        self._kept: OrderedDict[bytes, None] = OrderedDict()
        self._lock = threading.Lock()

    def knows(self, digest: bytes) -> bool:
        with self._lock:
            if digest not in self._kept:
                return False
            self._kept.move_to_end(digest)
            return True

    def keep(self, digest: bytes) -> None:
        with self._lock:
            self._kept[digest] = None
            while len(self._kept) > MOST_REMEMBERED:
                self._kept.popitem(last=False)


_faultless = _Faultless()


def _in_unknown_part(name: str, content: bytes) -> Iterator[NotAdmitted]:
    """Nothing if exactly this part, of this name, was found without a fault before."""
    digest = hashlib.sha256(name.encode() + b"\0" + content).digest()
    if _faultless.knows(digest):
        return
    found = list(_in_part(name, content))
    if not found:
        _faultless.keep(digest)
    yield from found


def _in_part(name: str, content: bytes) -> Iterator[NotAdmitted]:
    plain = name.lower()
    if any(word in plain for word in FORBIDDEN_NAMES) or not plain.endswith(MAY_BE_THERE):
        yield NotAdmitted(Unwanted.PART, f"forbidden part {name}", name)
        return
    if not plain.endswith(PARSED):
        return
    part = parsed(name, content)
    if name == CONTENT_TYPES:
        yield from _in_types(part)
    elif plain.endswith(".rels"):
        yield from _in_relationships(name, part)
    else:
        yield from _in_markup(name, part)


def parsed(name: str, content: bytes) -> etree._Element:
    """A part as XML, without entities or anything from outside.

    Raises GenerationFailed ``document_refused``, or XMLSyntaxError.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    part = etree.fromstring(content, parser)
    said = part.getroottree().docinfo
    if said.internalDTD is not None or said.doctype:
        raise NotAdmitted(Unwanted.MARKUP, f"forbidden markup DOCTYPE in {name}", name)
    if (said.encoding or ENCODINGS[0]).upper() not in ENCODINGS:
        detail = f"forbidden encoding {said.encoding} in {name}"
        raise NotAdmitted(Unwanted.MARKUP, detail, name)
    return part


def _in_types(part: etree._Element) -> Iterator[NotAdmitted]:
    for element in part.iter(etree.Element):
        if any(word in str(element.get("ContentType", "")).lower() for word in FORBIDDEN_TYPES):
            yield NotAdmitted(Unwanted.PART, "forbidden content type", CONTENT_TYPES)


def _in_relationships(name: str, part: etree._Element) -> Iterator[NotAdmitted]:
    for relationship in part.iter(RELATIONSHIP):
        kind, target = str(relationship.get("Type", "")), str(relationship.get("Target", ""))
        if kind.endswith(FORBIDDEN_RELATIONSHIPS):
            detail = f"forbidden relationship {kind} in {name}"
            yield NotAdmitted(Unwanted.EXTERNAL, detail, name)
        elif relationship.get("TargetMode") == "External":
            if not kind.endswith(MAY_BE_EXTERNAL):
                detail = f"external relationship {kind} in {name}"
                yield NotAdmitted(Unwanted.EXTERNAL, detail, name)
        elif not target.lower().endswith(".xml") and not kind.endswith(MAY_BE_UNPARSED):
            detail = f"forbidden relationship {kind} to {target} in {name}"
            yield NotAdmitted(Unwanted.PART, detail, name)


def _in_markup(name: str, part: etree._Element) -> Iterator[NotAdmitted]:
    for element in part.iter(*FORBIDDEN_ELEMENTS):
        detail = f"forbidden markup {etree.QName(element).localname} in {name}"
        yield NotAdmitted(Unwanted.MARKUP, detail, name)
    for element in part.iter(*VML):
        if element.get("src") or element.get("href"):
            detail = f"forbidden markup: an address in {name}"
            yield NotAdmitted(Unwanted.EXTERNAL, detail, name)
    for wrong in unknown_fields(part):
        yield NotAdmitted(Unwanted.FIELD, f"forbidden markup: {wrong} in {name}", name)
