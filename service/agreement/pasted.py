"""Cleans text pasted from a mail, a web page or a Word file of its invisible characters."""

from __future__ import annotations

import re
import unicodedata

# Blanks of every width, tabs and line ends become one blank.
_BLANKS = re.compile(r"[\s\u2028\u2029]+")
# Soft hyphen, zero-width blanks and joiners, directional marks, variation selectors for emoji, and
# the byte order mark.
_INVISIBLE = re.compile("[\u00ad\u061c\u200b-\u200f\u2060\ufe0e\ufe0f\ufeff]")
# Word's bullets, which are letters of a symbol font, and hyphens that become plain ones.
_TWINS = str.maketrans(
    {
        "\uf0b7": "•",
        "\uf0a7": "▪",
        "\uf076": "•",
        "\u2010": "-",
        "\u2011": "-",
        "\u2212": "-",
        "\ufe63": "-",
        "\uff0d": "-",
    }
)
_BULLET = re.compile(r"^[•▪●◦‣⁃·]\s*")
_LINE_ENDS = re.compile(r"\r\n|[\r\n\v\f\x85\u2028\u2029]")


def clean(value: str | None) -> str:
    """One line: NFC, trimmed, single blanks, no invisible characters, plain hyphens."""
    seen = _INVISIBLE.sub("", value or "").translate(_TWINS)
    return _BLANKS.sub(" ", unicodedata.normalize("NFC", seen)).strip()


def without_bullet(line: str) -> str:
    return _BULLET.sub("", line)


def lines_of(typed: object) -> list[str]:
    return _LINE_ENDS.split(str(typed or ""))
