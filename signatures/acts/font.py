"""Which shipped font shows a text, and which characters none can show.

Two fonts are for the words of a seal, three faces for a typed signature. A name with a letter that
its face lacks is drawn wholly in another. Each font's characters are listed in a file, since
reading the font takes a library of 5 MiB.
"""

import unicodedata
from functools import cache
from pathlib import Path

FONTS = Path(__file__).parent / "fonts"
LATIN = FONTS / "zegel-sign-latin.ttf"
WIDE = FONTS / "zegel-sign-wide.ttf"
FACES = ("elegant", "swift", "plain")  # in the order in which they are offered
NO_BREAK = "\u00a0"  # keeps words of a seal on one line; drawn as a plain space
# for a name that none of the three faces can show: the wide font
OTHER = "other"


def unprintable(text: str) -> str:
    """The characters that no seal can show, in order of appearance."""
    known = characters(WIDE)
    return "".join(dict.fromkeys(each for each in text if ord(each) not in known))


def font_for(text: str) -> Path:
    """The smaller font if it has every character: each act embeds it."""
    known = characters(LATIN)
    return LATIN if all(ord(each) in known for each in text) else WIDE


def drawn_in(name: str, face: str) -> str:
    """The chosen face, else the first that has all letters, else ``OTHER``."""
    letters = set(map(ord, unicodedata.normalize("NFC", name)))
    able = (each for each in (face, *FACES) if letters <= characters(face_font(each)))
    return next(able, OTHER)


def faces_for(name: str) -> list[tuple[str, str]]:
    """The choices that look different for this name, with the face really drawn."""
    drawn: dict[str, str] = {}
    for face in FACES:
        drawn.setdefault(drawn_in(name, face), face)
    return [(face, looks) for looks, face in drawn.items()]


@cache
def face_font(face: str) -> Path:
    """The font of one of the ``FACES``, or of ``OTHER``."""
    return WIDE if face == OTHER else FONTS / f"zegel-hand-{face}.ttf"


@cache
def characters(font: Path) -> frozenset[int]:
    """The code points that a shipped font shows."""
    return frozenset(map(ord, characters_file(font).read_text(encoding="utf-8")))


def characters_file(font: Path) -> Path:
    """The file that lists them: one text, in the order of the code points."""
    return font.with_suffix(".characters")
