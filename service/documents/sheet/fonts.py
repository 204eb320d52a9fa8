"""Writes a font into the file; a character's code is its Unicode number.

So the table for copying and screen readers maps each code to itself (ISO 32000-1, 9.7 and 9.10.3).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from service.documents.sheet.faces import Face
from service.documents.sheet.objects import PdfFile, numbers, stream
from signatures.acts.subset import tag

SYMBOLIC = 4
"""Font flag bit 3: it has more than the standard Latin letters (ISO 32000-1, table 123)."""

STEM = {False: 80, True: 140}
"""Thickness of the vertical strokes; a hint for readers that substitute the font."""

_MOST_RANGES = 100
_COLLECTION = "/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"


def write_font(file: PdfFile, face: Face, characters: Iterable[str]) -> int:
    """Write the font's subset for these characters; returns its object number."""
    used = sorted(characters)
    cut = face.cut(used)
    program = file.add(stream(cut.program, f"/Length1 {len(cut.program)}"))
    name = f"{tag(cut.program)}+{face.name}"
    bold = face.name.endswith("Bold")
    descriptor = file.add(
        f"<</Type/FontDescriptor/FontName/{name}/Flags {SYMBOLIC}"
        f"/FontBBox {numbers(*face.box)}/ItalicAngle 0/Ascent {face.ascent}"
        f"/Descent {face.descent}/CapHeight {face.cap_height}/StemV {STEM[bold]}"
        f"/FontFile2 {program} 0 R>>"
    )
    glyphs = file.add(stream(_glyph_table(cut.glyphs)))
    widths = " ".join(
        f"{ord(part[0])} {numbers(*map(face.widths.__getitem__, part))}" for part in _runs(used)
    )
    descendant = file.add(
        f"<</Type/Font/Subtype/CIDFontType2/BaseFont/{name}{_COLLECTION}"
        f"/FontDescriptor {descriptor} 0 R/CIDToGIDMap {glyphs} 0 R/W [{widths}]>>"
    )
    meaning = file.add(stream(_to_unicode(used)))
    return file.add(
        f"<</Type/Font/Subtype/Type0/BaseFont/{name}/Encoding/Identity-H"
        f"/DescendantFonts [{descendant} 0 R]/ToUnicode {meaning} 0 R>>"
    )


def _glyph_table(glyphs: dict[str, int]) -> bytes:
    table = bytearray(2 * (ord(max(glyphs)) + 1))
    for character, glyph in glyphs.items():
        at = 2 * ord(character)
        table[at : at + 2] = glyph.to_bytes(2, "big")
    return bytes(table)


def _runs(characters: Sequence[str]) -> Iterator[str]:
    run = ""
    for character in characters:
        if run and (ord(character) != ord(run[-1]) + 1 or ord(character) % 256 == 0):
            yield run
            run = ""
        run += character
    if run:
        yield run


def _to_unicode(characters: Sequence[str]) -> bytes:
    ranges = [f"<{_code(run[0])}><{_code(run[-1])}><{_code(run[0])}>" for run in _runs(characters)]
    parts = [ranges[at : at + _MOST_RANGES] for at in range(0, len(ranges), _MOST_RANGES)]
    said = "\n".join(
        f"{len(part)} beginbfrange\n{chr(10).join(part)}\nendbfrange" for part in parts
    )
    return (
        "/CIDInit/ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def\n"
        "/CMapName/Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000><ffff>\nendcodespacerange\n"
        f"{said}\nendcmap\nCMapName currentdict/CMap defineresource pop\nend\nend"
    ).encode("ascii")


def _code(character: str) -> str:
    return f"{ord(character):04x}"
