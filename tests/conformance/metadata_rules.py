"""ISO 19005-3, 6.6 and 6.8, ISO 14289-1, 5: metadata and attachments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree
from pikepdf import Array, Dictionary, Name, Stream

from tests.conformance.opened import Opened

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
PDFA, PDFUA = "{http://www.aiim.org/pdfa/ns/id/}", "{http://www.aiim.org/pdfua/ns/id/}"
DC, PDF = "{http://purl.org/dc/elements/1.1/}", "{http://ns.adobe.com/pdf/1.3/}"
XMP = "{http://ns.adobe.com/xap/1.0/}"
EXTENSION = "{http://www.aiim.org/pdfa/ns/extension/}"
SCHEMA, PROPERTY = (f"{{http://www.aiim.org/pdfa/ns/{name}#}}" for name in ("schema", "property"))
KNOWN = (RDF, PDFA, DC, PDF, XMP, EXTENSION)
INFO = {
    "/Title": f"{DC}title",
    "/Subject": f"{DC}description",
    "/Author": f"{DC}creator",
    "/Keywords": f"{PDF}Keywords",
    "/Creator": f"{XMP}CreatorTool",
    "/Producer": f"{PDF}Producer",
    "/CreationDate": f"{XMP}CreateDate",
    "/ModDate": f"{XMP}ModifyDate",
}
MIME = re.compile(r"/[-\w+.]+/[-\w+.]+")
PDF_DATE = re.compile(r"D:(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z")
RELATIONSHIPS = ("/Source", "/Data", "/Alternative", "/Supplement", "/Unspecified")


def packet(file: Opened) -> Iterator[str]:
    """UTF-8 in an uncompressed stream, which every program can find."""
    stream = file.root.get(Name.Metadata)
    if not isinstance(stream, Stream):
        yield "no metadata"
        return
    if Name.Filter in stream or (stream.get(Name.Type), stream.get(Name.Subtype)) != (
        Name.Metadata,
        Name.XML,
    ):
        yield "compressed, or not named as XML metadata"
    head = stream.read_bytes().partition(b"?>")[0]
    if b"bytes=" in head or b"encoding=" in head or not head.startswith(b"<?xpacket begin="):
        yield head.decode(errors="replace")
    try:
        etree.fromstring(stream.read_bytes().decode("utf-8").strip("\ufeff").encode())
    except (UnicodeDecodeError, etree.XMLSyntaxError) as error:
        yield str(error)


def archive_identification(file: Opened) -> Iterator[str]:
    """PDF/A, part 3, level B."""
    said = _properties(file)
    if (said.get(f"{PDFA}part"), said.get(f"{PDFA}conformance")) != ("3", "B"):
        yield f"{said.get(f'{PDFA}part')}{said.get(f'{PDFA}conformance')}"


def accessible_identification(file: Opened) -> Iterator[str]:
    """PDF/UA, part 1."""
    if _properties(file).get(f"{PDFUA}part") != "1":
        yield str(_properties(file).get(f"{PDFUA}part"))


def described_schemas(file: Opened) -> Iterator[str]:
    """The packet describes every property of schemas that PDF/A does not define."""
    tree = _tree(file)
    if tree is None:
        return
    described = {
        f"{{{schema.findtext(f'{SCHEMA}namespaceURI')}}}{each.findtext(f'{PROPERTY}name')}"
        for schema in tree.iterfind(f".//{EXTENSION}schemas/{RDF}Bag/{RDF}li")
        for each in schema.iterfind(f"{SCHEMA}property/{RDF}Seq/{RDF}li")
        if all(each.findtext(f"{PROPERTY}{k}") for k in ("valueType", "category", "description"))
    }
    for name in _properties(file):
        if not name.startswith(KNOWN) and name not in described:
            yield f"{name} is not described"


def same_as_info(file: Opened) -> Iterator[str]:
    """Title, program and dates are equal in both places that may have them."""
    said = _properties(file)
    for key, value in file.pdf.docinfo.items():
        if key not in INFO:
            yield f"{key} stands in Info alone"
            continue
        told = PDF_DATE.sub(r"\1-\2-\3T\4:\5:\6Z", str(value))
        if said.get(INFO[key]) != told:
            yield f"{key}: {told!r} and {said.get(INFO[key])!r}"


def title(file: Opened) -> Iterator[str]:
    """A title, shown in the title bar instead of the file name."""
    if not _properties(file).get(f"{DC}title"):
        yield "no title"
    if not file.root.get(Name.ViewerPreferences, {}).get(Name.DisplayDocTitle, False):
        yield "the title is not shown"


def attachments(file: Opened) -> Iterator[str]:
    """Each attached file has a name, type, date and relationship, and is associated with the
    document."""
    associated = [each.objgen for each in file.root.get(Name.AF, [])]
    for each in file.dictionaries:
        if each.get(Name.Type) == Name.EmbeddedFile:
            if not MIME.fullmatch(str(each.get(Name.Subtype))):
                yield f"kind {each.get(Name.Subtype)}"
            if Name.ModDate not in each.get(Name.Params, {}):
                yield "no date of modification"
        if Name.EF in each:
            if not str(each.get(Name.F, "")) or not str(each.get(Name.UF, "")):
                yield "no name"
            if str(each.get(Name.AFRelationship)) not in RELATIONSHIPS:
                yield f"relation {each.get(Name.AFRelationship)}"
            if each.objgen not in associated:
                yield f"{each.get(Name.UF)} is associated with nothing"
    listed = file.root.get(Name.Names, Dictionary()).get(Name.EmbeddedFiles, Dictionary())
    if len(listed.get(Name.Names, Array())) // 2 != len(associated):
        yield "associated files and attached files differ"


def _tree(file: Opened) -> Any:
    stream = file.root.get(Name.Metadata)
    if not isinstance(stream, Stream):
        return None
    try:
        return etree.fromstring(stream.read_bytes().strip(b"\xef\xbb\xbf"))
    except etree.XMLSyntaxError:
        return None


def _properties(file: Opened) -> dict[str, str]:
    """Every property of the packet as text; the first value of a list."""
    tree = _tree(file)
    found: dict[str, str] = {}
    for described in tree.iterfind(f"{RDF}RDF/{RDF}Description") if tree is not None else ():
        found |= {str(k): str(v) for k, v in described.attrib.items() if k != f"{RDF}about"}
        for each in described:
            if not str(each.tag).startswith(EXTENSION):
                found[str(each.tag)] = (each.findtext(f".//{RDF}li") or each.text or "").strip()
    return found
