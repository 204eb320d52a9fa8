"""ISO 19005-3, 6.1: the file structure."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

from tests.conformance.opened import Opened

HEADER = re.compile(rb"%PDF-1\.[0-7](\r\n|\r|\n)%[\x80-\xff]{4}")
STRING = re.compile(rb"\((?:\\.|[^\\()])*\)|<<|>>|<([^<>]*)>", re.DOTALL)
XREF = re.compile(rb"[\r\n]xref(\r\n|\r|\n)\d+ \d+ ?[\r\n]")
FILTERS = frozenset(
    f"/{name}Decode"
    for name in ("ASCIIHex", "ASCII85", "Flate", "RunLength", "CCITTFax", "JBIG2", "DCT")
)
"""Allowed filters; JPEG 2000 has rules of its own (6.2.8.3), which are not checked here."""
ELSEWHERE = ("/F", "/FFilter", "/FDecodeParms")
LONGEST_STRING, LONGEST_NAME, LARGEST_INTEGER, MOST_OBJECTS = 32_767, 127, 2**31 - 1, 8_388_607
SMALLEST_PAGE, LARGEST_PAGE = 3, 14_400
DIGESTS = (Name.DigestMethod, Name.DigestValue, Name.DigestLocation)


def header(file: Opened) -> Iterator[str]:
    """The version, and a comment that marks the file as binary."""
    if not HEADER.match(file.data):
        yield repr(file.data[:20])


def trailer(file: Opened) -> Iterator[str]:
    """Each trailer has an ID, and every revision keeps the first half of it."""
    trailers = file.data.split(b"trailer")[1:]
    identities = [re.search(rb"/ID ?\[ ?<(\w+)> ?<\w+> ?\]", part) for part in trailers]
    if not identities or not all(identities):
        yield "a trailer without ID"
    elif len({each[1] for each in identities if each}) > 1:
        yield "the revisions have different first halves of the ID"


def unencrypted(file: Opened) -> Iterator[str]:
    """No password, no encryption dictionary."""
    if file.pdf.is_encrypted or Name.Encrypt in file.pdf.trailer or b"/Encrypt " in file.data:
        yield "encrypted"


def end_of_file(file: Opened) -> Iterator[str]:
    """Nothing but one end of line after the last marker."""
    after = file.data.rpartition(b"%%EOF")[2]
    if after not in (b"", b"\n", b"\r", b"\r\n"):
        yield f"{len(after)} bytes after the end"


def cross_references(file: Opened) -> Iterator[str]:
    """``xref`` alone on its line."""
    tables = len(re.findall(rb"[\r\n]xref\b", file.data))
    if tables != len(XREF.findall(file.data)):
        yield "xref and its first subsection are not on two lines"


def objects(file: Opened) -> Iterator[str]:
    """Every object begins and ends on a line of its own."""
    for each in file.raw_objects:
        before = file.data[each.start - 1 : each.start]
        closing = file.data[each.end - 7 : each.end + 1]
        if before not in (b"\n", b"\r") or each.head[:1] not in (b"\n", b"\r"):
            yield f"object {each.number}: {each.head[:10]!r}"
        if closing[:1] not in (b"\n", b"\r") or closing[-1:] not in (b"\n", b"\r"):
            yield f"object {each.number} does not end on a line of its own"


def stream_lengths(file: Opened) -> Iterator[str]:
    """``endstream`` is where /Length says, after an uncounted end of line."""
    for each in file.raw_objects:
        if each.stream_end is not None:
            tail = file.data[each.stream_end : each.end]
            if not re.fullmatch(rb"(\r\n|\r|\n)endstream\s+endobj", tail):
                yield f"object {each.number}: {tail[:20]!r}"


def hexadecimal_strings(file: Opened) -> Iterator[str]:
    """An even number of digits, and nothing else."""
    for each in file.raw_objects:
        for found in STRING.finditer(each.head):
            digits = b"".join((found[1] or b"").split())
            if len(digits) % 2 or re.search(rb"[^0-9A-Fa-f]", digits):
                yield f"object {each.number}: {found[0][:20]!r}"


def filters(file: Opened) -> Iterator[str]:
    """No LZW, no encryption of single streams, no stream in an external file."""
    for each in file.dictionaries:
        if not isinstance(each, Stream):
            continue
        named = each.get(Name.Filter, Array())
        for name in named if isinstance(named, Array) else [named]:
            if str(name) not in FILTERS:
                yield f"filter {name}"
        yield from (f"stream with {key}" for key in ELSEWHERE if key in each)


def limits(file: Opened) -> Iterator[str]:
    """Limits of readers: strings, names, integers, objects, pages."""
    for each in file.values:
        if isinstance(each, pikepdf.String) and len(bytes(each)) > LONGEST_STRING:
            yield f"a string of {len(bytes(each))} bytes"
        if isinstance(each, int) and abs(each) > LARGEST_INTEGER:
            yield f"integer {each}"
        names = [str(each)] if isinstance(each, Name) else []
        if isinstance(each, Dictionary | Stream):
            names = [str(key) for key in each.keys()]  # noqa: SIM118 (no mapping to iterate)
        yield from (f"name {name[:30]}" for name in names if len(name.encode()) - 1 > LONGEST_NAME)
    if len(file.pdf.objects) > MOST_OBJECTS:
        yield f"{len(file.pdf.objects)} objects"
    for page in file.pdf.pages:
        left, bottom, right, top = (float(edge) for edge in page.mediabox)
        if not all(SMALLEST_PAGE <= side <= LARGEST_PAGE for side in (right - left, top - bottom)):
            yield f"a page of {right - left} × {top - bottom} points"


def permissions(file: Opened) -> Iterator[str]:
    """Only UR3 and DocMDP permissions; no digest keys in any signature reference."""
    for key in file.root.get(Name.Perms, Dictionary()).keys():  # noqa: SIM118
        if key not in ("/UR3", "/DocMDP"):
            yield f"permission {key}"
    for signature in file.signatures:
        for reference in signature.get(Name.Reference, []):
            yield from (f"{key} in a reference" for key in DIGESTS if key in reference)


def nothing_alternative(file: Opened) -> Iterator[str]:
    """No requirements, presentation steps or alternate presentations; and no optional content,
    which is allowed but not checked here."""
    if Name.OCProperties in file.root:
        yield "optional content"
    if Name.Requirements in file.root:
        yield "requirements"
    if Name.AlternatePresentations in file.root.get(Name.Names, Dictionary()):
        yield "alternate presentations"
    if any(Name.PresSteps in page.obj for page in file.pdf.pages):
        yield "presentation steps"
