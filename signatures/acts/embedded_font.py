"""Turns text into glyphs of a shipped font, and embeds the glyphs used (ISO 32000-1, 9.7).

Reading and subsetting the font for every act, as pyHanko does, takes longer than the rest of the
seal: here it is read once per process and subsetted by HarfBuzz.
"""

from __future__ import annotations

import io
import struct
from collections import Counter
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import uharfbuzz as hb
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.font.api import FontEngine, FontEngineFactory, ShapeResult
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.writer import BasePdfFileWriter

from signatures.acts.subset import cut, tag

UNITS = 1000  # per em, the unit of PDF; all shipped fonts use it (``build_font``)
_SYMBOLIC = 4  # font flag: codes are not those of an alphabet (ISO 32000-1, table 123)
_UPRIGHT_STEM = 80  # of a regular weight; a hint for readers that substitute the font
_BOX_IN_HEAD, _CAPS_IN_OS2 = 36, 88  # offsets in these tables (ISO/IEC 14496-22)
_MOST_IN_A_BLOCK = 100  # mappings (ISO 32000-1, 9.10.3)


class _Face:
    """The properties of a font, read once; thread-safe."""

    def __init__(self, file: Path) -> None:
        self.face = hb.Face(hb.Blob.from_file_path(str(file)))
        if self.face.upem != UNITS:
            raise ValueError(f"{file.name} has {self.face.upem} units per em")
        self.name = "".join(part.title() for part in file.stem.split("-"))
        font = hb.Font(self.face)
        # If two characters share a glyph, it is read back as the first.
        self.characters = {
            font.get_nominal_glyph(each): chr(each)
            for each in sorted(self.face.unicodes, reverse=True)
        }
        self.extents = font.get_font_extents("ltr")
        self.box = struct.unpack_from(">4h", self._table("head"), _BOX_IN_HEAD)
        (self.cap_height,) = struct.unpack_from(">h", self._table("OS/2"), _CAPS_IN_OS2)

    def _table(self, name: str) -> bytes:
        return bytes(self.face.reference_table(name).data)


_face = cache(_Face)
_number: Any = generic.NumberObject  # that library has no types


class EmbeddedFont(FontEngine):
    """A font of one writer, which embeds the glyphs used."""

    def __init__(self, writer: BasePdfFileWriter, file: Path) -> None:
        self._face = _face(file)
        super().__init__(writer, self._face.name, embedded_subset=True)
        self.hb_font = hb.Font(self._face.face)
        self._meaning: dict[int, str] = {}  # of each glyph drawn
        self._reference = writer.allocate_placeholder()
        self._written = False

    @property
    def uses_complex_positioning(self) -> bool:
        """False: a text ends where its last glyph ends."""
        return False

    def advance(self, text: str) -> float:
        """The width of a text, in ems. Measuring does not draw it."""
        wide: int = sum(place.x_advance for _, place in self.glyphs(text))
        return wide / UNITS

    def shape(self, txt: str, with_actual_text: bool = True) -> ShapeResult:
        """The operators that draw a text, extractable ``with_actual_text``."""
        glyphs = self.glyphs(txt)
        self._remember(txt, [info for info, _ in glyphs])
        operators = self._operators(glyphs)
        if with_actual_text:
            properties = io.BytesIO()
            said = {"/ActualText": generic.TextStringObject(txt)}
            _dictionary(said).write_to_stream(properties)
            operators = b"/Span %s BDC %s EMC" % (properties.getvalue(), operators)
        wide = sum(place.x_advance for _, place in glyphs)
        return ShapeResult(operators, wide / UNITS, 0)

    def as_resource(self) -> generic.IndirectObject:
        """A reference to the font, which is written later."""
        return self._reference

    def prepare_write(self) -> None:
        """Put the font into the file, once."""
        if self._written:
            return
        self._written = True
        program, _ = cut(self._face.face, glyphs=self._meaning, keep_numbers=True)
        name = pdf_name(f"/{tag(program)}+{self._face.name}")
        descendant = {
            "/Type": pdf_name("/Font"),
            "/Subtype": pdf_name("/CIDFontType2"),
            "/BaseFont": name,
            "/CIDSystemInfo": _dictionary(
                {
                    "/Registry": generic.pdf_string("Adobe"),
                    "/Ordering": generic.pdf_string("Identity"),
                    "/Supplement": _number(0),
                }
            ),
            "/CIDToGIDMap": pdf_name("/Identity"),
            "/FontDescriptor": self.writer.add_object(self._descriptor(name, program)),
            "/W": self._widths(),
        }
        font = {
            "/Type": pdf_name("/Font"),
            "/Subtype": pdf_name("/Type0"),
            "/BaseFont": name,
            "/Encoding": pdf_name("/Identity-H"),
            "/DescendantFonts": generic.ArrayObject(
                [self.writer.add_object(_dictionary(descendant))]
            ),
            "/ToUnicode": self.writer.add_object(_stream(_to_unicode(self._meaning))),
        }
        self.writer.add_object(_dictionary(font), idnum=self._reference.idnum)

    def glyphs(self, text: str) -> list[tuple[Any, Any]]:
        """The glyphs of a text with their positions."""
        if not text:
            return []
        buffer = hb.Buffer()
        buffer.add_str(text)
        buffer.guess_segment_properties()
        hb.shape(self.hb_font, buffer)
        return list(zip(buffer.glyph_infos, buffer.glyph_positions, strict=True))

    def _remember(self, text: str, glyphs: list[Any]) -> None:
        """Record each glyph's meaning; glyphs of one cluster mean their own character."""
        sharing = Counter(each.cluster for each in glyphs)
        parts = {start: text[start:end] for start, end in pairwise([*sorted(sharing), len(text)])}
        for each in glyphs:
            part, alone = parts[each.cluster], sharing[each.cluster] == 1
            meaning = part if alone else self._face.characters.get(each.codepoint, part)
            self._meaning.setdefault(each.codepoint, meaning)

    def _operators(self, glyphs: list[tuple[Any, Any]]) -> bytes:
        """Operators with kerning and accents; vertical shifts become text rise."""
        parts, shown, rise = [], "", 0
        for info, place in glyphs:
            if place.y_offset != rise:
                parts.append(f"[{shown}] TJ {place.y_offset * self.font_size / UNITS:g} Ts")
                shown, rise = "", place.y_offset
            drawn = self.hb_font.get_glyph_h_advance(info.codepoint)
            before, after = -place.x_offset, drawn + place.x_offset - place.x_advance
            shown += f"{before} " if before else ""
            shown += f"<{info.codepoint:04x}>" + (f"{after} " if after else "")
        parts.append(f"[{shown.replace('><', '')}] TJ" + (" 0 Ts" if rise else ""))
        return " ".join(parts).encode()

    def _descriptor(self, name: generic.NameObject, program: bytes) -> Any:
        return _dictionary(
            {
                "/Type": pdf_name("/FontDescriptor"),
                "/FontName": name,
                "/Flags": _number(_SYMBOLIC),
                "/FontBBox": generic.ArrayObject(map(_number, self._face.box)),
                "/ItalicAngle": _number(0),
                "/Ascent": _number(self._face.extents.ascender),
                "/Descent": _number(self._face.extents.descender),
                "/CapHeight": _number(self._face.cap_height),
                "/StemV": _number(_UPRIGHT_STEM),
                "/FontFile2": self.writer.add_object(_stream(program)),
            }
        )

    def _widths(self) -> generic.ArrayObject:
        found = generic.ArrayObject()
        for glyph in sorted(self._meaning):
            wide = _number(self.hb_font.get_glyph_h_advance(glyph))
            found += [_number(glyph), generic.ArrayObject([wide])]
        return found


class Fonts(FontEngineFactory):
    """Makes the font of a writer when a style asks for it."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def create_font_engine(self, writer: BasePdfFileWriter, obj_stream: Any = None) -> EmbeddedFont:
        """The font for this writer."""
        return EmbeddedFont(writer, self._file)


def _dictionary(entries: dict[str, Any]) -> Any:
    make: Any = generic.DictionaryObject
    return make({pdf_name(name): said for name, said in entries.items()})


def _stream(data: bytes) -> Any:
    made: Any = generic.StreamObject(stream_data=data)
    made.compress()
    return made


def _to_unicode(meaning: dict[int, str]) -> bytes:
    """From glyphs to characters, for copying and screen readers (ISO 32000-1, 9.10.3)."""
    lines = [f"<{glyph:04x}> <{meaning[glyph].encode('utf-16be').hex()}>" for glyph in meaning]
    blocks = [lines[at : at + _MOST_IN_A_BLOCK] for at in range(0, len(lines), _MOST_IN_A_BLOCK)]
    mapped = "\n".join(
        f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks
    )
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n"
        f"{mapped}\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
    ).encode("ascii")
