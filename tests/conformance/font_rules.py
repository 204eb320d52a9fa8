"""ISO 19005-3, 6.2.11 and ISO 14289-1, 7.21: a font's dictionary agrees with its program.

These files have two kinds: simple TrueType fonts from the office, and composite fonts with TrueType
outlines in the seals. Any other kind is an error here, since the rules below do not check it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name, Stream

from tests.conformance.opened import Content, Opened

SYMBOLIC = 4
TOLERANCE = 1  # of 1000 units per em
NO_CHARACTERS = ("", "\0", "\ufeff", "\ufffe")
SHOWS = ("Tj", "TJ", "'", '"')
SYMBOL_CMAP, MAC_CMAP = (3, 0), (1, 0)
SUBSET = re.compile(r"/[A-Z]{6}\+")


@dataclass
class UsedFont:
    """A font of a page or a seal, with every code shown in it."""

    name: str
    font: Any
    codes: set[int] = field(default_factory=set)

    @property
    def composite(self) -> bool:
        return bool(self.font.get(Name.Subtype) == Name.Type0)

    @property
    def described(self) -> Any:
        """The font dictionary that has descriptor and widths."""
        return self.font.DescendantFonts[0] if self.composite else self.font

    @property
    def descriptor(self) -> Any:
        return self.described.get(Name.FontDescriptor, Dictionary())

    @cached_property
    def program(self) -> TTFont | None:
        found = self.descriptor.get(Name.FontFile2)
        return TTFont(io.BytesIO(found.read_bytes())) if isinstance(found, Stream) else None

    @cached_property
    def glyphs(self) -> dict[int, int]:
        """The glyph number of each code shown; 0 is .notdef."""
        if self.composite:
            return {code: self._mapped(code) for code in self.codes}
        tables = {(each.platformID, each.platEncID): each.cmap for each in self._cmaps}
        number = self.program.getGlyphID
        found = {}
        for code in self.codes:
            glyph = tables.get(MAC_CMAP, {}).get(code)
            symbols = tables.get(SYMBOL_CMAP, {})
            for base in (0xF000, 0):
                glyph = symbols.get(base + code, glyph)
            found[code] = number(glyph) if glyph else 0
        return found

    def _mapped(self, cid: int) -> int:
        mapping = self.described.get(Name.CIDToGIDMap)
        if isinstance(mapping, Stream):
            return int.from_bytes(mapping.read_bytes()[2 * cid : 2 * cid + 2], "big")
        return cid

    @property
    def _cmaps(self) -> list[Any]:
        return list(self.program["cmap"].tables) if "cmap" in self.program else []

    @cached_property
    def widths(self) -> dict[int, float]:
        """The width in the dictionary of each code shown."""
        if not self.composite:
            first, said = int(self.font.get(Name.FirstChar, 0)), self.font.get(Name.Widths, [])
            known = {first + index: float(width) for index, width in enumerate(said)}
            return {code: known[code] for code in self.codes if code in known}
        standard = float(self.described.get(Name.DW, 1000))
        return {**dict.fromkeys(self.codes, standard), **_composite_widths(self.described)}

    @cached_property
    def characters(self) -> dict[int, str]:
        """The meaning of each code according to /ToUnicode."""
        stream = self.font.get(Name.ToUnicode)
        return _to_unicode(stream.read_bytes()) if isinstance(stream, Stream) else {}


@lru_cache(maxsize=1)
def used_fonts(file: Opened) -> list[UsedFont]:
    """Every font that any content uses, with the codes shown in it."""
    found: dict[Any, UsedFont] = {}
    for content in file.contents:
        for name, font in content.resources.get(Name.Font, {}).items():
            key = font.objgen if font.is_indirect else (content.where, name)
            used = found.setdefault(key, UsedFont(str(font.get(Name.BaseFont, name)), font))
            for text in _shown(content, name):
                width = 2 if used.composite else 1
                used.codes.update(
                    int.from_bytes(text[at : at + width], "big")
                    for at in range(0, len(text), width)
                )
    return list(found.values())


def _shown(content: Content, name: str) -> Iterator[bytes]:
    current, kept = None, []
    for instruction in content.instructions:
        operator = str(instruction.operator)
        if operator == "q":
            kept.append(current)
        elif operator == "Q":
            current = kept.pop() if kept else None
        elif operator == "Tf":
            current = str(instruction.operands[0])
        elif operator in SHOWS and current == name:
            last = instruction.operands[-1]
            for part in last if isinstance(last, Array) else [last]:
                if not isinstance(part, int) and hasattr(part, "__bytes__"):
                    yield bytes(part)


def _composite_widths(font: Any) -> dict[int, float]:
    said, widths, at = list(font.get(Name.W, [])), {}, 0
    while at < len(said):
        first = int(said[at])
        if isinstance(said[at + 1], Array):
            widths |= {first + index: float(each) for index, each in enumerate(said[at + 1])}
            at += 2
        else:
            widths |= dict.fromkeys(range(first, int(said[at + 1]) + 1), float(said[at + 2]))
            at += 3
    return widths


def _to_unicode(cmap: bytes) -> dict[int, str]:
    found: dict[int, str] = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", cmap, re.DOTALL):
        for code, value in re.findall(rb"<(\w+)>\s*<(\w*)>", block):
            found[int(code, 16)] = _utf16(value)
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", cmap, re.DOTALL):
        for first, last, values in re.findall(rb"<(\w+)>\s*<(\w+)>\s*(<\w+>|\[[^\]]*\])", block):
            codes = range(int(first, 16), int(last, 16) + 1)
            each = re.findall(rb"<(\w+)>", values)
            if values.startswith(b"<"):
                start, width = int(each[0], 16), len(each[0])
                each = [b"%0*x" % (width, start + index) for index in range(len(codes))]
            found |= {code: _utf16(value) for code, value in zip(codes, each, strict=True)}
    return found


def _utf16(digits: bytes) -> str:
    return bytes.fromhex(digits.decode()).decode("utf-16-be", errors="replace")


# --- the rules --------------------------------------------------------------------------------


def kinds(file: Opened) -> Iterator[str]:
    """Only the two kinds that the rules below check, with all their entries."""
    for used in used_fonts(file):
        needed = ("/FirstChar", "/LastChar", "/Widths")
        if used.composite:
            needed = ("/Encoding", "/DescendantFonts")
            if used.described.get(Name.Subtype) != Name.CIDFontType2:
                yield f"{used.name}: {used.described.get(Name.Subtype)}"
        elif used.font.get(Name.Subtype) != Name.TrueType:
            yield f"{used.name}: {used.font.get(Name.Subtype)}"
        yield from (f"{used.name} lacks {key}" for key in needed if key not in used.font)
        if used.font.get(Name.Type) != Name.Font or Name.BaseFont not in used.font:
            yield f"{used.name}: no font"
        if not used.composite and len(used.font.get(Name.Widths, [])) != _said_widths(used.font):
            yield f"{used.name}: {len(used.font.get(Name.Widths, []))} widths"


def _said_widths(font: Any) -> int:
    return int(font.get(Name.LastChar, 0)) - int(font.get(Name.FirstChar, 0)) + 1


def embedded(file: Opened) -> Iterator[str]:
    """Every font program is embedded as a subset under its own name."""
    for used in used_fonts(file):
        if used.program is None:
            yield f"{used.name} is not embedded"
        elif not SUBSET.match(used.name) or used.descriptor.FontName != used.described.BaseFont:
            yield f"{used.name}: described as {used.descriptor.FontName}"


def widths(file: Opened) -> Iterator[str]:
    """For every glyph shown, dictionary and program have the same width."""
    for used in _judged(file):
        metrics, em = used.program["hmtx"].metrics, used.program["head"].unitsPerEm
        order = used.program.getGlyphOrder()
        for code in sorted(used.codes):
            glyph = used.glyphs[code]
            drawn = metrics[order[glyph]][0] * 1000 / em if glyph < len(order) else 0
            if code not in used.widths or abs(used.widths[code] - drawn) > TOLERANCE:
                yield f"{used.name}: code {code} is {drawn:.0f} wide, said {used.widths.get(code)}"


def glyphs(file: Opened) -> Iterator[str]:
    """Every code shown has a glyph, and none is the box for a missing one."""
    for used in _judged(file):
        there = used.program["maxp"].numGlyphs
        for code in sorted(used.codes):
            if not 0 < used.glyphs[code] < there:
                yield f"{used.name}: code {code} shows glyph {used.glyphs[code]}"


def composite(file: Opened) -> Iterator[str]:
    """Codes are CIDs and CIDs are glyphs: Identity, declared as such; a CIDSet would list all
    glyphs."""
    for used in _judged(file):
        if not used.composite:
            continue
        if str(used.font.get(Name.Encoding)) not in ("/Identity-H", "/Identity-V"):
            yield f"{used.name}: encoding {used.font.get(Name.Encoding)}"
        if Name.CIDToGIDMap not in used.described:
            yield f"{used.name}: no CIDToGIDMap"
        collection = used.described.get(Name.CIDSystemInfo, {})
        if "/Registry" not in collection or "/Ordering" not in collection:
            yield f"{used.name}: no CIDSystemInfo"
        if Name.CIDSet in used.descriptor:
            bits = "".join(f"{byte:08b}" for byte in used.descriptor.CIDSet.read_bytes())
            there = used.program["maxp"].numGlyphs
            if "0" in bits[:there].ljust(there, "0"):
                yield f"{used.name}: CIDSet"


def truetype(file: Opened) -> Iterator[str]:
    """A symbolic font has only its program's encoding; any other has a standard one."""
    for used in _judged(file):
        if used.composite:
            continue
        tables = used._cmaps
        symbols = any((each.platformID, each.platEncID) == SYMBOL_CMAP for each in tables)
        if int(used.descriptor.Flags) & SYMBOLIC:
            if Name.Encoding in used.font or not (symbols or len(tables) == 1):
                yield f"{used.name}: symbolic with {used.font.get(Name.Encoding)}"
        elif str(used.font.get(Name.Encoding)) not in ("/WinAnsiEncoding", "/MacRomanEncoding"):
            yield f"{used.name}: encoding {used.font.get(Name.Encoding)}"


def unicode(file: Opened) -> Iterator[str]:
    """Every code shown has a character, for copying and screen readers."""
    for used in used_fonts(file):
        for code in sorted(used.codes):
            meant = used.characters.get(code, "")
            if meant in NO_CHARACTERS or any(each in meant for each in NO_CHARACTERS[1:]):
                yield f"{used.name}: code {code} means {meant!r}"


def _judged(file: Opened) -> list[UsedFont]:
    return [used for used in used_fonts(file) if used.program is not None]
