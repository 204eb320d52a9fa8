"""Cuts the part of a font that a text needs, with HarfBuzz (about 0.25 ms)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

import uharfbuzz as hb

# Tables not needed in an embedded font with fixed positions.
_NOT_NEEDED = ("GSUB", "GPOS", "GDEF", "kern", "name", "DSIG", "FFTM", "meta", "gasp")
_LETTERS, _TAG_LENGTH = 26, 6


def cut(
    face: hb.Face,
    characters: Iterable[str] = (),
    glyphs: Iterable[int] = (),
    *,
    keep_numbers: bool = False,
) -> tuple[bytes, Mapping[int, int]]:
    """The font program with only these characters and glyphs, and a map from old to new glyph
    numbers (equal with ``keep_numbers``)."""
    wanted = hb.SubsetInput()
    wanted.sets(hb.SubsetInputSets.UNICODE).set({ord(each) for each in characters})
    wanted.sets(hb.SubsetInputSets.GLYPH_INDEX).set(set(glyphs))
    left_out = {int.from_bytes(tag.ljust(4).encode(), "big") for tag in _NOT_NEEDED}
    wanted.sets(hb.SubsetInputSets.DROP_TABLE_TAG).set(left_out)
    flags = hb.SubsetFlags.NO_HINTING | hb.SubsetFlags.NOTDEF_OUTLINE
    wanted.flags = flags | hb.SubsetFlags.RETAIN_GIDS if keep_numbers else flags
    plan = hb.SubsetPlan(face, wanted)
    return bytes(plan.execute().blob.data), plan.old_to_new_glyph_mapping


def tag(program: bytes) -> str:
    """Six capitals that differ for different subsets of one font (ISO 32000-1, 9.6.4)."""
    number = int.from_bytes(hashlib.sha256(program).digest()[:8], "big")
    letters = ""
    for _ in range(_TAG_LENGTH):
        number, letter = divmod(number, _LETTERS)
        letters += chr(ord("A") + letter)
    return letters
