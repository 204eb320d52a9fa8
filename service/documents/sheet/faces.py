"""The shipped fonts for a sheet: the width of a text, and the subset to embed, made by HarfBuzz."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from unicodedata import category

import uharfbuzz as hb

from service.errors import GenerationFailed
from signatures.acts.subset import cut

UNITS = 1000
"""Per em, the unit of PDF (ISO 32000-1, 9.2.4)."""

UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Categories of invisible characters: control, format, private use and similar."""

_BOX_IN_HEAD, _CAPS_IN_OS2 = 36, 88
"""Offsets of the letters' sizes in these tables (ISO/IEC 14496-22)."""


@dataclass(frozen=True)
class Cut:
    """A subset of a font, and each character's glyph number."""

    program: bytes
    glyphs: dict[str, int]


class Face:
    """One weight of the font; thread-safe."""

    def __init__(self, path: Path) -> None:
        """Read the font. Raises GenerationFailed ``fonts_missing``."""
        if not path.is_file():
            raise GenerationFailed("fonts_missing", str(path))
        self.name = path.stem.removesuffix("-Regular")
        self._face = hb.Face(hb.Blob.from_file_path(str(path)))
        font = hb.Font(self._face)
        self._scale = UNITS / self._face.upem
        extents = font.get_font_extents("ltr")
        self.ascent = round(extents.ascender * self._scale)
        self.descent = round(extents.descender * self._scale)
        box = struct.unpack_from(">4h", self._face.reference_table("head").data, _BOX_IN_HEAD)
        self.box = tuple(round(edge * self._scale) for edge in box)
        capitals = struct.unpack_from(">h", self._face.reference_table("OS/2").data, _CAPS_IN_OS2)
        self.cap_height = round(capitals[0] * self._scale)
        self._glyphs = {chr(each): font.get_nominal_glyph(each) for each in self._face.unicodes}
        self.widths = {
            character: font.get_glyph_h_advance(glyph) * self._scale
            for character, glyph in self._glyphs.items()
        }

    def cut(self, characters: Iterable[str]) -> Cut:
        program, numbers = cut(self._face, characters)
        return Cut(program, {each: numbers[self._glyphs[each]] for each in characters})


@dataclass(frozen=True)
class Faces:
    """The two weights of a sheet."""

    regular: Face
    bold: Face

    @classmethod
    def load(cls, directory: Path) -> Faces:
        """Read the shipped fonts. Raises GenerationFailed."""
        return cls(Face(directory / "Carlito-Regular.ttf"), Face(directory / "Carlito-Bold.ttf"))

    @property
    def names(self) -> frozenset[str]:
        """Their names in a PDF file."""
        return frozenset({self.regular.name, self.bold.name})

    @cached_property
    def seen(self) -> frozenset[str]:
        """The visible characters that both fonts print, and the space."""
        both = self.regular.widths.keys() & self.bold.widths.keys()
        return frozenset(each for each in both if category(each) not in UNSEEN)


class Measure:
    """The widths of texts in both weights; one per sheet, so that no name stays in memory."""

    def __init__(self, faces: Faces) -> None:
        self._regular = _Widths(faces.regular.widths)
        self._bold = _Widths(faces.bold.widths)

    def widths(self, *, bold: bool) -> _Widths:
        """The widths in one weight, in 1/``UNITS`` em, for texts of any length."""
        return self._bold if bold else self._regular


class _Widths(dict[str, float]):
    """A cache, as a log repeats the same words."""

    def __init__(self, letters: dict[str, float]) -> None:
        super().__init__()
        self._letters = letters

    def __missing__(self, text: str) -> float:
        width = self[text] = sum(map(self._letters.__getitem__, text))
        return width
