"""Which of the two shipped fonts shows a text, and what neither can show.

What each font has is written beside it when it is built (``build_font.py``): reading it from the
font takes a library of 5 MiB, and every process asks.
"""

from functools import cache
from pathlib import Path

FONTS = Path(__file__).parent / "fonts"
LATIN = FONTS / "zegel-sign-latin.ttf"
WIDE = FONTS / "zegel-sign-wide.ttf"


def unprintable(text: str) -> str:
    """The characters of ``text`` that no seal can show, each once, in order; '' when all can."""
    known = characters(WIDE)
    return "".join(dict.fromkeys(each for each in text if ord(each) not in known))


def font_for(text: str) -> Path:
    """The smaller font where it will do: it is embedded again in every act."""
    known = characters(LATIN)
    return LATIN if all(ord(each) in known for each in text) else WIDE


@cache
def characters(font: Path) -> frozenset[int]:
    """The code points that a shipped font has a glyph for."""
    return frozenset(map(ord, characters_file(font).read_text(encoding="utf-8")))


def characters_file(font: Path) -> Path:
    """Where they are written: one text, in the order of the code points."""
    return font.with_suffix(".characters")
