"""Which of the two shipped fonts shows a text, and what neither can show."""

from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont

FONTS = Path(__file__).parent / "fonts"
LATIN = FONTS / "zegel-sign-latin.ttf"
WIDE = FONTS / "zegel-sign-wide.ttf"


def unprintable(text: str) -> str:
    """The characters of ``text`` that no seal can show, each once, in order; '' when all can."""
    known = _characters(WIDE)
    return "".join(dict.fromkeys(each for each in text if ord(each) not in known))


def font_for(text: str) -> Path:
    """The smaller font where it will do: it is embedded again in every act."""
    known = _characters(LATIN)
    return LATIN if all(ord(each) in known for each in text) else WIDE


@cache
def _characters(path: Path) -> frozenset[int]:
    with TTFont(path, lazy=True) as font:
        return frozenset(font.getBestCmap())
