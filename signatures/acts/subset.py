"""The part of a font that a text needs, cut by HarfBuzz in a quarter of a millisecond."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

import uharfbuzz as hb

# Tables that no reader of an embedded font with fixed positions looks at.
_NOT_NEEDED = ("GSUB", "GPOS", "GDEF", "kern", "name", "DSIG", "FFTM", "meta", "gasp")
_LETTERS, _TAG_LENGTH = 26, 6


def cut(
    face: hb.Face,
    characters: Iterable[str] = (),
    glyphs: Iterable[int] = (),
    *,
    keep_numbers: bool = False,
) -> tuple[bytes, Mapping[int, int]]:
    """The font program with these characters and glyphs, and the number of each glyph in it by its
    number in the font; with ``keep_numbers`` both are the same."""
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
    """Six capitals that differ for different parts of one font (ISO 32000-1, 9.6.4)."""
    number = int.from_bytes(hashlib.sha256(program).digest()[:8], "big")
    letters = ""
    for _ in range(_TAG_LENGTH):
        number, letter = divmod(number, _LETTERS)
        letters += chr(ord("A") + letter)
    return letters
